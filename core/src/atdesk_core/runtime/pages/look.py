"""One look at the camera of a page: the newest picture within bounds, or the reason why there is none."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable

from atdesk_core.runtime.mailbox import Mailbox
from atdesk_sdk import CouldNotTell, Frame, LookRefused, LookRequest, PixelFormat

# Of two pictures, the share of the interval that has to lie between them: timers and networks jitter. The
# socket sees to it that the pace as a whole is kept.
_JITTER = 0.5


class PageLook:
    """Takes pictures as they come and gives them out as fast as they are wanted.

    Args:
        request: Bounds and interval.
        now: Engine's clock.
        counts: What is dropped is counted here.
    """

    def __init__(self, request: LookRequest, now: Callable[[], float], counts: Counter[str]) -> None:
        self.request = request
        self._now = now
        self._counts = counts
        self._mailbox = Mailbox()
        self._taken_at = float("-inf")
        self._refusal: LookRefused | None = None
        self._over = False

    @property
    def overtaken(self) -> int:
        """How many pictures a newer one has pushed out."""
        return self._mailbox.dropped

    def offer(self, jpeg: bytes, captured_at: float) -> bool:
        """A picture of this look has come. False: it is dropped.

        Args:
            jpeg: The picture.
            captured_at: The page's clock, seconds since the epoch.
        """
        now = asyncio.get_running_loop().time()
        if self._over or self._refusal is not None:
            self._counts["frame_late"] += 1
            return False
        if now - self._taken_at < self.request.interval_s * _JITTER:
            self._counts["frame_too_soon"] += 1
            return False
        self._taken_at = now
        self._mailbox.put(
            Frame(self.request.look_id, memoryview(jpeg), PixelFormat.JPEG, captured_at, self._now())
        )
        return True

    def end(self, reason: CouldNotTell, message: str) -> None:
        """Nothing more will come, and why. The first reason counts."""
        self._refusal = self._refusal or LookRefused(reason, message)
        self._mailbox.close()

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frames until the bounds are met.

        Raises:
            LookRefused: The look was ended, or no first picture came in time.
        """
        loop, given = asyncio.get_running_loop(), 0
        deadline = loop.time() + self.request.first_frame_s
        try:
            while given < self.request.max_frames:
                try:
                    async with asyncio.timeout_at(deadline):
                        frame = await self._next()
                except TimeoutError:
                    if given == 0:
                        waited = f"no picture came within {self.request.first_frame_s:g} s"
                        raise LookRefused(CouldNotTell.NO_SIGNAL, waited) from None
                    return
                deadline = deadline if given else loop.time() + self.request.max_s
                given += 1
                yield frame
        finally:
            self._over = True

    async def _next(self) -> Frame:
        """What came before the end is no more looked at: whoever ended it may have had a reason."""
        frame = await self._mailbox.take()
        if self._refusal is not None:
            raise self._refusal
        assert frame is not None  # noqa: S101  (the mailbox is closed with a refusal alone)
        return frame
