"""The page and its notes as HTML: rendered on the server, everything escaped, no script at all."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from atdesk_core.web.flag_page.wording import language_of, say_in

_HERE: Final = "atdesk_core.web.flag_page"
# With no referrer at all browsers do not say where a form comes from, and the guard asks.
_HEADERS: Final = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def flag_page(view: Mapping[str, Any]) -> HTMLResponse:
    """The page of a flag, as `showing.page_of` has it."""
    return HTMLResponse(_environment().get_template("flag.html").render(view), headers=_HEADERS)


def note(request: Request, says: str, status: int, **values: str) -> HTMLResponse:
    """A page with one sentence, in the browser's language.

    Args:
        request: Whose language counts.
        says: Key of the sentence; `says_title` is its heading.
        status: Of the answer.
        values: What stands in the sentence.
    """
    language = language_of(request.headers.get("accept-language", "").strip()[:2])
    say = say_in(language)
    view = {"language": language, "title": say(f"{says}_title"), "text": say(says).format(**values)}
    return HTMLResponse(_environment().get_template("note.html").render(view), status_code=status)


async def style(_request: Request) -> Response:
    """The style sheet."""
    return Response(_style(), media_type="text/css")


@cache
def _style() -> str:
    return files(_HERE).joinpath("static", "flag.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(_HERE, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
