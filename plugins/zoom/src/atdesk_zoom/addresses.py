"""Which stream servers may be connected to. Pure: server URLs come from the network."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from atdesk_zoom.errors import StreamAddressRefused

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def stream_address(server_urls: str, hosts: Iterable[str], *, simulated: bool) -> str:
    """Choose the server to connect to.

    Args:
        server_urls: From a start event or message 2: one URL, or several for several protocols, by commas.
        hosts: Domains that are allowed, with all below them.
        simulated: A local simulator is configured: loopback is allowed instead, also without TLS.

    Raises:
        StreamAddressRefused: None of them is `wss` to an allowed host.
    """
    allowed = tuple(hosts)
    for url in (part.strip() for part in server_urls.split(",")):
        if _allowed(url, allowed, simulated=simulated):
            return url
    raise StreamAddressRefused(
        "Zoom named a stream server that is not allowed; "
        f"allowed is wss:// to {', '.join(allowed) or 'nothing'} (setting stream_hosts)"
    )


def _allowed(url: str, hosts: tuple[str, ...], *, simulated: bool) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port
    except ValueError:
        return False
    if parts.username or parts.password:
        return False
    if simulated:
        return parts.scheme in ("ws", "wss") and host in _LOOPBACK
    return parts.scheme == "wss" and any(host == one or host.endswith(f".{one}") for one in hosts)
