"""The live page, its script and style, its stream of events and its picture. One origin, nothing inline."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from atdesk_core.web.live.feed import Event, Feed

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_FILES: Final = {
    "": ("live.html", "text/html"),
    "/live.css": ("live.css", "text/css"),
    "/live.js": ("live.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_BREATH_S: Final = 10.0
"""So often something is sent even when nothing happens, so that a dead connection is noticed."""


def live_routes(feed: Feed, path: str = "/live") -> list[Route]:
    """Routes of the page, for `build_app`.

    Args:
        feed: What it shows.
        path: Where it is, without a slash at the end.
    """
    pages = [Route(path + suffix, _static(*what)) for suffix, what in _FILES.items()]
    return [*pages, Route(path + "/events", _events(feed)), Route(path + "/picture.jpg", _picture(feed))]


Endpoint = Callable[[Request], Awaitable[Response]]


def _static(name: str, media_type: str) -> Endpoint:
    async def static(_request: Request) -> Response:
        return Response(_read(name), media_type=media_type, headers=_HEADERS)

    return static


@cache
def _read(name: str) -> str:
    return files("atdesk_core.web.live").joinpath("static", name).read_text(encoding="utf-8")


def _picture(feed: Feed) -> Endpoint:
    async def picture(_request: Request) -> Response:
        if feed.picture is None:
            return Response(status_code=404, headers=_HEADERS)
        return Response(feed.picture, media_type="image/jpeg", headers=_HEADERS)

    return picture


def _events(feed: Feed) -> Endpoint:
    async def events(_request: Request) -> Response:
        return StreamingResponse(_lines(feed), media_type="text/event-stream", headers=_HEADERS)

    return events


async def _lines(feed: Feed) -> AsyncGenerator[str, None]:
    """The feed as server-sent events; a comment when nothing else is to be said."""
    yield "retry: 1000\n\n"
    async with aclosing(feed.follow()) as followed:
        news = asyncio.ensure_future(anext(followed, None))
        try:
            while True:
                done, _ = await asyncio.wait({news}, timeout=_BREATH_S)
                if not done:
                    yield ": still here\n\n"
                elif (event := news.result()) is None:
                    return
                else:
                    yield _as_text(event)
                    news = asyncio.ensure_future(anext(followed, None))
        finally:
            news.cancel()
            await asyncio.gather(news, return_exceptions=True)


def _as_text(event: Event) -> str:
    data = json.dumps(dict(event.data), separators=(",", ":"))
    return f"id: {event.number}\nevent: {event.topic}\ndata: {data}\n\n"
