"""What is typed: `atdesk`."""
