"""The lead's page of a desk check: what was agreed, and the list that a human answers after looking."""

from starlette.routing import BaseRoute

from atdesk_core.web.context import PageContext
from atdesk_core.web.desk_check_page.pages import DeskCheckPages

__all__ = ["routes"]


def routes(context: PageContext) -> list[BaseRoute]:
    """The routes of this room."""
    return DeskCheckPages(context).routes()
