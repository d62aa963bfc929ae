"""The page of one flag, for whoever answers it: behind a sign-in, logged before anything is shown."""

from starlette.routing import BaseRoute

from atdesk_core.web.context import PageContext
from atdesk_core.web.flag_page.pages import FlagPages

__all__ = ["routes"]


def routes(context: PageContext) -> list[BaseRoute]:
    """The routes of this room."""
    return FlagPages(context).routes()
