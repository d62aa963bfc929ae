"""Carries out looks: whose turn it is on a stream, frames into the mailbox, observations to the session.

Where a stream shows only some participants at a time, whoever may be absent is visited first, then
whoever was not visited for longest. A look that does not get its turn ends in `not_our_turn`, and the
time it waited is never counted as observed.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from atdesk_core.looking import Waiting, next_look
from atdesk_core.runtime.mailbox import Mailbox
from atdesk_core.runtime.pages.indicator import Indicator
from atdesk_core.session import FrameDropped, Input, LookEnded, Observed, OpenLook, Wanted
from atdesk_sdk import CouldNotTell, Frame, LookRefused, LookRequest, Observation, StreamKey, VideoSource

log = logging.getLogger(__name__)

# A look that got no slot for so long is given up; the session asks again.
TURN_S = 30.0
# One frame may take this long in the vision pool before the look ends in `engine_busy`.
OBSERVE_S = 10.0

Send = Callable[[str, Input], None]
Permit = Callable[[str, str], bool]
Object = Callable[[str, OpenLook], Awaitable[bool]]
Want = Callable[[str], Wanted]


class Eyes(Protocol):
    """What measures frames: the vision pool."""

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """Measure one frame, off the event loop.

        Args:
            agent_id: Whose.
            frame: As it came.
            wanted: What it is to be measured for.
        """
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A video source and how many participants of one stream it shows at a time."""

    video: VideoSource
    looks_per_stream: int | None


@dataclass(slots=True)
class _Look:
    agent_id: str
    command: OpenLook
    asked_at: float
    turn: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    begun: bool = False


@dataclass(slots=True)
class _Stream:
    """The slots of one stream."""

    slots: int | None
    running: list[_Look] = field(default_factory=list)
    waiting: list[_Look] = field(default_factory=list)


class LookBroker:
    """Opens and closes looks for all sessions.

    Args:
        sources: By the name of the adapter.
        eyes: The vision pool.
        permit: May the next frame of this agent's look be opened? Asked before each one.
        send: Hands an event to a session.
        now: Engine's clock.
        object_to: Whether a plugin objects to this look. Asked once a look.
        want: What the next frame of this agent is to be measured for.
        indicator: What shows the agent that a look is on.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        eyes: Eyes,
        permit: Permit,
        send: Send,
        now: Callable[[], float],
        object_to: Object,
        want: Want,
        indicator: Indicator,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._sources = sources
        self._eyes = eyes
        self._permit = permit
        self._send = send
        self._now = now
        self._object_to = object_to
        self._want = want
        self._indicator = indicator
        self._looks: dict[str, _Look] = {}
        self._streams: dict[tuple[str, str], _Stream] = {}
        self._visited: dict[StreamKey, float] = {}
        self._mailboxes: set[Mailbox] = set()

    def open(self, agent_id: str, command: OpenLook) -> None:
        """Begin a look, or let it wait for its turn."""
        look = _Look(agent_id, command, self._now())
        self._looks[command.look_id] = look
        self._stream(command.key).waiting.append(look)
        look.task = asyncio.create_task(self._run(look), name=f"atdesk-{command.look_id}")
        # After the other events of this turn of the loop, so that a look that goes on keeps its slot.
        asyncio.get_running_loop().call_soon(self._give_turns, command.key)

    def close(self, look_id: str) -> None:
        """End a look at once; frames that still come are dropped."""
        look = self._looks.pop(look_id, None)
        if look is not None and look.task is not None:
            look.task.cancel()
            if not look.begun:  # a task that is cancelled before its first step never comes to its own end
                self._leave(look)

    def visited_at(self, key: StreamKey) -> float | None:
        """When a person's video was last looked at."""
        return self._visited.get(key)

    @property
    def streams(self) -> int:
        """Streams with a look that is open or waits for its turn."""
        return len(self._streams)

    @property
    def waiting_frames(self) -> int:
        """Frames that wait for the vision pool."""
        return sum(len(mailbox) for mailbox in self._mailboxes)

    async def aclose(self) -> None:
        """End every look. Closing twice is fine."""
        tasks = [look.task for look in self._looks.values() if look.task is not None]
        for look_id in tuple(self._looks):
            self.close(look_id)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _stream(self, key: StreamKey) -> _Stream:
        address = (key.adapter, key.stream_id)
        if address not in self._streams:
            source = self._sources.get(key.adapter)
            self._streams[address] = _Stream(source.looks_per_stream if source else 0)
        return self._streams[address]

    def _give_turns(self, key: StreamKey) -> None:
        stream = self._stream(key)
        while stream.waiting and (stream.slots is None or len(stream.running) < stream.slots):
            look = self._next(stream)
            stream.waiting.remove(look)
            stream.running.append(look)
            look.turn.set()
        if not stream.running and not stream.waiting:  # a page that connects anew is a new stream
            self._streams.pop((key.adapter, key.stream_id), None)

    def _next(self, stream: _Stream) -> _Look:
        by_id = {look.command.look_id: look for look in stream.waiting}
        chosen = next_look(
            [
                Waiting(
                    look_id, look.asked_at, look.command.may_be_absent, self._visited.get(look.command.key)
                )
                for look_id, look in by_id.items()
            ]
        )
        assert chosen is not None  # noqa: S101  (somebody waits)
        return by_id[chosen.look_id]

    async def _run(self, look: _Look) -> None:
        look.begun = True
        reason: CouldNotTell | None = None
        try:
            async with asyncio.timeout(TURN_S):
                await look.turn.wait()
            vetoed = await self._object_to(look.agent_id, look.command)
            reason = CouldNotTell.NOT_OUR_TURN if vetoed else await self._watch_openly(look)
        except TimeoutError:
            reason = CouldNotTell.NOT_OUR_TURN
        except asyncio.CancelledError:
            self.counts["closed"] += 1
            raise
        except Exception:
            log.exception("a look of %s broke off", look.command.key.adapter)
            reason = CouldNotTell.NO_SIGNAL
        finally:
            self._leave(look)
        self._over(look, reason)

    def _over(self, look: _Look, reason: CouldNotTell | None) -> None:
        if self._looks.pop(look.command.look_id, None) is not None:
            self.counts[reason.value if reason else "complete"] += 1
            self._send(look.agent_id, LookEnded(look.command.look_id, reason, self._now()))

    def _leave(self, look: _Look) -> None:
        """Give the slot back; whoever is next gets it once this turn of the loop is over."""
        stream = self._stream(look.command.key)
        for place in (stream.running, stream.waiting):
            if look in place:
                place.remove(look)
        with contextlib.suppress(RuntimeError):  # the loop may be closing
            asyncio.get_running_loop().call_soon(self._give_turns, look.command.key)

    async def _watch_openly(self, look: _Look) -> CouldNotTell | None:
        """The same with the indicator up. Where it has to be and does not come up, nothing is opened."""
        async with self._indicator.up(look.agent_id, look.command) as is_up:
            if not is_up:
                self.counts["looks_without_indicator"] += 1
                return CouldNotTell.NO_SIGNAL
            return await self._watch(look)

    async def _watch(self, look: _Look) -> CouldNotTell | None:
        """Frames of one look, until its bounds are met. The reason when the source refused."""
        source = self._sources.get(look.command.key.adapter)
        if source is None:
            return CouldNotTell.ADAPTER_DOWN
        mailbox = Mailbox()
        self._mailboxes.add(mailbox)
        reader = asyncio.create_task(_read(source.video, _request(look.command), mailbox))
        try:
            while (frame := await mailbox.take()) is not None:
                stopped = await self._open_frame(look, frame)
                if stopped is not None:
                    return stopped
            return await reader
        finally:
            self.counts["frames_dropped"] += mailbox.dropped
            self._mailboxes.discard(mailbox)
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, LookRefused):
                await reader

    async def _open_frame(self, look: _Look, frame: Frame) -> CouldNotTell | None:
        """Ask, measure, tell the session. A reason when the look cannot go on."""
        look_id = look.command.look_id
        if look_id not in self._looks or frame.look_id != look_id:
            self.counts["frames_late"] += 1
            return None
        if not self._indicator.still_up(look.agent_id, look.command):
            self.counts["frames_without_indicator"] += 1
            return CouldNotTell.NO_SIGNAL
        if not self._permit(look.agent_id, look_id):
            self.counts["frames_refused"] += 1
            return None
        # Windows are measured on one clock, whatever clock a source reads.
        frame = replace(frame, received_at=self._now())
        if self._stream(look.command.key).slots is not None:  # elsewhere nobody waits for a turn
            self._visited[look.command.key] = frame.received_at
        try:
            async with asyncio.timeout(OBSERVE_S):
                wanted = self._want(look.agent_id)
                observation = await self._eyes.observe(look.agent_id, frame, wanted)
        except TimeoutError:
            self._drop(look)
            return CouldNotTell.ENGINE_BUSY
        except asyncio.CancelledError:  # the look was closed with this frame under way: a pause, for one
            self._drop(look)
            raise
        if look_id in self._looks:
            self.counts["frames"] += 1
            self._send(look.agent_id, Observed(observation))
        return None

    def _drop(self, look: _Look) -> None:
        """A frame that was opened and comes to nothing: dropped, and counted against the budget."""
        self.counts["frames_dropped_in_flight"] += 1
        self._send(look.agent_id, FrameDropped(look.command.look_id, self._now()))


async def _read(source: VideoSource, request: LookRequest, mailbox: Mailbox) -> CouldNotTell | None:
    """Everything that the source gives, into the mailbox. Closing the generator closes the look."""
    frames = source.frames(request)
    try:
        async for frame in frames:
            mailbox.put(frame)
    except LookRefused as refused:
        return refused.reason
    finally:
        mailbox.close()
        await frames.aclose()
    return None


def _request(command: OpenLook) -> LookRequest:
    return LookRequest(
        look_id=command.look_id,
        key=command.key,
        max_frames=command.max_frames,
        max_s=command.max_s,
        interval_s=command.interval_s,
        reason=command.reason.value,
    )
