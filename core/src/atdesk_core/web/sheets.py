"""Pages and notes as HTML: rendered on the server, everything escaped, no script at all."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from atdesk_core.web.wording import language_of, say_in

# With no referrer at all browsers do not say where a form comes from, and the guard asks.
_HEADERS: Final = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def sheet(room: str, template: str, view: Mapping[str, Any]) -> HTMLResponse:
    """A page.

    Args:
        room: Package whose folder `templates` has the template.
        template: Its name.
        view: Everything that it needs.
    """
    return HTMLResponse(_environment(room).get_template(template).render(view), headers=_HEADERS)


def note(request: Request, room: str, says: str, status: int, **values: str) -> HTMLResponse:
    """A page with one sentence, in the browser's language.

    Args:
        request: Whose language counts.
        room: Whose words.
        says: Key of the sentence; `says_title` is its heading.
        status: Of the answer.
        values: What stands in the sentence.
    """
    language = language_of(request.headers.get("accept-language", "").strip()[:2])
    say = say_in(language, room)
    view = {"language": language, "title": say(f"{says}_title"), "text": say(says).format(**values)}
    return HTMLResponse(_environment(room).get_template("note.html").render(view), status_code=status)


@cache
def _environment(room: str) -> Environment:
    """The room's own templates, and those of all of them."""
    return Environment(
        loader=ChoiceLoader(
            [PackageLoader(room, "templates"), PackageLoader("atdesk_core.web", "templates")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
