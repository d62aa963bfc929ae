"""Which origin is ours, and how its cookies are called."""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

_LOCAL_NAME: Final = "localhost"


def is_loopback(host: str) -> bool:
    """Whether an address or host name is this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == _LOCAL_NAME


@dataclass(frozen=True, slots=True)
class Origins:
    """Where our pages are.

    Attributes:
        public_url: As configured; empty: only reachable on this machine.
        on_loopback: Whether the service listens on this machine alone.
    """

    public_url: str
    on_loopback: bool

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def session_cookie(self) -> str:
        """Name of the cookie of a session."""
        return "__Host-atdesk" if self.secure else "atdesk"

    @property
    def csrf_cookie(self) -> str:
        """Name of the cookie that a form's hidden field repeats."""
        return self.session_cookie + "-csrf"

    def base_url(self, connection: HTTPConnection) -> str:
        """Of our pages, without a slash at the end: as configured, else as asked for on this machine."""
        return self.public_url.rstrip("/") or self._local(connection)

    def is_ours(self, connection: HTTPConnection) -> bool:
        """Whether the request was made by a page of ours; one that does not say so was not."""
        origin = connection.headers.get("origin", "")
        parts = urlsplit(self.public_url)
        ours = {f"{parts.scheme}://{parts.netloc}"} if parts.netloc else set()
        local = self._local(connection)
        return bool(origin) and origin in (ours | {local} if local else ours)

    def _local(self, connection: HTTPConnection) -> str:
        """The origin on this machine by which we were asked; empty when it was another."""
        host = connection.headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        return f"http://{host}" if self.on_loopback and is_loopback(name) else ""
