"""Microsoft Teams for atdesk."""
