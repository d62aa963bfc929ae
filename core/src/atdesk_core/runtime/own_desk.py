"""What an agent does by the agent's own page, and what the page is told. Every call is about one agent.

Who that is was checked before: this room knows no sign-in. What is done here goes the way of every other
event of that agent, so that the session decides and the log says it.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Final

from atdesk_core.desk_checks import desk_checks
from atdesk_core.identity import refusal_of
from atdesk_core.identity.consent import consent_of
from atdesk_core.policy import Because, Precondition
from atdesk_core.reviewing import Asked, RequestKind, disputes_of, flags_of, pause_of
from atdesk_core.runtime.objections import OVER, Objections
from atdesk_core.runtime.own_page import DAY_S, Kept, Me, Own, asks_for_input, me, offers_queue
from atdesk_core.runtime.own_policy import sentences
from atdesk_core.runtime.pages.account import page_account
from atdesk_core.runtime.reviews import DONE, Reviews
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.router import Router
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import InputUnknown, Record, RecordKind
from atdesk_core.session.permitting import enrolment_permission, self_test_permission
from atdesk_core.store import Store
from atdesk_sdk import (
    AccountRef,
    Adapter,
    FindingKind,
    InputActivity,
    Notice,
    OwnQueue,
    PauseChanged,
    PausedBy,
)

TOLD_S: Final = 900.0
"""A notice that leads to nothing stays on the page for so long."""
TOLD_MOST: Final = 8
WORDED_MOST: Final = 500
"""Policies whose sentences are kept, by version, language and zone."""


class OwnDesk:
    """Use it from one event loop.

    Args:
        store: The database.
        room: The sessions.
        world: The facts.
        router: Takes pauses.
        reviews: Takes breaks and disputes.
        objections: Takes what is said against a notice.
        adapters: By name.
        now: Engine's clock.
    """

    def __init__(
        self,
        store: Store,
        room: SessionRoom,
        world: LiveWorld,
        router: Router,
        reviews: Reviews,
        objections: Objections,
        adapters: Mapping[str, Adapter],
        now: Callable[[], float],
    ) -> None:
        self.objections = objections
        self._store = store
        self._room = room
        self._world = world
        self._router = router
        self._reviews = reviews
        self._adapters = adapters
        self._now = now
        self._told: defaultdict[str, deque[Notice]] = defaultdict(lambda: deque(maxlen=TOLD_MOST))
        self._away_ended: dict[str, float] = {}
        self._worded: dict[tuple[str, str, str], tuple[str, ...]] = {}

    # ---- what the page is told ---------------------------------------------------------------------------

    async def kept(self, agent_id: str) -> Kept:
        """What the database holds for the agent's own eyes, all that was decided so far included."""
        await self._room.flushed()
        policy = self._world.facts(agent_id).policy
        since = self._now() - (policy.review.dispute_days if policy else 14.0) * DAY_S
        consent = await consent_of(self._store, agent_id)
        return Kept(
            consent_at=consent.given_at if consent else None,
            refused=consent is None and await refusal_of(self._store, agent_id) is not None,
            pause=await pause_of(self._store, agent_id),
            flags=tuple(await flags_of(self._store, agent_id, since)),
            disputes={one.flag_number: one for one in await disputes_of(self._store, agent_id)},
            desk_checks=tuple(
                await desk_checks(self._store, agent_id=agent_id, since=self._now(), open_only=True)
            ),
        )

    def me(self, agent_id: str, kept: Kept) -> Me:
        """The whole of what the page shows."""
        return me(self.own(agent_id, kept))

    def own(self, agent_id: str, kept: Kept) -> Own:
        """All that `Me` is made from."""
        return Own(
            now=self._now(),
            profile=self._world.profile(agent_id),
            session=self._room.session(agent_id),
            facts=self._world.facts(agent_id),
            kept=kept,
            sentences=self._sentences(agent_id),
            enrolled=self._world.directory.is_enrolled(agent_id),
            why_no_enrolment=self.why_no_enrolment(agent_id),
            may_test=self.why_no_test(agent_id) == "",
            told=self._still_told(agent_id),
            away_ended_at=self._away_ended.get(agent_id),
            can_queue=self._queue_of(agent_id) is not None,
        )

    def marks(self, agent_id: str) -> object:
        """Another value than before says that the database may hold something new for the agent."""
        session = self._room.session(agent_id)
        return session.flags, session.is_paused, len(session.cooldowns)

    def language(self, agent_id: str) -> str:
        """In which the agent reads."""
        return self._world.profile(agent_id).language

    def show(self, agent_id: str, notice: Notice) -> None:
        """Keep a notice on the page for a while: what is being decided shows by itself."""
        if notice.kind.value not in frozenset(FindingKind):
            told = self._told[agent_id]
            if all(one.notice_id != notice.notice_id for one in told):
                told.append(notice)

    def heard(self, agent_id: str, record: Record) -> None:
        """A row of the decision log, as it is decided."""
        self.objections.heard(agent_id, record)
        what = record.data.get("what")
        if record.kind is RecordKind.CLAIM and what in ("restored", "dropped"):
            self._away_ended[agent_id] = record.at

    # ---- what the agent does -----------------------------------------------------------------------------

    def pause(self, agent_id: str, category: str | None, text: str | None) -> None:
        """Stop every look at once. What the policy does not take of the reason is dropped."""
        now, account = self._now(), page_account(agent_id)
        event = PauseChanged(account, True, PausedBy.AGENT, now, now, category, text)
        self._router.pause(agent_id, event)

    def resume(self, agent_id: str) -> bool:
        """The agent is back. False where it is not the agent's own to lift."""
        session, now = self._room.session(agent_id), self._now()
        if session.support_pause or session.paused_by in (PausedBy.HOST, PausedBy.ADMIN):
            return False
        event = PauseChanged(page_account(agent_id), False, PausedBy.AGENT, now, now)
        self._router.pause(agent_id, event)
        return True

    async def turn_into_break(self, agent_id: str, flag_number: str | None) -> bool:
        """It was a break; False when that changes nothing."""
        return await self._reviews.take(self._asked(RequestKind.BREAK, agent_id, flag_number)) == DONE

    async def say_wrong(self, agent_id: str, notice_id: str, text: str | None) -> str:
        """A notice is wrong. See `Objections.object_to`."""
        return await self.objections.object_to(agent_id, notice_id, text)

    async def dispute(self, agent_id: str, number: str, text: str | None) -> str:
        """A flag is wrong: `DONE`, or why it is not taken."""
        return await self._reviews.take(self._asked(RequestKind.DISPUTE, agent_id, number, text))

    def input_changed(self, agent_id: str, *, idle: bool, idle_for_s: float) -> bool:
        """Keyboard and mouse fell silent, or came to life; False where the policy does not ask."""
        if not asks_for_input(self._world.facts(agent_id)):
            return False
        now = self._now()
        self._room.send(agent_id, InputActivity(page_account(agent_id), idle, idle_for_s, now, now))
        return True

    def input_unknown(self, agent_id: str) -> None:
        """The page is gone: what it last said of the keyboard is not so any more."""
        account = page_account(agent_id)
        if any(one.account == account for one in self._room.session(agent_id).silences):
            self._room.send(agent_id, InputUnknown(account, self._now()))

    def queue(self, agent_id: str, kept: Kept) -> tuple[OwnQueue, AccountRef] | None:
        """The way back on queue, while it is offered."""
        found = self._queue_of(agent_id)
        return found if found is not None and offers_queue(self.own(agent_id, kept)) else None

    def queued(self, agent_id: str) -> None:
        """The agent has gone back on queue."""
        self._away_ended.pop(agent_id, None)

    # ---- what may be done with pictures of the agent's own -----------------------------------------------

    def why_no_test(self, agent_id: str) -> str:
        """A `Because` that stands against the self-test; empty while it may be used."""
        because = self_test_permission(self._room.session(agent_id), self._world.facts(agent_id))
        return "" if because is Because.ALLOWED else because.value

    def why_no_enrolment(self, agent_id: str) -> str:
        """A `Because` that stands against measuring pictures for a template, and against making one.

        Empty while it may be done. A written release, where it is needed, is asked for beside this.
        """
        because = enrolment_permission(self._room.session(agent_id), self._world.facts(agent_id))
        return "" if because is Because.ALLOWED else because.value

    def needs_release(self, agent_id: str) -> bool:
        """Whether the law of the place asks for a written release before any template."""
        policy = self._world.facts(agent_id).policy
        return policy is None or Precondition.WRITTEN_RELEASE in policy.requires

    def _asked(self, kind: RequestKind, agent_id: str, number: str | None, text: str | None = None) -> Asked:
        by = self._world.facts(agent_id).agent_ref
        return Asked(kind, by, self._now(), agent_id, number, text=text)

    def _queue_of(self, agent_id: str) -> tuple[OwnQueue, AccountRef] | None:
        account = self._world.authority_of(agent_id)
        if account is None:
            return None
        at_home = (
            one
            for one in self._adapters.values()
            if isinstance(one, OwnQueue) and (one.platform, one.tenant) == (account.platform, account.tenant)
        )
        found = next(at_home, None)
        return (found, account) if found is not None else None

    def _still_told(self, agent_id: str) -> tuple[Notice, ...]:
        kept = self._told.get(agent_id)
        if not kept:
            return ()
        return tuple(one for one in kept if self._now() - one.since < TOLD_S)

    def _sentences(self, agent_id: str) -> tuple[str, ...]:
        """Of a policy they are made once for each language and zone: 500 pages share them."""
        policy, profile, now = self._world.facts(agent_id).policy, self._world.profile(agent_id), self._now()
        if policy is None:
            return ()
        tried = policy.shadow_until is not None and now < policy.shadow_until
        key = (f"{policy.version}{'-' if tried else ''}", profile.language, profile.time_zone)
        if key not in self._worded:
            if len(self._worded) >= WORDED_MOST:
                self._worded.pop(next(iter(self._worded)))
            self._worded[key] = sentences(policy, profile.language, profile.time_zone, now)
        return self._worded[key]


__all__ = ["DONE", "OVER", "OwnDesk"]
