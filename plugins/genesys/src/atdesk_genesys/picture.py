"""One person's state, put together from facts that arrive late, twice, or in the wrong order.

Order is by the time in the body, never by arrival. Conversations carry no such time: there a leg only moves
on, and what has ended stays ended.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace

from atdesk_genesys.facts import (
    ConversationFact,
    Fact,
    Leg,
    OutOfOfficeFact,
    PresenceFact,
    RoutingFact,
    Stage,
    SummaryFact,
)
from atdesk_genesys.presence import Catalogue
from atdesk_sdk.events import AccountRef, AgentState, Interaction, Presence, Routing

#: Conversations remembered for one person, so that a late event does not bring an old call back to life.
_REMEMBERED = 64
_LONGEST_RING_S = 300.0

_NO_ROUTING = RoutingFact(Routing.UNKNOWN, None)
_IN_OFFICE = OutOfOfficeFact(False, None)

_BUSIEST = (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL, Interaction.MEETING)


def revision_of(fact: PresenceFact) -> str:
    """Name a presence: the echo of our write has the same name, everybody else's change another one."""
    return f"{fact.definition_id}@{'?' if fact.modified_ms is None else fact.modified_ms}"


@dataclass(slots=True)
class Picture:
    """What is known of one person.

    Attributes:
        presence: The newest presence; None before the first.
        routing: The newest routing status.
        out_of_office: The newest word on it.
        summary: What the last snapshot counted; None: it did not say.
        recent: The last presences in the order of their times, newest last.
        since_ms: When the presence began, as far as known.
        order_ms: What a presence has to be newer than.
        occurred_ms: The newest time in any body.
        told_at: When a conversation was last heard of, engine's clock.
        unheard: Last parts of the topics that the platform will not tell us of.
        read_again: Whether something is in doubt that a fresh read would settle.
    """

    presence: PresenceFact | None = None
    routing: RoutingFact = _NO_ROUTING
    out_of_office: OutOfOfficeFact = _IN_OFFICE
    summary: Interaction | None = None
    recent: deque[PresenceFact] = field(default_factory=lambda: deque(maxlen=16))
    since_ms: int = 0
    order_ms: int = 0
    occurred_ms: int = 0
    told_at: float = float("-inf")
    unheard: frozenset[str] = frozenset()
    read_again: bool = False
    _talks: OrderedDict[str, dict[str, Leg]] = field(default_factory=OrderedDict)

    def hear(self, fact: Fact, received_at: float) -> None:
        """Take in a fact from an event.

        Args:
            fact: What the event says.
            received_at: Engine's clock, seconds since the epoch; stands in where a body has no time.
        """
        if isinstance(fact, PresenceFact):
            self._take_presence(fact, received_at)
        elif isinstance(fact, RoutingFact):
            self._take_routing(fact)
        elif isinstance(fact, OutOfOfficeFact):
            self._take_out_of_office(fact)
        elif isinstance(fact, ConversationFact):
            self._take_conversation(fact, received_at)
        else:
            self.summary = fact.interaction

    def read(self, facts: tuple[Fact, ...], began_at: float) -> None:
        """Take in a snapshot.

        Args:
            facts: What it says of this person.
            began_at: Engine's clock when it was asked for. A conversation heard of since is newer.
        """
        for fact in facts:
            if isinstance(fact, SummaryFact) and self.told_at < began_at:
                self._forget_legs(began_at)
            self.hear(fact, began_at)
        self.read_again = False

    @property
    def interaction(self) -> Interaction:
        """The busiest of what events and the last snapshot say goes on."""
        going_on = {_interaction(leg) for legs in self._talks.values() for leg in legs.values()}
        going_on.add(self.summary or Interaction.NONE)
        return next((kind for kind in _BUSIEST if kind in going_on), Interaction.NONE)

    @property
    def ringing(self) -> bool:
        """Whether a call is being offered right now."""
        return any(leg.stage is Stage.RINGING for legs in self._talks.values() for leg in legs.values())

    @property
    def interaction_known(self) -> bool:
        """Whether "nothing goes on" can be believed: the platform counted, or routing itself says so."""
        return self.summary is not None or self.routing.status is Routing.IDLE

    def state(self, account: AccountRef, catalogue: Catalogue, source: str) -> AgentState | None:
        """Give the whole state, or None as long as no presence is known."""
        if self.presence is None:
            return None
        return AgentState(
            account=account,
            presence=self._shown(catalogue.meaning(self.presence.definition_id)),
            routing=self.routing.status,
            interaction=self._going_on(),
            since=self.since_ms / 1000,
            source=source,
            revision=revision_of(self.presence),
            out_of_office=self.out_of_office.active,
            change_pending=bool(self.presence.pending),
        )

    def _shown(self, meaning: Presence) -> Presence:
        """Doubt a presence whose end, or whose calls, nobody would tell us of: then nobody is looked at."""
        if self.unheard >= {"activity", "presence"}:
            return Presence.UNKNOWN
        if "conversations" not in self.unheard:
            return meaning
        routing_tells = meaning is Presence.ON_QUEUE and "activity" not in self.unheard
        absent = meaning not in (Presence.AVAILABLE, Presence.ON_QUEUE)
        return meaning if routing_tells or absent else Presence.UNKNOWN

    def _going_on(self) -> Interaction:
        talking = self.routing.status in (Routing.INTERACTING, Routing.COMMUNICATING)
        if "conversations" in self.unheard and talking and self.interaction is Interaction.NONE:
            return Interaction.CUSTOMER_CALL
        return self.interaction

    def overtaken(self, before_ms: int, ours_ms: int) -> PresenceFact | None:
        """Give a presence that began after the one decided on and before our own write, if any."""
        between = [
            f for f in self.recent if f.modified_ms is not None and before_ms < f.modified_ms < ours_ms
        ]
        return between[-1] if between else None

    def _take_presence(self, fact: PresenceFact, received_at: float) -> None:
        moment = fact.modified_ms
        if self.presence is not None and moment is not None and moment <= self.order_ms:
            self._complete(fact)
            self._remember(fact)
            return
        self.presence = fact
        if moment is None:
            # Our clock and the platform's may differ: it counts as just newer than the last one, and a read
            # gives it the time that names it.
            self.order_ms += 1
            self.since_ms = round(received_at * 1000)
            self.read_again = True
        else:
            self.order_ms = self.since_ms = moment
        self._remember(fact)
        self._note(self.since_ms)

    def _complete(self, fact: PresenceFact) -> None:
        """Add what the second telling of one change says and the first did not."""
        current = self.presence
        if current is None or revision_of(current) != revision_of(fact):
            return
        self.presence = replace(
            current,
            primary=current.primary if fact.primary is None else fact.primary,
            pending=current.pending if fact.pending is None else fact.pending,
        )

    def _remember(self, fact: PresenceFact) -> None:
        if fact.modified_ms is None or any(revision_of(fact) == revision_of(old) for old in self.recent):
            return
        known = sorted((*self.recent, fact), key=lambda old: old.modified_ms or 0)
        self.recent = deque(known, maxlen=self.recent.maxlen)

    def _take_routing(self, fact: RoutingFact) -> None:
        known = self.routing.start_ms
        if known is not None and (fact.start_ms is None or fact.start_ms <= known):
            return
        self.routing = fact
        self._note(fact.start_ms or 0)

    def _take_out_of_office(self, fact: OutOfOfficeFact) -> None:
        known = self.out_of_office.modified_ms
        if known is not None and fact.modified_ms is not None and fact.modified_ms <= known:
            return
        self.out_of_office = OutOfOfficeFact(fact.active, fact.modified_ms or known)
        self._note(fact.modified_ms or 0)

    def _take_conversation(self, fact: ConversationFact, received_at: float) -> None:
        self.told_at = max(self.told_at, received_at)
        legs = self._talks.setdefault(fact.conversation_id, {})
        self._talks.move_to_end(fact.conversation_id)
        for name, leg in fact.legs.items():
            legs[name] = _later(legs.get(name), leg)
        while len(self._talks) > _REMEMBERED:
            self._talks.popitem(last=False)
        # The snapshot counted without saying which: only a new count tells whether this was the one.
        self.read_again |= self.summary not in (None, Interaction.NONE)

    def _forget_legs(self, began_at: float) -> None:
        """Let a newer count overrule what events said: the event that ended a call may have been lost.

        What rings is not counted; it is forgotten when it has rung for longer than anything rings.
        """
        rings = began_at - self.told_at < _LONGEST_RING_S
        for legs in self._talks.values():
            for name, leg in legs.items():
                if not (rings and leg.stage is Stage.RINGING):
                    legs[name] = replace(leg, stage=Stage.DONE)

    def _note(self, moment_ms: int) -> None:
        self.occurred_ms = max(self.occurred_ms, moment_ms)


def _later(known: Leg | None, told: Leg) -> Leg:
    """Choose between two tellings of one leg: an end is final, and a final stage only moves on."""
    if known is None or not known.ended:
        return told
    return told if told.ended and told.stage >= known.stage else known


def _interaction(leg: Leg) -> Interaction:
    if leg.stage is Stage.LIVE:
        return Interaction.MEETING if leg.meeting else Interaction.CUSTOMER_CALL
    return Interaction.AFTER_CALL if leg.stage is Stage.AFTER_CALL else Interaction.NONE


def allows_less(new: AgentState, old: AgentState) -> bool:
    """Tell whether a change must be told at once: there is less to look at, or a call to respect."""
    if new.presence is not old.presence:
        return new.presence not in (Presence.AVAILABLE, Presence.ON_QUEUE)
    gained = (new.out_of_office, new.change_pending) > (old.out_of_office, old.change_pending)
    return gained or (new.interaction is not old.interaction and new.interaction is not Interaction.NONE)


def silent(new: AgentState, old: AgentState | None) -> bool:
    """Tell whether a state says nothing new: equal but for where it came from."""
    return old is not None and replace(new, source="") == replace(old, source="")
