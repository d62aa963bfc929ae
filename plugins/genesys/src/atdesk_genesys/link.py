"""One open socket of a notification channel, the lease behind it, and the patience of getting it back."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from websockets.asyncio.client import ClientConnection

from atdesk_genesys.client import Token
from atdesk_genesys.protocol import Told

#: Frames kept while a snapshot is read; beyond it the oldest go and everything is read again.
HELD = 10_000


@dataclass(frozen=True, slots=True)
class Patience:
    """Times of getting a channel back.

    Attributes:
        first_s: Pause before the first try; it doubles from there, with jitter.
        longest_s: Longest pause.
        settled_s: A socket that lived so long makes the pauses begin anew.
        resets: So many channels may be lost within `resets_s` before we stand back.
        resets_s: See above.
        stand_back_s: How long: somebody else seems to use the same client, and two would fight for ever.
    """

    first_s: float = 0.25
    longest_s: float = 60.0
    settled_s: float = 10.0
    resets: int = 3
    resets_s: float = 600.0
    stand_back_s: float = 300.0


class End(Enum):
    """Why a link is over, or soon will be."""

    CLOSED = auto()
    SILENT = auto()
    CLOSING = auto()
    LOST = auto()
    RENEW = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Lease:
    """A channel of ours. Its address is the secret: it has no readable form.

    Attributes:
        id: The channel's id.
        uri: Where its socket is, as returned.
        token: What it belongs to; another token may not touch it.
        renew_s: Loop time after which channel and token are replaced.
    """

    id: str
    uri: str
    token: Token
    renew_s: float

    def __repr__(self) -> str:
        return f"Lease(renew_s={self.renew_s:.0f})"


@dataclass(eq=False, slots=True)
class Link:
    """An open socket and the task that reads it.

    Attributes:
        broke: What ended the reading that nobody foresaw: without it nothing would be heard any more.
    """

    lease: Lease
    socket: ClientConnection
    opened_s: float
    over: asyncio.Future[End]
    held: deque[Told] | None = field(default_factory=lambda: deque(maxlen=HELD))
    lost: int = 0
    reader: asyncio.Task[None] | None = None
    broke: Exception | None = None

    def end(self, why: End) -> None:
        """Say why it is over; the first word counts."""
        if not self.over.done():
            self.over.set_result(why)

    async def aclose(self) -> None:
        """Stop reading and close. Twice is fine."""
        if self.reader is not None:
            self.reader.cancel()
            await asyncio.gather(self.reader, return_exceptions=True)
        await self.socket.close()
        self.end(End.CLOSED)
