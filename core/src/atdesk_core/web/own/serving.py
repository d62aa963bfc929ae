"""The files of the agent's page: `/me/` and `/me/static/...`. Anybody may load them; they hold no data."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_core.runtime.teams_effect import LIMIT
from atdesk_core.web.context import PageContext

PAGE: Final = "index.html"
EFFECT: Final = "effect/"
"""Files of the page of the Teams effect, which is there where the effect is on."""
MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""What is served; any other file in the folder is not."""

_COMMENT: Final = re.compile(rb"^[ \t]*(?://.*|/\*\*[\s\S]*?\*/)\n", re.MULTILINE)
"""Lines of nothing but comment. No text of the modules has a line that begins so."""

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(context: PageContext) -> list[BaseRoute]:
    """One route for each file, read once: no path of a request ever reaches the disk."""
    routes: list[BaseRoute] = [Route("/me", _to_page)]
    for path, content in page_files().items():
        if not path.startswith(EFFECT):
            address = "/me/" if path == PAGE else f"/me/static/{path}"
            routes.append(Route(address, _file(content, MEDIA_TYPES[PurePosixPath(path).suffix])))
        elif context.config.teams_effect.is_on:
            routes.append(_of_effect(path, content))
    return routes


def _of_effect(path: str, content: bytes) -> Route:
    """The page of the Teams effect shows the limit that was accepted."""
    address = "/me/effect/" if path == EFFECT + PAGE else f"/me/static/{path}"
    shown = content.replace(b"{{limit}}", escape(LIMIT).encode())
    return Route(address, _file(shown, MEDIA_TYPES[PurePosixPath(path).suffix]))


def page_files() -> dict[str, bytes]:
    """The files of the page, by their path below `static/`."""
    return dict(_below(files("atdesk_core.web.own").joinpath("static"), ""))


def _below(folder: Traversable, before: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _below(entry, f"{before}{entry.name}/")
        elif PurePosixPath(entry.name).suffix in MEDIA_TYPES:
            yield before + entry.name, _content(entry)


def _content(entry: Traversable) -> bytes:
    """As it lies there, without what is there for the editor alone: space in JSON, lines of comment."""
    content = entry.read_bytes()
    if entry.name.endswith(".js"):
        return _COMMENT.sub(b"", content)
    if entry.name.endswith(".json"):
        return json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":")).encode()
    return content


async def _to_page(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"me/{query}", status_code=308)


def _file(content: bytes, media_type: str) -> Endpoint:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'

    async def answer(request: Request) -> Response:
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(content, media_type=media_type, headers={"ETag": tag})

    return answer
