"""What people asked for by way of the database: pauses, answers, disputes, decisions; and their consequences.

Everything is done here and not by the commands, because this process owns the sessions. A request that was
done and not yet settled when the process was killed is done again, and changes nothing the second time.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from atdesk_core import reviewing
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.policy import ReviewRules
from atdesk_core.reviewing import Asked, Decision, Refused, RequestKind, Share
from atdesk_core.runtime.answering import Answering, may_review
from atdesk_core.runtime.integrator import rule_notice
from atdesk_core.runtime.planning import changed_flag_rows
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.router import Router
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import FlagDisputed, takes_two
from atdesk_core.store import (
    DisputeRow,
    FlagRow,
    LedgerEntry,
    ReviewRow,
    RuleShadowRow,
    Store,
    Unit,
)
from atdesk_sdk import (
    AccountRef,
    FindingKind,
    FlagStatus,
    LeadAction,
    PauseChanged,
    PausedBy,
    TurnedIntoBreak,
)

log = logging.getLogger(__name__)

DONE = "done"
SECOND_PERSON = "second_person_needed"
UNKNOWN = "nobody_known"
FAILED = "failed"


class Reviews:
    """Does what was asked for.

    Args:
        store: The database.
        room: The sessions.
        world: The directory and the policies.
        router: Takes pauses.
        now: Engine's clock.
    """

    def __init__(
        self,
        store: Store,
        room: SessionRoom,
        world: LiveWorld,
        router: Router,
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._room = room
        self._world = world
        self._router = router
        self._answering: Answering = router.answering
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def poll(self) -> None:
        """Everything that was asked for since the last time, then the rules that it may have overturned."""
        for request in await reviewing.pending(self._store):
            outcome = await self.take(request)
            if self._room.failed.is_set():
                return  # not done: it is asked for still when the service starts again
            await reviewing.settle(self._store, request.place, outcome, self._now())
        for site in sorted(self._answering.reviewed_sites):
            await self._check_again(site)

    async def take(self, request: Asked) -> str:
        """One request, alone: two people who decide at once are heard one after the other.

        Returns:
            `DONE` once it is on the disk, or why it changed nothing.
        """
        async with self._one_at_a_time:
            outcome = await self._done(request)
            await self._room.flushed()
            return FAILED if self._room.failed.is_set() else outcome

    async def _done(self, request: Asked) -> str:
        """What cannot be done stands in nobody's way. A fault may quote what was typed: its kind is told."""
        try:
            return await self._do(request)
        except Exception as error:
            log.error("request %d could not be done: %s", request.place, type(error).__name__)
            return FAILED

    async def _do(self, request: Asked) -> str:
        match request.kind:
            case RequestKind.PAUSE | RequestKind.RESUME:
                return self._pause(request)
            case RequestKind.BREAK:
                return self._break(request)
            case RequestKind.ACKNOWLEDGE | RequestKind.DISMISS:
                return self._answer(request)
            case RequestKind.DISPUTE:
                return await self._dispute(request)
            case _:
                return await self._decide(request, Decision(request.kind.value))

    def _pause(self, request: Asked) -> str:
        """Somebody acts for an agent who asked for it; it does not hang on an account of the agent's."""
        agent_id = request.agent_id
        if agent_id is None or agent_id not in self._world.directory.people:
            return UNKNOWN
        now, paused = self._now(), request.kind is RequestKind.PAUSE
        event = PauseChanged(
            _nobodys(agent_id), paused, PausedBy.SUPPORT, now, now, request.code, request.text
        )
        self._router.pause(agent_id, event)
        return DONE

    def _break(self, request: Asked) -> str:
        agent_id = request.agent_id
        if agent_id is None or agent_id not in self._world.directory.people:
            return UNKNOWN
        before, now = self._room.session(agent_id), self._now()
        self._room.send(agent_id, TurnedIntoBreak(_nobodys(agent_id), request.flag_number, now, now))
        after = self._room.session(agent_id)
        changed = (before.flags, before.break_since, before.claim) != (
            after.flags,
            after.break_since,
            after.claim,
        )
        return DONE if changed else "no_break"

    def _answer(self, request: Asked) -> str:
        person_id = self._world.directory.agent_by_ref(request.by_ref)
        action = LeadAction(request.kind.value)
        refused = self._answering.answer(person_id, request.flag_number or "", action, request.code)
        return refused.value if refused else DONE

    async def _dispute(self, request: Asked) -> str:
        number, agent_id = request.flag_number or "", request.agent_id or ""
        flag, now = await self._flag(number), self._now()
        policy = self._world.facts(agent_id).policy
        days = policy.review.dispute_days if policy else 0.0
        refused = reviewing.dispute_refused(flag, agent_id, now, days)
        if refused is not None or flag is None:
            return (refused or Refused.NO_SUCH_FLAG).value
        text = (request.text or "").strip()[: reviewing.LONGEST_TEXT] or None
        unit = Unit(
            disputes=(DisputeRow(number, agent_id, now, text),),
            ledger=(self._row(LedgerKind.DISPUTE, flag, what="opened", number=number),),
        )
        if self._answering.is_open(agent_id, number):
            self._room.send(agent_id, FlagDisputed(number, now), also=unit)
        else:
            await self._change(flag, FlagStatus.DISPUTED, flag.reason, unit)
        return DONE

    async def _decide(self, request: Asked, decision: Decision) -> str:
        number, by = request.flag_number or "", request.by_ref
        flag, reviews = await self._flag(number), await reviewing.reviews_of(self._store, number)
        person_id = self._world.directory.agent_by_ref(by)
        if flag is not None and (person_id is None or not self._may_review(person_id, flag.agent_id)):
            return Refused.NO_REVIEWER.value
        refused = reviewing.decision_refused(flag, reviews, decision, request.code, by)
        if refused is not None or flag is None:
            return (refused or Refused.NO_SUCH_FLAG).value
        reason, now = request.code or "", self._now()
        review = ReviewRow(number, decision.value, reason, by, now)
        row = self._row(LedgerKind.REVIEW, flag, what=decision.value, number=number, reason=reason, by=by)
        two = takes_two(self._world.facts(flag.agent_id).policy, FindingKind(flag.finding))
        if decision is Decision.UPHOLD and not reviewing.stands_with(reviews, by, two):
            await self._store.commit(Unit(reviews=(review,), ledger=(row,)))
            return SECOND_PERSON
        await self._settle(flag, decision, review, row)
        return DONE

    async def _flag(self, number: str) -> FlagRow | None:
        """A flag as it is kept, with all that a session has said of it: that may end it meanwhile."""
        while True:
            owner = self._answering.agent_of(number)
            await self._room.flushed()
            flag = await self._store.flag(number)
            if self._answering.agent_of(number) == owner:
                return flag

    def _may_review(self, person_id: str, agent_id: str) -> bool:
        return may_review(self._world.directory, person_id, agent_id, self._world.reviewers)

    async def _settle(self, flag: FlagRow, decision: Decision, review: ReviewRow, row: LedgerEntry) -> None:
        upheld = decision is Decision.UPHOLD
        dispute = await reviewing.dispute_of(self._store, flag.number)
        decided = () if dispute is None else (_decided(dispute, upheld, review),)
        status = FlagStatus.UPHELD if upheld else FlagStatus.OVERTURNED
        unit = Unit(reviews=(review,), disputes=decided, ledger=(row,))
        await self._change(flag, status, review.reason, unit)
        site = self._world.directory.site_of(flag.agent_id)
        if site is not None:
            self._answering.reviewed_sites.add(site.site_id)

    async def _change(self, flag: FlagRow, status: FlagStatus, reason: str, also: Unit) -> None:
        """A flag that no session has any more: kept in the order of what the sessions keep, and shown."""
        now = self._now()
        after = replace(flag, status=status.value, reason=reason, closed_at=flag.closed_at or now)
        grounds = await reviewing.grounds_of(self._store, flag.number)
        profile = self._world.profile(flag.agent_id)
        outbox = tuple(changed_flag_rows(after, grounds, profile, now))
        row = self._row(LedgerKind.FLAG, flag, number=flag.number, what=status.value, why=reason or None)
        unit = replace(also, flags=(after,), outbox=outbox, ledger=(*also.ledger, row))
        await self._store.commit(unit)
        self._room.follow(unit)  # the still of it is held, or let go

    def _row(self, kind: LedgerKind, flag: FlagRow, **data: Value) -> LedgerEntry:
        directory = self._world.directory
        site = directory.site_of(flag.agent_id)
        where, whose = site.site_id if site else "", directory.agent_ref(flag.agent_id)
        return entry(kind, self._now(), where, whose, data)

    async def _check_again(self, site: str) -> None:
        """What is reviewed meanwhile is checked in the next round, and so is what could not be read."""
        self._answering.reviewed_sites.discard(site)
        try:
            await self._check_rules(site)
        except Exception:
            self._answering.reviewed_sites.add(site)
            raise

    async def _check_rules(self, site: str) -> None:
        """A rule that people overturn too often tells nobody any more, at this site."""
        standing = {row.rule for row in await reviewing.standing_shadows(self._store) if row.site == site}
        for share in await reviewing.shares_of(self._store, site):
            rules = self._rules_of(site)
            if share.rule in standing or rules is None:
                continue
            if reviewing.overturned_too_often(share, rules):
                await self._fall_back(site, share)

    def _rules_of(self, site: str) -> ReviewRules | None:
        """Of anybody at the site who has a policy."""
        people = (one for one, person in self._world.directory.people.items() if person.site_id == site)
        policies = (self._world.facts(agent_id).policy for agent_id in people)
        return next((policy.review for policy in policies if policy is not None), None)

    async def _fall_back(self, site: str, share: Share) -> None:
        now, shown = self._now(), not reviewing.suppressed(share.people)
        row = RuleShadowRow(site, share.rule, now, share.reviewed, share.overturned)
        logged = entry(
            LedgerKind.SHADOW,
            now,
            site,
            None,
            {
                "what": "begun",
                "why": "overturned",
                "rule": share.rule,
                "reviewed": share.reviewed if shown else None,
                "overturned": share.overturned if shown else None,
            },
        )
        log.error(
            "rule %s at site %s is in shadow mode: too many of its flags were overturned. It tells nobody "
            "until a named person lifts that: atdesk flags lift %s %s --by PERSON",
            share.rule,
            site,
            site,
            share.rule,
        )
        told = (rule_notice(site, share.rule, now),)
        unit = Unit(rule_shadows=(row,), ledger=(logged,), outbox=told)
        await self._store.commit(unit)
        self._room.follow(unit)


def _nobodys(agent_id: str) -> AccountRef:
    """Stands for the agent where no account of theirs is concerned."""
    return AccountRef("atdesk", "atdesk", agent_id)


def _decided(dispute: DisputeRow, upheld: bool, review: ReviewRow) -> DisputeRow:
    return replace(
        dispute, upheld=upheld, reason=review.reason, decided_by=review.by_ref, decided_at=review.at
    )
