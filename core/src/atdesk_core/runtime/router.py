"""From an adapter's event to the session it concerns. Whoever is not certain is nobody.

A video reaches a session only when its account is confirmed for exactly one agent. Others are kept by,
in case a human confirms a link while the meeting runs, and no frame of them is opened.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from atdesk_core.runtime.answering import Answering
from atdesk_core.runtime.pages.account import PAGE
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import allowed_code, allowed_text, stops_after
from atdesk_core.store import PauseRow, Unit
from atdesk_sdk import (
    AccountRef,
    AccountSeen,
    AdapterEvent,
    AgentStateChanged,
    CouldNotTell,
    InputActivity,
    LeadActed,
    MeetingChanged,
    PauseChanged,
    SaidWrong,
    StreamKey,
    TurnedIntoBreak,
    VideoClosed,
    VideoOpened,
)

log = logging.getLogger(__name__)


# So many meetings without a camera are remembered: enough for every agent of a process.
DARK_KEPT = 10_000

Propose = Callable[[str, AccountRef], None]
Object = Callable[[str, str], None]
"""Takes an agent's word (by id) that a notice (by id) is wrong."""


class Router:
    """Routes the events of all adapters.

    Args:
        room: The sessions.
        world: The directory, and who is seen in which video.
        now: Engine's clock.
        propose: Notes that an account may be a person's, for a human to confirm.

    Attributes:
        object_to: What takes the word of agents that a notice is wrong; set before the first event.
    """

    object_to: Object

    def __init__(
        self, room: SessionRoom, world: LiveWorld, now: Callable[[], float], propose: Propose
    ) -> None:
        self.answering = Answering(room, world, now)
        self.counts: Counter[str] = self.answering.counts
        self._room = room
        self._world = world
        self._now = now
        self._propose = propose
        self._unknown: dict[StreamKey, VideoOpened] = {}
        self._dark: dict[StreamKey, str] = {}

    def take(self, event: AdapterEvent) -> None:
        """One event of an adapter."""
        match event:
            case AgentStateChanged():
                self._to_owner(event.state.account, event)
            case PauseChanged():
                self._paused(event)
            case TurnedIntoBreak() | InputActivity():
                self._to_owner(event.account, event)
            case SaidWrong():
                self._said_wrong(event)
            case VideoOpened():
                self._video_opened(event)
            case MeetingChanged():
                self._meeting_changed(event)
            case VideoClosed():
                self._video_closed(event)
            case LeadActed():
                self._lead_acted(event)
            case AccountSeen():
                self._account_seen(event)

    def directory_changed(self) -> None:
        """Somebody may be certain now who was not, or not any more who was."""
        unknown, self._unknown = self._unknown, {}
        for event in unknown.values():
            self._video_opened(event)
        for key, agent_id in tuple(self._world.videos.items()):
            self._check_owner(key, agent_id)

    def _check_owner(self, key: StreamKey, agent_id: str) -> None:
        """The account of an open video may be nobody's now, or somebody else's."""
        video = next((one for one in self._room.session(agent_id).videos if one.key == key), None)
        account = video.account if video is not None else None
        if video is None or account is None:
            self._close(key, agent_id, CouldNotTell.NOT_IDENTIFIED)
        elif self._world.agent_of(account) != agent_id:
            now = self._now()
            self._video_opened(VideoOpened(key, account, video.meeting, now, now))

    @property
    def not_identified(self) -> tuple[StreamKey, ...]:
        """Videos that belong to nobody for certain."""
        return tuple(self._unknown)

    def _to_owner(
        self, account: AccountRef, event: AgentStateChanged | TurnedIntoBreak | InputActivity
    ) -> None:
        agent_id = self._world.agent_of(account)
        if agent_id is None:
            self.counts["not_identified"] += 1
        else:
            self._room.send(agent_id, event)

    def _said_wrong(self, event: SaidWrong) -> None:
        agent_id = self._world.agent_of(event.account)
        if agent_id is None:
            self.counts["not_identified"] += 1
        else:
            self.object_to(agent_id, event.notice_id)

    def _paused(self, event: PauseChanged) -> None:
        agent_id = self._world.agent_of(event.account)
        if agent_id is None:
            self.counts["not_identified"] += 1
        else:
            self.pause(agent_id, event)

    def pause(self, agent_id: str, event: PauseChanged) -> None:
        """A pause of this agent, or its end. A reason that the policy does not take is dropped right here."""
        policy = self._world.facts(agent_id).policy
        code, text = allowed_code(policy, event.reason_code), allowed_text(policy, event.reason_text)
        goes_on = bool(stops_after(self._room.session(agent_id), event))
        kept = Unit() if goes_on else Unit(resumed=(agent_id,))
        if event.paused:
            kept = Unit(pauses=(PauseRow(agent_id, event.received_at, event.by.value, code, text),))
        self._room.send(agent_id, replace(event, reason_code=code, reason_text=None), also=kept)

    def _video_opened(self, event: VideoOpened) -> None:
        if not _is_whole(event):
            self.counts["not_identified"] += 1
            return
        owner = self._world.videos.get(event.key)
        agent_id = self._world.agent_of(event.account) if event.account else None
        if owner is not None and owner != agent_id:  # the same place in the stream, somebody else
            self._close(event.key, owner, CouldNotTell.NOT_IDENTIFIED)
        if agent_id is None:
            self.counts["not_identified"] += 1
            self._unknown[event.key] = event
            return
        self._unknown.pop(event.key, None)
        self._dark.pop(event.key, None)
        self._world.videos[event.key] = agent_id
        self._room.send(agent_id, event)

    def _meeting_changed(self, event: MeetingChanged) -> None:
        agent_id = self._world.videos.get(event.key)
        if agent_id is not None:
            self._room.send(agent_id, event)
        elif event.key in self._unknown:
            self._unknown[event.key] = replace(self._unknown[event.key], meeting=event.meeting)

    def _video_closed(self, event: VideoClosed) -> None:
        self._unknown.pop(event.key, None)
        agent_id = self._world.videos.get(event.key)
        if agent_id is not None:
            self._close(event.key, agent_id, event.reason)
        elif event.key in self._dark:  # whoever had turned the camera off has left the meeting now
            self._room.send(self._dark.pop(event.key), event)

    def _close(self, key: StreamKey, agent_id: str, reason: CouldNotTell) -> None:
        self._world.videos.pop(key, None)
        if reason is not CouldNotTell.NO_SIGNAL:
            self._dark[key] = agent_id
            if len(self._dark) > DARK_KEPT:
                del self._dark[next(iter(self._dark))]
        now = self._now()
        self._room.send(agent_id, VideoClosed(key, reason, now, now))

    def _account_seen(self, event: AccountSeen) -> None:
        """By a verified address a link is proposed, no more: a human confirms it."""
        directory = self._world.directory
        agent_id = directory.agent_by_email(event.email)
        if agent_id is not None and event.account not in {link.ref for link in directory.links_of(agent_id)}:
            self._propose(agent_id, event.account)

    def _lead_acted(self, event: LeadActed) -> None:
        """Only whoever may answer for that agent is heard; anybody else changes nothing."""
        person_id = self._world.directory.agent_of(event.account)
        self.answering.answer(person_id, event.flag_number, event.action, event.reason)


def _is_whole(event: VideoOpened) -> bool:
    """Only the agents' own pages are in no meeting, and only they have the account of a page."""
    is_page = event.key.adapter == PAGE
    claims_page = event.meeting is None or (event.account is not None and event.account.platform == PAGE)
    return is_page or not claims_page
