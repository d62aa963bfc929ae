"""One connection at `/frames`: hello, looks as the engine asks for them, frames, and an end with a reason.

Two tasks: this one reads, the other says what there is to say and keeps the time. Whatever ends the
connection ends an open look, and never as absence; of its reasons a counter knows, and no log.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from atdesk_core.runtime.pages.adapter import PageAdapter
from atdesk_core.runtime.pages.link import LookOrder
from atdesk_core.web.frames.allowance import Allowance
from atdesk_core.web.frames.proof import Proofs, Proven
from atdesk_core.web.frames.protocol import (
    SUBPROTOCOL,
    CloseCode,
    Closing,
    Drop,
    Dropped,
    FromSender,
    Gap,
    Hello,
    LookEnd,
    LookStart,
    NewToken,
    Pace,
    Ping,
    Ready,
    Reauth,
    Refused,
    Resume,
    Stop,
    ToSender,
    could_not_tell,
    read_message,
)
from atdesk_core.web.frames.taking import Left, Taking
from atdesk_core.web.frames.timing import Timing
from atdesk_core.web.frames.watch import Watch
from atdesk_core.web.sign_in import is_loopback
from atdesk_sdk import CouldNotTell, StreamKey, TryLater

WAITING: Final = 100
"""Messages that wait to be said; a sender that lets more pile up does not read."""
TEXTS_AT_ONCE: Final = 60
TEXTS_PER_S: Final = 10.0
FPS: Final = 1.0
MAX_SIDE: Final = 480


GOODBYE: Final = 1000


class _Left(Exception):
    """The other side went away."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every connection stands on.

    Attributes:
        page: Takes the frames.
        proofs: Knows whose they are.
        now: Engine's clock, in which tokens end.
        timing: See there.
    """

    page: PageAdapter
    proofs: Proofs
    now: Callable[[], float]
    timing: Timing


class FrameSocket:
    """One connection. Implements `atdesk_core.runtime.pages.link.FrameCarrier`."""

    def __init__(self, websocket: WebSocket, desk: Desk) -> None:
        self._websocket = websocket
        self._desk = desk
        self._clock = asyncio.get_running_loop().time
        self._taking = Taking(desk.page.counts)
        self._watch = Watch(desk.timing)
        self._texts = Allowance(TEXTS_AT_ONCE, TEXTS_PER_S)
        self._waiting: asyncio.Queue[ToSender | Closing] = asyncio.Queue()
        self._proven: Proven | None = None
        self._key: StreamKey | None = None
        self._asked_for_token = False
        self._said_goodbye = False

    async def run(self) -> None:
        """Until one side ends it."""
        await self._websocket.accept(subprotocol=SUBPROTOCOL)
        try:
            await self._greet()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tell(), name="atdesk-frames-tell")
                await self._read()
        except* Closing as closings:
            await self._close(_first(closings))
        except* (_Left, WebSocketDisconnect):
            self._desk.page.counts["closed_by_sender"] += 1
        finally:
            self._leave()

    # ---- what the engine asks ----------------------------------------------------------------------------

    def start_look(self, order: LookOrder) -> None:
        """See `FrameLink`."""
        number = self._taking.begin(order.look_id, order.fps, order.max_frames)
        self._watch.asked(self._clock())
        self._say(
            LookStart(
                look=number,
                look_id=order.look_id,
                reason=order.reason,
                fps=order.fps,
                max_frames=order.max_frames,
                max_side=order.max_side,
            )
        )

    def end_look(self, look_id: str) -> None:
        """See `FrameLink`."""
        if self._taking.end(look_id):
            self._say(LookEnd(look_id=look_id))

    def pace(self, fps: float) -> None:
        """See `FrameLink`."""
        self._taking.pace(fps)
        self._say(Pace(fps=fps))

    def superseded(self) -> None:
        """See `FrameLink`."""
        self._end(Closing(CloseCode.SUPERSEDED, "another connection of this agent took over"))

    def over(self) -> None:
        """See `FrameCarrier`."""
        self._end(Closing(CloseCode.TRY_LATER, "the page that this connection belongs to needs it no more"))

    # ---- what the sender says ----------------------------------------------------------------------------

    async def _greet(self) -> None:
        """The first message, and whose frames these are."""
        try:
            async with asyncio.timeout(self._desk.timing.hello_s):
                first = await self._receive()
                hello = read_message(first) if isinstance(first, str) else None
                if not isinstance(hello, Hello):
                    raise Closing(CloseCode.MALFORMED, "the first message is a hello")
                here = self._websocket.client
                from_here = here is not None and is_loopback(here.host)
                self._proven = await self._desk.proofs.prove(hello, from_here=from_here)
        except TimeoutError:
            raise Closing(CloseCode.SILENT, "no hello came in time") from None
        self._connect(self._proven)

    def _connect(self, proven: Proven) -> None:
        """A page that waits for looks has a link already, which this socket serves; others get one."""
        page = self._desk.page
        waiting = page.waiting_for(proven.agent_id, proven.tab) if proven.meeting is None else None
        try:
            self._key = waiting or page.connected(proven.agent_id, self, proven.meeting)
        except TryLater as error:
            raise Closing(CloseCode.TRY_LATER, str(error)) from None
        stream, ttl_s = self._key.participant_id, int(proven.expires_at - self._desk.now())
        self._say(Ready(stream=stream, fps=FPS, max_side=MAX_SIDE, ttl_s=ttl_s))
        if waiting is not None:
            page.joined(waiting, self)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if isinstance(message, bytes):
                self._frame(message)
            else:
                await self._text(message)
            self._watch.heard(self._clock(), busy=self._taking.is_looking)

    async def _receive(self) -> str | bytes:
        message = await self._websocket.receive()
        if message["type"] != "websocket.receive":
            self._said_goodbye = message.get("code") == GOODBYE
            raise _Left
        data: bytes | None = message.get("bytes")
        return data if data is not None else str(message["text"])

    def _frame(self, data: bytes) -> None:
        """A frame that somebody asked for goes to the engine, any other is dropped and said to be."""
        assert self._key is not None  # noqa: S101  (greeted)
        now, page = self._clock(), self._desk.page
        result = self._taking.take(data, now)
        if not isinstance(result, Left):
            if page.frame(self._key, result.look_id, result.jpeg, result.captured_at):
                return
            self._taking.drop(Drop.REFUSED, now)
            result = Left(result.seq, Drop.REFUSED)
        self._say(Dropped(seq=result.seq, why=result.why))

    async def _text(self, text: str) -> None:
        if not self._texts.spend(self._clock()):
            raise Closing(CloseCode.TOO_FAST, "too many messages")
        await self._heed(read_message(text))

    async def _heed(self, message: FromSender) -> None:
        assert self._key is not None  # noqa: S101  (greeted)
        assert self._proven is not None  # noqa: S101
        page = self._desk.page
        match message:
            case Refused(look_id=look_id, reason=reason) if self._taking.knows(look_id):
                page.gap(self._key, could_not_tell(reason, of_meeting=self._is_of_meeting))
            case Gap(reason=reason):
                page.gap(self._key, could_not_tell(reason, of_meeting=self._is_of_meeting))
            case Resume():
                page.resumed(self._key)
            case NewToken():
                self._renewed(await self._desk.proofs.renew(self._proven, message))
            case Hello():
                raise Closing(CloseCode.MALFORMED, "there was a hello already")

    def _renewed(self, proven: Proven) -> None:
        """A newer token; with it a meeting may have changed."""
        assert self._key is not None  # noqa: S101  (greeted)
        assert self._proven is not None  # noqa: S101
        if proven.meeting is not None and proven.meeting != self._proven.meeting:
            self._desk.page.meeting_changed(self._key, proven.meeting)
        self._proven = proven
        # One that ends as soon as the one before is all that there is: it is not asked for again.
        self._asked_for_token = proven.expires_at - self._desk.now() <= self._desk.timing.reauth_s

    # ---- what is said, and when --------------------------------------------------------------------------

    def _say(self, message: ToSender) -> None:
        if self._waiting.qsize() >= WAITING:
            self._end(Closing(CloseCode.SILENT, "what is said is not read"))
        else:
            self._waiting.put_nowait(message)

    def _end(self, closing: Closing) -> None:
        """Before anything else that waits to be said."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(closing)

    async def _tell(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._due_in()):
                    message = await self._waiting.get()
            except TimeoutError:
                self._look_at_the_clock()
                continue
            if isinstance(message, Closing):
                raise message
            if isinstance(message, LookStart | Ping):
                await self._ask_again()
            await self._send(message)

    async def _ask_again(self) -> None:
        """No camera is opened, and none stays open, for a sign-in that has ended meanwhile."""
        assert self._proven is not None  # noqa: S101  (greeted)
        before = self._proven
        after = await self._desk.proofs.ask_again(before)
        if self._proven is before:  # else a newer token came while we asked
            self._proven = after

    async def _send(self, message: ToSender) -> None:
        try:
            async with asyncio.timeout(self._desk.timing.send_s):
                await self._websocket.send_text(message.model_dump_json())
        except TimeoutError:
            raise Closing(CloseCode.SILENT, "what is said is not read") from None

    def _due_in(self) -> float:
        """Seconds until there is something to do by itself."""
        assert self._proven is not None  # noqa: S101  (greeted)
        timing, left_s = self._desk.timing, self._proven.expires_at - self._desk.now()
        token_s = left_s if self._asked_for_token else left_s - timing.reauth_s
        return max(0.0, min(self._watch.due_in(self._clock()), token_s, timing.recheck_s))

    def _look_at_the_clock(self) -> None:
        assert self._proven is not None  # noqa: S101  (greeted)
        now, left_s = self._clock(), self._proven.expires_at - self._desk.now()
        if left_s <= 0:
            raise Closing(CloseCode.TOKEN, "the token ran out: sign in again")
        if self._watch.is_silent(now):
            raise Closing(CloseCode.SILENT, "nothing came while a look was open")
        if left_s > self._desk.timing.reauth_s:
            self._asked_for_token = False
        elif not self._asked_for_token:
            self._asked_for_token = True
            self._say(Reauth(within_s=int(left_s)))
        if self._watch.pings(now):
            self._say(Ping())

    # ---- the end -----------------------------------------------------------------------------------------

    @property
    def _is_of_meeting(self) -> bool:
        return self._proven is not None and self._proven.meeting is not None

    def _leave(self) -> None:
        """An open look ends with it. Twice is fine.

        Whoever is lost in a meeting may still be in it; who says goodbye has left.
        """
        lost = self._is_of_meeting and not self._said_goodbye
        if self._key is not None:
            reason = CouldNotTell.ADAPTER_DOWN if lost else CouldNotTell.NO_SIGNAL
            self._desk.page.left(self._key, self, reason)

    async def _close(self, closing: Closing) -> None:
        self._leave()
        code = closing.code.name.lower()
        self._desk.page.counts[f"closed_{code}"] += 1
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(self._desk.timing.send_s):
                last = Stop(code=code, message=closing.message)
                await self._websocket.send_text(last.model_dump_json())
                await self._websocket.close(closing.code)


def _first(closings: ExceptionGroup[Closing]) -> Closing:
    """Both tasks may have had a reason; one is enough."""
    one = closings.exceptions[0]
    return _first(one) if isinstance(one, ExceptionGroup) else one
