"""What every answer says about itself: what a page may load, who may frame it, and that nothing is kept.

A page that needs another policy sets it itself; what is set is left alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_PATH: Final = "/me"
_KEPT: Final = re.compile(r"/(me|flags|sign-in)/static/")
_OFF: Final = (
    "accelerometer",
    "autoplay",
    "clipboard-read",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS: Final = ", ".join(["camera=(self)", "idle-detection=(self)", *(f"{name}=()" for name in _OFF)])


PLAIN_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Of every page but the agent's: nothing but what comes from here, and in no frame."""


def own_page(frame_ancestors: Sequence[str], socket_hosts: Sequence[str]) -> str:
    """The Content-Security-Policy of the agent's page.

    Args:
        frame_ancestors: Origins that may frame it; none: nobody may.
        socket_hosts: Hosts of our own sockets, which `'self'` does not name in every browser.
    """
    sockets = [f"{scheme}://{host}" for host in socket_hosts for scheme in ("ws", "wss")]
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            " ".join(("connect-src 'self'", *sockets)),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors " + (" ".join(frame_ancestors) or "'none'"),
        )
    )


@dataclass(frozen=True, slots=True)
class Framing:
    """Who may show our pages.

    Attributes:
        frame_ancestors: Origins of the consoles, for the agent's page; none: a window of its own alone.
        public_url: How people reach us; empty: on this machine.
    """

    frame_ancestors: tuple[str, ...] = ()
    public_url: str = ""


class SafeHeaders:
    """Middleware: puts the headers on every answer.

    Args:
        app: What answers.
        framing: Who may show our pages.
    """

    def __init__(self, app: ASGIApp, framing: Framing) -> None:
        self._app = app
        self._framing = framing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._put(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _put(self, headers: MutableHeaders, scope: Scope) -> None:
        path: str = scope["path"]
        headers.setdefault("Content-Security-Policy", self._policy(path, scope))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        if self._framing.public_url.startswith("https://"):
            # Zoom's client shows no page without it; on plain http it would mean nothing.
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cache-Control", "no-cache" if _KEPT.match(path) else "no-store")

    def _policy(self, path: str, scope: Scope) -> str:
        if path == OWN_PATH or path.startswith(OWN_PATH + "/"):
            return own_page(self._framing.frame_ancestors, self._hosts(scope))
        return PLAIN_PAGE

    def _hosts(self, scope: Scope) -> list[str]:
        """By which browsers reach our sockets: a name that could be taken for more is left out."""
        public = urlsplit(self._framing.public_url).netloc
        asked = Headers(scope=scope).get("host", "")
        named = [host for host in (public, asked) if re.fullmatch(r"[A-Za-z0-9.\-\[\]:]+", host)]
        return list(dict.fromkeys(named))
