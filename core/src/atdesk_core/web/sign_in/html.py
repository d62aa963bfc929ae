"""The pages one sees while signing in: nothing inline, everything escaped."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from atdesk_core.web.sign_in.words import WORDS, language_of

_HERE: Final = "atdesk_core.web.sign_in"
STATIC: Final[Mapping[str, str]] = {"sign_in.css": "text/css", "done.js": "text/javascript"}


def page(
    request: Request,
    says: str,
    *,
    title: str = "title",
    status: int = 200,
    code: str = "",
    detail: str = "",
    links: Iterable[tuple[str, str]] = (),
    is_demo: bool = False,
) -> HTMLResponse:
    """A page in the browser's language.

    Args:
        request: Whose language counts.
        says: Key of the sentence.
        title: Key of the heading.
        status: Of the answer.
        code: One-time code for the page that opened this one.
        detail: Shown as it is.
        links: (address, words) of what can be chosen.
        is_demo: Whether to say so.
    """
    lang = language_of(request)
    words = WORDS[lang]
    text = _template().render(
        lang=lang,
        title=words[title],
        says=words[says],
        code=code,
        detail=detail,
        links=[{"href": href, "words": shown} for href, shown in links],
        banner=words["demo"] if is_demo else "",
    )
    return HTMLResponse(text, status_code=status)


async def static(request: Request) -> Response:
    """Style and script of these pages."""
    name = request.path_params["name"]
    if name not in STATIC:
        return Response(status_code=404)
    return Response(_read("static", name), media_type=STATIC[name])


@cache
def _template() -> Template:
    return Environment(autoescape=True).from_string(_read("templates", "sign_in.html"))


@cache
def _read(folder: str, name: str) -> str:
    return files(_HERE).joinpath(folder, name).read_text(encoding="utf-8")
