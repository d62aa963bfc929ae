"""Zoom for atdesk."""
