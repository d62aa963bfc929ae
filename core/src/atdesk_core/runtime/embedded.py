"""`atdesk_core.Engine`: detection for those who bring frames and states themselves, without an adapter.

The same sessions, looks and vision pool as in the service, and the same policy before every frame. Nothing
is told, written or flagged: what is found goes to whoever subscribed.
"""

import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from atdesk_core.policy import MeetingRule, SitePolicy
from atdesk_core.runtime.broker import LookBroker, Source
from atdesk_core.runtime.found import finding_of
from atdesk_core.runtime.mailbox import Mailbox
from atdesk_core.runtime.pages.indicator import Indicator
from atdesk_core.runtime.pages.screens import Screens
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.runtime.profile import Profile
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.session import (
    Facts,
    OpenLook,
    Record,
    ShiftNow,
    Wanted,
    frame_permission,
    wanted,
)
from atdesk_core.store import OutboxRow, Unit
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_sdk import (
    AccountRef,
    AgentState,
    AgentStateChanged,
    CouldNotTell,
    Finding,
    FindingKind,
    Frame,
    Interaction,
    LookRequest,
    Meeting,
    PixelFormat,
    Presence,
    Routing,
    StreamKey,
    VideoClosed,
    VideoOpened,
)

_SOURCE = "embedded"
_MEETING = Meeting(_SOURCE, _SOURCE, participants=1, outside_guests=False, people_told=True)
_ALWAYS = ShiftNow(_SOURCE, 0.0, float("inf"))

OnFinding = Callable[[Finding], None]


class Engine:
    """Push states and frames, subscribe to findings. Use it with `async with`.

    Args:
        policy: Which looks are opened, and when; the defaults where it is left out.
        workers: Vision processes.
        now: Clock, seconds since the epoch.
        encoder: Your own face encoder, as under `[vision.encoder]`; None takes the default. Templates
            must have been made with it.

    Attributes:
        counts: Frames by what became of them: "taken", "not_asked_for", "too_soon".
    """

    def __init__(
        self,
        policy: SitePolicy | None = None,
        *,
        workers: int = 1,
        now: Callable[[], float] = time.time,
        encoder: BroughtEncoder | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        given = policy or SitePolicy(site=_SOURCE, accountable="the embedding program")
        self._match = given.asks_for(FindingKind.DIFFERENT_PERSON)
        self._policy = _detection_only(given)
        self._now = now
        self._enrolments: dict[str, Enrolment | None] = {}
        self._consents: dict[str, bool] = {}
        self._listeners: list[OnFinding] = []
        self._pushed = _Pushed(self.counts, now)
        self._pool = VisionPool(workers, self._enrolment_of, encoder=encoder)
        self._room = SessionRoom(_Nowhere(), self, now, _nothing_owed, _no_storm, self._recorded)
        sources = {_SOURCE: Source(self._pushed, None)}
        self._broker = LookBroker(
            sources,
            self._pool,
            self._permit,
            self._room.send,
            now,
            _no_objection,
            self._wanted,
            Indicator(Screens(now), now),
        )
        self._room.looks = self._broker

    async def __aenter__(self) -> Self:
        await self._pool.start()
        self._room.start([])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._broker.aclose()
        await self._room.aclose()
        await self._pool.aclose()

    def subscribe(self, listener: OnFinding) -> Callable[[], None]:
        """Be told of every finding; call what is returned to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def add_agent(self, agent_id: str, *, consent: bool, enrolment: Enrolment | None = None) -> None:
        """Somebody whose frames will be pushed.

        Args:
            agent_id: Your own id.
            consent: Whether you have the agent's consent on record; without it no frame is opened.
            enrolment: The template; None: nobody is matched.
        """
        self._consents[agent_id], self._enrolments[agent_id] = consent, enrolment
        self._pool.forget(agent_id)
        self.push_state(agent_id, Presence.AVAILABLE)
        now = self._now()
        self._room.send(agent_id, VideoOpened(_key(agent_id), _account(agent_id), _MEETING, now, now))

    def remove_agent(self, agent_id: str) -> None:
        """No frame of this agent is opened from now on; the template is forgotten."""
        now = self._now()
        self._room.send(agent_id, VideoClosed(_key(agent_id), CouldNotTell.NO_SIGNAL, now, now))
        self._consents.pop(agent_id, None)
        self._enrolments.pop(agent_id, None)
        self._pool.forget(agent_id)

    def push_state(
        self, agent_id: str, presence: Presence, interaction: Interaction = Interaction.NONE
    ) -> None:
        """What the agent is doing: it decides whether anybody looks."""
        now = self._now()
        state = AgentState(_account(agent_id), presence, Routing.UNKNOWN, interaction, now, _SOURCE, f"{now}")
        self._room.send(agent_id, AgentStateChanged(state, now, now))

    def push_frame(
        self,
        agent_id: str,
        data: bytes | memoryview,
        pixel_format: PixelFormat = PixelFormat.JPEG,
        size: Sequence[int] = (0, 0, 0),
    ) -> bool:
        """Offer a frame. It is opened only while a look asks for one.

        Args:
            agent_id: Whose, for certain.
            data: The picture.
            pixel_format: How to read it.
            size: Width, height and stride; zeros for JPEG.

        Returns:
            Whether it was taken.
        """
        now = self._now()
        view = memoryview(data).toreadonly()
        return self._pushed.push(agent_id, Frame("", view, pixel_format, now, now, *size))

    def facts(self, agent_id: str) -> Facts:
        """See `atdesk_core.runtime.room.World`."""
        consent = self._consents.get(agent_id, False)
        return Facts(self._policy, _account(agent_id), consent, _ALWAYS, stopped=False)

    def profile(self, agent_id: str) -> Profile:
        """See `atdesk_core.runtime.room.World`."""
        return Profile(agent_id, agent_id, agent_id, "en", "", _SOURCE, "UTC", {}, (), ())

    def groups(self) -> dict[str, frozenset[str]]:
        """See `atdesk_core.runtime.room.World`."""
        return {}

    def ref_of_account(self, account: str) -> str | None:
        """See `atdesk_core.runtime.room.World`."""
        return None

    async def _enrolment_of(self, agent_id: str) -> Enrolment | None:
        return self._enrolments.get(agent_id)

    def _wanted(self, agent_id: str) -> Wanted:
        asked = wanted(self._room.session(agent_id), self.facts(agent_id))
        return replace(asked, match=self._match)

    def _permit(self, agent_id: str, look_id: str) -> bool:
        session = self._room.session(agent_id)
        return frame_permission(session, self.facts(agent_id), look_id) == "allowed"

    def _recorded(self, agent_id: str, record: Record) -> None:
        finding = finding_of(agent_id, record)
        if finding is None:
            return
        for listener in tuple(self._listeners):
            listener(finding)


class _Pushed:
    """A video source that shows what is pushed while somebody looks."""

    def __init__(self, counts: Counter[str], now: Callable[[], float]) -> None:
        self._counts = counts
        self._now = now
        self._open: dict[str, tuple[LookRequest, Mailbox]] = {}
        self._taken_at: dict[str, float] = {}

    def push(self, agent_id: str, frame: Frame) -> bool:
        asked = self._open.get(agent_id)
        if asked is None:
            self._counts["not_asked_for"] += 1
            return False
        request, mailbox = asked
        if frame.received_at < self._taken_at.get(agent_id, 0.0) + request.interval_s:
            self._counts["too_soon"] += 1
            return False
        self._taken_at[agent_id] = frame.received_at
        mailbox.put(replace(frame, look_id=request.look_id))
        self._counts["taken"] += 1
        return True

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        """See `atdesk_sdk.VideoSource`. A look waits for frames as long as the agent's video is open."""
        agent_id, mailbox = request.key.participant_id, Mailbox()
        self._open[agent_id] = (request, mailbox)
        try:
            for _ in range(request.max_frames):
                frame = await mailbox.take()
                assert frame is not None  # noqa: S101  (the mailbox is never closed)
                yield frame
        finally:
            self._open.pop(agent_id, None)


class _Nowhere:
    """Nothing is kept by an embedded engine."""

    async def commit(self, unit: Unit) -> None:
        """Nothing."""


def _detection_only(policy: SitePolicy) -> SitePolicy:
    """The same looks, and no rule that tells, writes or flags."""
    return policy.model_copy(
        update={
            "absence": policy.absence.model_copy(update={"enabled": False}),
            "different_person": policy.different_person.model_copy(update={"enabled": False}),
            "meetings": (
                *policy.meetings,
                MeetingRule(id=_SOURCE, purpose="frames of the embedding program"),
            ),
        }
    )


def _account(agent_id: str) -> AccountRef:
    return AccountRef(_SOURCE, "local", agent_id)


def _key(agent_id: str) -> StreamKey:
    return StreamKey(_SOURCE, _SOURCE, agent_id)


def _nothing_owed(_rows: Sequence[OutboxRow]) -> None:
    """Nothing leaves an embedded engine."""


def _no_storm(_group: str, _people: int) -> None:
    """There are no groups."""


async def _no_objection(_agent_id: str, _command: OpenLook) -> bool:
    return False
