"""The atdesk detection engine and the service round it."""
