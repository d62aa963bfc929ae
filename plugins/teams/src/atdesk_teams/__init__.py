"""Microsoft Teams for atdesk: its place only, nothing is implemented yet."""
