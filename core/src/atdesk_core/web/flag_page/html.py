"""The page of a flag and its notes as HTML, and the style sheet that every such page has."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from atdesk_core.web import sheets
from atdesk_core.web.flag_page.wording import ROOM


def flag_page(view: Mapping[str, Any]) -> HTMLResponse:
    """The page of a flag, as `showing.page_of` has it."""
    return sheets.sheet(ROOM, "flag.html", view)


def note(request: Request, says: str, status: int, **values: str) -> HTMLResponse:
    """A page with one sentence: see `sheets.note`."""
    return sheets.note(request, ROOM, says, status, **values)


async def style(_request: Request) -> Response:
    """The style sheet."""
    return Response(_style(), media_type="text/css")


@cache
def _style() -> str:
    return files(ROOM).joinpath("static", "flag.css").read_text(encoding="utf-8")
