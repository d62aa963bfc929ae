"""One look: the newest picture of one participant, within bounds, or the reason why there is none."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from atdesk_sdk import CouldNotTell, Frame, LookRefused, LookRequest, PixelFormat
from atdesk_zoom.protocol import Picture

#: A picture may come this much earlier than asked for: the server's pace jitters.
_JITTER = 0.9


@dataclass(frozen=True, slots=True)
class _Held:
    picture: Picture
    received_at: float


class Look:
    """Takes pictures as they come and gives them out as fast as they are wanted; the newest wins.

    Args:
        request: Bounds and interval.
        user_id: The participant's in-meeting number.
        max_s: Seconds from the first frame; the request's own bound, or less where others wait for the slot.
        counts: What is dropped is counted here.
    """

    def __init__(self, request: LookRequest, user_id: int, max_s: float, counts: Counter[str]) -> None:
        self.request, self.user_id = request, user_id
        self._max_s, self._counts = max_s, counts
        self._held: _Held | None = None
        self._taken_at = float("-inf")
        self._news = asyncio.Event()
        self._refusal: LookRefused | None = None

    def offer(self, picture: Picture, received_at: float) -> None:
        """A picture has come, of whomever."""
        now = asyncio.get_running_loop().time()
        if picture.user_id != self.user_id:
            self._counts["picture_of_another"] += 1
            return
        if now - self._taken_at < self.request.interval_s * _JITTER:
            self._counts["picture_too_soon"] += 1
            return
        if self._held is not None:
            self._counts["picture_overtaken"] += 1
        self._held, self._taken_at = _Held(picture, received_at), now
        self._news.set()

    def end(self, reason: CouldNotTell, message: str) -> None:
        """Nothing more will come, and why. The first reason counts."""
        self._refusal = self._refusal or LookRefused(reason, message)
        self._news.set()

    async def frames(self, until_first: float) -> AsyncGenerator[Frame, None]:
        """Frames until the bounds are met.

        Args:
            until_first: By when the first one must be there, in the loop's time.

        Raises:
            LookRefused: The look was ended, or no first picture came.
        """
        loop, deadline, given = asyncio.get_running_loop(), until_first, 0
        while given < self.request.max_frames:
            try:
                async with asyncio.timeout_at(deadline):
                    held = await self._next()
            except TimeoutError:
                if given == 0:
                    waited = f"no picture came within {self.request.first_frame_s:g} s"
                    raise LookRefused(CouldNotTell.NO_SIGNAL, waited) from None
                return
            deadline = deadline if given else loop.time() + self._max_s
            given += 1
            yield self._frame(held)

    async def _next(self) -> _Held:
        while True:
            if self._refusal is not None:
                raise self._refusal
            if self._held is not None:
                held, self._held = self._held, None
                return held
            self._news.clear()
            await self._news.wait()

    def _frame(self, held: _Held) -> Frame:
        return Frame(
            look_id=self.request.look_id,
            data=memoryview(held.picture.jpeg),
            pixel_format=PixelFormat.JPEG,
            occurred_at=held.picture.at_ms / 1000 or held.received_at,
            received_at=held.received_at,
        )
