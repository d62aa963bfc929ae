"""What an RTMS link is told and tells: its waits, its limits, and who listens."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Protocol

from atdesk_sdk.tasks import Rests
from atdesk_zoom import protocol
from atdesk_zoom.config import ZoomConfig


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a link waits for what, in seconds.

    Attributes:
        handshake: For a connection and the answer to a handshake.
        answer: For message 29.
        quiet: Without any message a socket counts as dead [S-CHAOS].
        signal: For Zoom's word on what to do after a break, before the link tries by itself.
        fresh: A connection younger than this is not broken up again by a second word about the same break.
        backoff: Before the second and later attempts; the last one repeats [S-CHAOS].
        duplicate: Before the attempts after status 8 or 16, then `backoff` [S-MANUAL].
        lost: Without a good connection for so long the stream counts as over.
        rests: Before a link that broke in a way that nobody foresaw is begun again.
    """

    handshake: float = 10.0
    answer: float = 5.0
    quiet: float = 65.0
    signal: float = 15.0
    fresh: float = 2.0
    backoff: tuple[float, ...] = (3.0, 6.0, 12.0, 24.0, 30.0)
    duplicate: tuple[float, ...] = (1.5, 3.0, 6.0)
    lost: float = 300.0
    rests: Rests = Rests()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What holds for every link of an adapter.

    Attributes:
        hosts: Domains whose servers may be connected to.
        simulated: A local simulator is configured.
        tls: For `wss`.
    """

    fps: int
    max_picture_bytes: int
    hosts: tuple[str, ...]
    simulated: bool
    tls: ssl.SSLContext
    patience: Patience


class Ears(Protocol):
    """Who listens to a link. None of these may raise."""

    def heard(self, message: protocol.Message) -> None:
        """A message that is not the link's own business."""

    def connected(self) -> None:
        """Both sockets stand, and Zoom was told so."""

    def interrupted(self) -> None:
        """Pictures cannot come now; the link is at work on it."""

    def given_up(self, message: str) -> None:
        """The link has ended by itself; `message` says why and what to do."""


class LinkDown(Exception):
    """Something was to be sent while a socket is down."""


def tls_context(config: ZoomConfig) -> ssl.SSLContext:
    """TLS 1.2 at the least; a simulator brings its own authority."""
    ca_file = config.simulator.ca_file if config.simulator else ""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
