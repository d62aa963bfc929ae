"""The agent's own log as one page to read: no script, no picture, nothing loaded from elsewhere."""

from atdesk_core.ledger.page.page import render_index, render_log

__all__ = ["render_index", "render_log"]
