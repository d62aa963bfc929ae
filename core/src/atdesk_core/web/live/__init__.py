"""A page that shows, as it happens, what the engine sees, decides and tells. Nothing of it is stored."""

from atdesk_core.web.live.feed import Event, Feed
from atdesk_core.web.live.page import live_routes
from atdesk_core.web.live.seeing import Seeing
from atdesk_core.web.live.telling import told

__all__ = ["Event", "Feed", "Seeing", "live_routes", "told"]
