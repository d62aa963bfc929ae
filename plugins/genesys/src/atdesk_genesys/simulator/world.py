"""The people of the simulated organisation: their presence, their routing status and their conversations.

Nothing here knows HTTP. A change is made by a method, and every event it causes goes to `emit`; presence and
routing change apart, 10 to 50 ms, as in the capture of the reference, so one act gives a mixed state between.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.conversations import Conversation, Participant, live_media
from atdesk_genesys.simulator.organization import (
    LEADS,
    LEADS_GROUP,
    PEOPLE,
    SYSTEM_IDS,
    Definition,
    Limits,
    OpenQuestions,
    Settings,
    default_definitions,
)

Emit = Callable[[str, str, Mapping[str, Any]], None]
Later = Callable[[float, Callable[[], None]], None]


@dataclass(slots=True)
class Agent:
    """One user of the organisation, as the platform sees it now."""

    id: str
    name: str
    definition: Definition
    modified: datetime
    routing: str = "OFF_QUEUE"
    routing_since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    message: str = ""
    primary: bool = True
    future: Definition | None = None
    not_responding: bool = False
    out_of_office: bool = False
    out_of_office_since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    busy_until: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    conversations: list[Conversation] = field(default_factory=list)

    @property
    def email(self) -> str:
        """An address in a domain that cannot exist."""
        return f"{self.name.lower().replace(' ', '.')}@example.invalid"


class World:
    """All agents and definitions of one simulated organisation.

    Args:
        emit: Called with user id, last part of the topic and the event's body.
        later: Called with seconds and a function to run then.
        now: The platform's clock.
        seed: Of the small lags and of made-up ids.
        people: `(id, name)` of each user.
    """

    def __init__(
        self,
        emit: Emit,
        later: Later,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits | None = None,
        seed: int = 0,
        people: Sequence[tuple[str, str]] = PEOPLE,
    ) -> None:
        self.definitions = default_definitions()
        self.settings = Settings()
        self.questions = OpenQuestions()
        self.limits = limits or Limits()
        self._emit = emit
        self._later = later
        self._clock = now
        self._last = datetime(2026, 1, 1, tzinfo=UTC)
        self._random = random.Random(seed)  # noqa: S311 - lags and made-up ids, nothing secret
        offline = self.definitions[SYSTEM_IDS["Offline"]]
        start = self.now()
        self.agents = {uid: Agent(uid, name, offline, start, routing_since=start) for uid, name in people}
        self.conversations: dict[str, Conversation] = {}
        self.groups: dict[str, list[str]] = {LEADS_GROUP: [uid for uid in LEADS if uid in self.agents]}

    def now(self) -> datetime:
        """Give a time no two changes share: whole milliseconds, always later than the last one."""
        time = self._clock()
        time = time.replace(microsecond=time.microsecond // 1000 * 1000)
        self._last = max(time, self._last + timedelta(milliseconds=1))
        return self._last

    def new_id(self) -> str:
        """Make up a uuid; the same seed gives the same ones."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def agent(self, wanted: str) -> Agent:
        """Find an agent by id or by name.

        Raises:
            KeyError: Nobody is called so.
        """
        found = self.agents.get(wanted) or next((a for a in self.agents.values() if a.name == wanted), None)
        if found is None:
            raise KeyError(f"no agent {wanted!r} here; there are {[a.name for a in self.agents.values()]}")
        return found

    def definition(self, wanted: str) -> Definition:
        """Find a definition by id, label or system presence (system ones first).

        Raises:
            KeyError: There is none.
        """
        if wanted in self.definitions:
            return self.definitions[wanted]
        named = [d for d in self.definitions.values() if d.label == wanted]
        if not named:
            raise KeyError(
                f"no presence {wanted!r}; there are {[d.label for d in self.definitions.values()]}"
            )
        return named[0]

    # -- presence -----

    def set_presence(self, agent: str, presence: str, message: str | None = None) -> Agent:
        """Change a presence, whoever asked for it, and tell everyone subscribed."""
        person = self.agent(agent)
        person.definition = self.definition(presence)
        person.modified = self.now()
        person.message = person.message if message is None else message
        person.future = None
        person.not_responding = False
        self._tell_presence(person)
        self._couple(person)
        return person

    def request_off_queue(self, agent: str, presence: str) -> None:
        """Note that the agent asked to leave the queue. How the platform words it is UNVERIFIED."""
        person = self.agent(agent)
        person.future = self.definition(presence)
        person.modified = self.now()
        self._tell_presence(person)

    def set_primary(self, agent: str, primary: bool) -> None:
        """Let another presence source own the display, or stop it."""
        person = self.agent(agent)
        person.primary = primary
        person.modified = self.now()
        self._tell_presence(person)

    def set_out_of_office(self, agent: str, active: bool) -> None:
        """Switch the agent's out of office."""
        person = self.agent(agent)
        person.out_of_office = active
        person.out_of_office_since = self.now()
        self._emit(person.id, "outofoffice", wire.out_of_office_event(person))
        self._emit(person.id, "activity", wire.activity_event(person))

    def add_definition(self, label: str, system: str) -> Definition:
        """Make a secondary presence, as an administrator does."""
        made = Definition(self.new_id(), label, system, primary=False)
        self.definitions[made.id] = made
        return made

    def deactivate(self, label: str, deactivated: bool = True) -> None:
        """Switch a definition off, or on again."""
        old = self.definition(label)
        self.definitions[old.id] = replace(old, deactivated=deactivated)

    def remove_definition(self, label: str) -> None:
        """Delete a definition."""
        del self.definitions[self.definition(label).id]

    def remove_agent(self, agent: str) -> None:
        """Delete a user: every later call about it answers 404."""
        del self.agents[self.agent(agent).id]

    # -- conversations -----

    def start_call(self, agent: str, *, acd: bool = True, media: str = "call", acw: bool = True) -> str:
        """Ring at an agent.

        Args:
            agent: Id or name.
            acd: From a queue, or a plain call between people.
            media: `call` or `video`.
            acw: Whether after-call work follows.

        Returns:
            The conversation's id.
        """
        person = self.agent(agent)
        talk = Conversation(self.new_id(), acd=acd, media=media, acw=acw and acd)
        if acd:
            talk.participants.append(Participant(self.new_id(), "customer", None, "connected", self.now()))
        talk.participants.append(
            Participant(self.new_id(), "agent" if acd else "user", person.id, "alerting")
        )
        self.conversations[talk.id] = talk
        person.conversations.append(talk)
        self._tell_conversation(talk)
        return talk.id

    def offer_again(self, conversation: str, agent: str) -> None:
        """Ring once more after a missed offer: the agent then stands in the conversation twice."""
        talk = self.conversations[conversation]
        person = self.agent(agent)
        talk.participants.append(Participant(self.new_id(), "agent", person.id, "alerting"))
        if talk not in person.conversations:
            person.conversations.append(talk)
        self._tell_conversation(talk)

    def answer(self, conversation: str) -> None:
        """Let the agent take the call."""
        talk = self.conversations[conversation]
        talk.ringing().answered(self.now())
        self._tell_conversation(talk)

    def miss(self, conversation: str) -> None:
        """Let the offer run out: an agent on queue becomes NOT_RESPONDING."""
        talk = self.conversations[conversation]
        missed = talk.ringing()
        missed.ended(self.now(), "timeout")
        if missed.user_id is not None and talk.acd:
            self.agents[missed.user_id].not_responding = True
        self._tell_conversation(talk)

    def hang_up(self, conversation: str) -> None:
        """End the call; after-call work begins where it is asked for."""
        talk = self.conversations[conversation]
        moment = self.now()
        for person in talk.participants:
            if person.end_time is None:
                person.ended(moment, "client" if person.user_id else "peer")
                person.acw_start = moment if talk.acw and person.user_id and person.connected else None
        self._tell_conversation(talk)

    def finish_acw(self, conversation: str) -> None:
        """End the after-call work."""
        talk = self.conversations[conversation]
        for person in talk.participants:
            if person.acw_start is not None and person.acw_end is None:
                person.acw_end = self.now()
        self._tell_conversation(talk)

    # -- what follows -----

    def set_routing(self, agent: str, status: str) -> None:
        """Clear NOT_RESPONDING as `PUT routingstatus {"status": "IDLE"}` does; other moves are refused.

        Raises:
            ValueError: The move is not one the platform makes (which ones it makes is UNVERIFIED).
        """
        person = self.agent(agent)
        if not (status == "IDLE" and person.routing == "NOT_RESPONDING"):
            raise ValueError("invalid routing status transition")
        person.not_responding = False
        self._couple(person)

    def routing_of(self, person: Agent) -> str:
        """Derive the routing status from presence and conversations, as the platform couples them."""
        on_queue = person.definition.system == "On Queue"
        acd, other = live_media(person.conversations, person.id)
        if not on_queue:
            waits = self.questions.off_queue_waits_for_call and acd
            return "INTERACTING" if waits else "OFF_QUEUE"
        if acd:
            return "INTERACTING"
        if person.not_responding:
            return "NOT_RESPONDING"
        return "COMMUNICATING" if other else "IDLE"

    def _tell_presence(self, person: Agent) -> None:
        self._emit(person.id, "activity", wire.activity_event(person))
        self._emit(person.id, "presence", wire.presence_event(person))

    def _tell_conversation(self, talk: Conversation) -> None:
        for user in talk.user_ids():
            self._emit(user, "conversations", wire.conversation_event(talk))
            media = "conversations.calls" if talk.media == "call" else "conversations.videos"
            self._emit(user, media, wire.media_event(talk))
            person = self.agents[user]
            self._emit(user, "conversationsummary", wire.conversation_summary(person))
            self._couple(person)

    def _couple(self, person: Agent) -> None:
        if self.routing_of(person) != person.routing:
            low, high = self.limits.coupling_s
            self._later(self._random.uniform(low, high), lambda: self._reroute(person))

    def _reroute(self, person: Agent) -> None:
        wanted = self.routing_of(person)
        if wanted == person.routing:
            return
        person.routing = wanted
        person.routing_since = self.now()
        self._emit(person.id, "activity", wire.activity_event(person))
        self._emit(person.id, "routingStatus", wire.routing_event(person))
