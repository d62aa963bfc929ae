"""Which frames of one connection are taken. Pure: no sockets, and the clock is passed in.

A frame is taken when a look was asked for that has not ended, when its number is a new one, when it comes at
the pace that was set, and when it is a JPEG of a size that a camera gives, read from its first bytes before
any decoder sees it. Everything else is dropped and counted; a sender that does so again and again is closed.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from atdesk_core.vision import header as picture
from atdesk_core.web.frames.allowance import Allowance, Pacing
from atdesk_core.web.frames.protocol import (
    HEADER_BYTES,
    MAX_SIDE_PX,
    CloseCode,
    Closing,
    Drop,
    Header,
    unpack,
)

JPEG_MAGIC: Final = b"\xff\xd8\xff"
DROPS_AT_ONCE: Final = 20
DROPS_PER_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame that was asked for.

    Attributes:
        look_id: For which look.
        seq: Its number.
        jpeg: The picture; not decoded so far.
        captured_at: Seconds since the epoch, sender's clock.
    """

    look_id: str
    seq: int
    jpeg: bytes
    captured_at: float


@dataclass(frozen=True, slots=True)
class Left:
    """A frame that was not taken."""

    seq: int
    why: Drop


@dataclass(slots=True)
class _Look:
    number: int
    look_id: str
    frames_left: int
    pacing: Pacing


class Taking:
    """The looks and the frames of one connection.

    Args:
        counts: Dropped frames are counted here by reason, and those that the sender left out (`left_out`).
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._looks: dict[int, _Look] = {}
        self._last_look = 0
        self._last_seq: int | None = None
        self._drops = Allowance(DROPS_AT_ONCE, DROPS_PER_S)

    @property
    def is_looking(self) -> bool:
        """Whether frames are wanted now."""
        return bool(self._looks)

    def begin(self, look_id: str, fps: float, max_frames: int) -> int:
        """A look begins. Returns its number, which the sender puts into each frame."""
        self._last_look += 1
        self._looks[self._last_look] = _Look(self._last_look, look_id, max_frames, Pacing(1 / fps))
        return self._last_look

    def end(self, look_id: str) -> bool:
        """A look ended: what still comes of it is dropped. False: it was none of these."""
        numbers = [one.number for one in self._looks.values() if one.look_id == look_id]
        for number in numbers:
            del self._looks[number]
        return bool(numbers)

    def knows(self, look_id: str) -> bool:
        """Whether this look was begun and has not ended."""
        return any(one.look_id == look_id for one in self._looks.values())

    def pace(self, fps: float) -> None:
        """From now on so many frames a second."""
        for look in self._looks.values():
            look.pacing.interval_s = 1 / fps

    def take(self, data: bytes, now: float) -> Taken | Left:
        """One binary message.

        Args:
            data: Header and picture.
            now: Seconds of a clock that never goes back.

        Raises:
            Closing: It is no frame at all (4400), too large (4413), or one too many of those that had to
                be dropped (4429).
        """
        header = unpack(data)
        why = self._why_not(header, data, now)
        if why is None:
            look = self._looks[header.look]
            look.frames_left -= 1
            return Taken(look.look_id, header.seq, data[HEADER_BYTES:], header.capture_us / 1e6)
        self.drop(why, now)
        return Left(header.seq, why)

    def drop(self, why: Drop, now: float) -> None:
        """Count a frame that is not taken.

        Raises:
            Closing: There were too many (4429).
        """
        self._counts[f"dropped_{why.value}"] += 1
        if not self._drops.spend(now):
            raise Closing(CloseCode.TOO_FAST, "too many frames that nobody asked for")

    def _why_not(self, header: Header, data: bytes, now: float) -> Drop | None:
        if not self._is_new(header.seq):
            return Drop.REPEATED
        look = self._looks.get(header.look)
        if look is None:
            return Drop.ENDED if 0 < header.look <= self._last_look else Drop.NO_LOOK
        if look.frames_left <= 0:
            return Drop.BEYOND
        wrong = _wrong_picture(header, data)
        if wrong is None and not look.pacing.take(now):
            return Drop.TOO_EARLY
        return wrong

    def _is_new(self, seq: int) -> bool:
        """Numbers rise; what is left out between two of them was given up by the sender."""
        if self._last_seq is not None:
            if seq <= self._last_seq:
                return False
            self._counts["left_out"] += seq - self._last_seq - 1
        self._last_seq = seq
        return True


def _wrong_picture(header: Header, data: bytes) -> Drop | None:
    """A few microseconds: what the picture says of itself, before anything is decoded."""
    if max(header.width, header.height) > MAX_SIDE_PX:
        return Drop.SIZE
    jpeg = memoryview(data)[HEADER_BYTES:]
    if bytes(jpeg[: len(JPEG_MAGIC)]) != JPEG_MAGIC:
        return Drop.NOT_A_JPEG
    try:
        told = picture.read(jpeg)
    except picture.Unreadable:
        return Drop.NOT_A_JPEG
    return None if (told.width, told.height) == (header.width, header.height) else Drop.SIZE
