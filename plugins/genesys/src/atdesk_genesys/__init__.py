"""Genesys Cloud for atdesk."""
