"""Pauses, answers, disputes and decisions in a whole service, with a real store and a scripted platform."""

import asyncio
import json
import logging
import time
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core import reviewing
from atdesk_core.identity import Person
from atdesk_core.identity.records import mark_changed
from atdesk_core.policy import PauseReason, PauseRule, ReviewRules
from atdesk_core.reviewing import (
    Asked,
    RequestKind,
    ask,
    dispute_of,
    grounds_of,
    lift,
    outcome_of,
    pause_of,
    reviews_of,
    standing_shadows,
)
from atdesk_core.runtime.service import Service
from atdesk_core.session import RecordKind, Wanted
from atdesk_core.store import Store, tables
from atdesk_core.store.apply import upsert, upsert_values
from atdesk_sdk import Capabilities, FlagStatus, Frame, LeadAction, NoticeKind, Observation
from atdesk_sdk.testing import LeadPresses, PauseSet, ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, ReadingEyes, account, until

PRIVATE = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)
WORDS = "fetching my daughter"
WITH_TEXT = POLICY.model_copy(update={"pause": PauseRule(reason=PauseReason.TEXT, categories=("water",))})


def make_office(tmp_path: Path, *agents: str) -> Office:
    names = agents or ("ann",)
    platform = ScriptedPlatform([account(one) for one in (*names, "lee", "mia")], time.time)
    return Office(tmp_path, platform, names, capabilities=PRIVATE)


async def add_lead(service: Service, agent_id: str) -> str:
    """Mia, who leads somebody else at the site; returns her random id."""
    mia = Person("mia", "refmia", "Mia Lead", "", "en", "sales", "home")
    zoe = Person("zoe", "refzoe", "Zoe Agent", "", "en", "sales", "home")

    async def job(connection: AsyncConnection) -> None:
        await upsert(connection, tables.people, [mia, zoe])
        await upsert_values(connection, tables.leads, [{"agent_id": "zoe", "lead_id": "mia"}])
        await mark_changed(connection)

    await service.store.run(job)
    await until(lambda: "mia" in service.world.directory.people)
    assert "mia" not in service.world.directory.lead_ids(agent_id)
    return mia.agent_ref


async def asked(service: Service, request: Asked) -> str:
    """What became of a request."""
    place = await ask(service.store, request)
    async with asyncio.timeout(12):
        while (outcome := await outcome_of(service.store, place)) is None:  # noqa: ASYNC110  (another task's)
            await asyncio.sleep(0.05)
    return outcome


def about(kind: RequestKind, by: str, number: str, code: str | None = None) -> Asked:
    return Asked(kind, by, time.time(), flag_number=number, code=code)


async def flagged(office: Office, service: Service, what: str = "other", agent_id: str = "ann") -> str:
    office.show(what, agent_id)
    await until(lambda: bool(service.room.session(agent_id).flags))
    (flag,) = service.room.session(agent_id).flags
    await until(lambda: any(view.number == flag.number for view in office.platform.flags.values()))
    return flag.number


def ref(service: Service, agent_id: str) -> str:
    found = service.world.directory.agent_ref(agent_id)
    assert found is not None
    return found


async def everything_kept(store: Store) -> str:
    rows = await store.ledger(start=0, end=time.time() + 1)
    snapshots = await store.load_sessions()
    return " ".join([*(row.data for row in rows), *(one.data for one in snapshots)])


@pytest.mark.parametrize("takes_text", [False, True])
async def test_what_an_agent_typed_is_kept_where_the_policy_takes_it_and_in_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, takes_text: bool
) -> None:
    caplog.set_level(logging.DEBUG, logger="atdesk_core")
    office = make_office(tmp_path)
    office.policy = WITH_TEXT if takes_text else POLICY
    async with office.open() as service:
        office.show("agent")
        await until(lambda: bool(office.platform.looks))
        office.platform.happen(PauseSet(account("ann"), True, reason_code="water", reason_text=WORDS))
        assert service.room.session("ann").look is None
        await service.room.flushed()
        kept = await pause_of(service.store, "ann")
        assert kept is not None
        expected = ("water", WORDS) if takes_text else (None, None)
        assert (kept.category, kept.text) == expected
        office.platform.happen(PauseSet(account("ann"), False))
        await service.room.flushed()
        assert await pause_of(service.store, "ann") is None
        everything = await everything_kept(service.store)
        assert ('"category":"water"' in everything) is takes_text
        assert WORDS not in everything
    assert WORDS not in caplog.text


async def test_a_pause_that_support_made_stands_over_a_restart_until_it_is_lifted(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent")
        await until(lambda: bool(office.platform.looks))
        assert await asked(service, Asked(RequestKind.PAUSE, "support", time.time(), "ann")) == "done"
        seen = len(office.platform.looks)
    async with office.open() as service:
        office.show("agent")
        await asyncio.sleep(1.5)
        assert len(office.platform.looks) == seen
        assert await asked(service, Asked(RequestKind.RESUME, "support", time.time(), "ann")) == "done"
        await until(lambda: len(office.platform.looks) > seen)


async def test_a_pause_that_was_asked_for_while_nothing_ran_stands_before_anything_is_opened(
    tmp_path: Path,
) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        await service.room.flushed()
    async with await Store.open(tmp_path / "atdesk.db") as store:
        await ask(store, Asked(RequestKind.PAUSE, "support", time.time(), "ann"))
    async with office.open():
        office.show("agent")
        await asyncio.sleep(1.5)
        assert office.platform.looks == []


class SlowEyes(ReadingEyes):
    """A frame that takes its time."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        self.begun.set()
        await asyncio.Event().wait()
        return await super().observe(agent_id, frame, wanted)


async def test_a_frame_under_way_at_a_pause_is_dropped_counted_and_takes_from_the_budget(
    tmp_path: Path,
) -> None:
    office = make_office(tmp_path)
    eyes = SlowEyes()
    office.eyes = eyes
    async with office.open() as service:
        office.show("nobody")
        await asyncio.wait_for(eyes.begun.wait(), 12)
        office.platform.happen(PauseSet(account("ann"), True))
        await until(lambda: service.broker.counts["frames_dropped_in_flight"] == 1)
        session = service.room.session("ann")
        assert session.judge.verdict.finding is None
        assert session.spent.frames == 1
        assert [record.kind for _, record in office.records].count(RecordKind.DROPPED) == 1


async def test_a_face_mismatch_takes_two_people_and_says_so_on_the_card(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        second = await add_lead(service, "ann")
        number = await flagged(office, service)
        press = LeadPresses(number, LeadAction.ACKNOWLEDGE, account("lee"))
        office.platform.happen(press)
        await until(lambda: office.platform.flags["1"].status is FlagStatus.AWAITING_SECOND)
        office.platform.happen(press)
        assert service.room.session("ann").flags[0].status is FlagStatus.AWAITING_SECOND
        own = about(RequestKind.ACKNOWLEDGE, ref(service, "ann"), number, "as_shown")
        assert await asked(service, own) == "no_lead"
        other = about(RequestKind.ACKNOWLEDGE, second, number, "as_shown")
        assert await asked(service, other) == "done"
        await until(lambda: office.platform.flags["1"].status is FlagStatus.ACKNOWLEDGED)
        await service.room.flushed()
        said = [(one.action, one.by_ref) for one in await reviews_of(service.store, number)]
        assert said == [("acknowledge", ref(service, "lee")), ("acknowledge", second)]
        grounds = await grounds_of(service.store, number)
        assert grounds is not None
        details = office.platform.flags["1"].details
        assert details is not None
        assert details.tries == grounds.tries == 2


async def test_nobody_confirms_two_flags_within_moments(tmp_path: Path) -> None:
    office = make_office(tmp_path, "ann", "ben")
    async with office.open() as service:
        first = await flagged(office, service, "nobody", "ann")
        second = await flagged(office, service, "nobody", "ben")
        office.platform.happen(LeadPresses(first, LeadAction.ACKNOWLEDGE, account("lee")))
        office.platform.happen(LeadPresses(second, LeadAction.ACKNOWLEDGE, account("lee")))
        assert service.room.session("ann").flags[0].status is FlagStatus.ACKNOWLEDGED
        assert service.room.session("ben").flags[0].status is FlagStatus.RAISED
        assert service.router.counts["answer_too_quick"] == 1
        office.platform.happen(LeadPresses(second, LeadAction.DISMISS, account("lee"), "working"))
        assert service.room.session("ben").flags == ()


async def test_a_dispute_stops_all_use_and_somebody_else_decides(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        second = await add_lead(service, "ann")
        number = await flagged(office, service)
        office.platform.happen(LeadPresses(number, LeadAction.ACKNOWLEDGE, account("lee")))
        dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", number, text=WORDS)
        assert await asked(service, dispute) == "done"
        await until(lambda: office.platform.flags["1"].status is FlagStatus.DISPUTED)
        assert await asked(service, dispute) == "disputed_already"
        by_lee = about(RequestKind.OVERTURN, ref(service, "lee"), number, "wrong")
        assert await asked(service, by_lee) == "same_person"
        by_ann = about(RequestKind.OVERTURN, ref(service, "ann"), number, "wrong")
        assert await asked(service, by_ann) == "no_reviewer"
        no_reason = about(RequestKind.OVERTURN, second, number)
        assert await asked(service, no_reason) == "reason_missing"
        assert await asked(service, about(RequestKind.OVERTURN, second, number, "wrong")) == "done"
        await until(lambda: office.platform.flags["1"].status is FlagStatus.OVERTURNED)
        kept, said = await service.store.flag(number), await dispute_of(service.store, number)
        assert kept is not None
        assert said is not None
        assert (kept.status, kept.reason) == ("overturned", "wrong")
        assert (said.text, said.upheld, said.decided_by) == (WORDS, False, second)
        everything = await everything_kept(service.store)
        assert WORDS not in everything
        rows = await service.store.ledger(start=0, end=time.time() + 1)
        assert {"dispute", "review"} <= {row.kind for row in rows}


async def test_to_uphold_it_takes_a_second_person_too(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        second = await add_lead(service, "ann")
        number = await flagged(office, service)
        dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", number)
        assert await asked(service, dispute) == "done"
        uphold = about(RequestKind.UPHOLD, second, number, "as_shown")
        assert await asked(service, uphold) == "second_person_needed"
        kept = await service.store.flag(number)
        assert kept is not None
        assert kept.status == "disputed"
        assert await asked(service, uphold) == "same_person"
        by_lee = about(RequestKind.UPHOLD, ref(service, "lee"), number, "as_shown")
        assert await asked(service, by_lee) == "done"
        await until(lambda: office.platform.flags["1"].status is FlagStatus.UPHELD)


async def test_a_rule_that_is_overturned_falls_back_is_said_and_is_lifted_by_a_person(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    strict = ReviewRules(overturn_share=0.5, overturn_least=1)
    office.policy = POLICY.model_copy(update={"review": strict})
    async with office.open() as service:
        number = await flagged(office, service)
        office.platform.happen(LeadPresses(number, LeadAction.DISMISS, account("lee"), "wrong"))
        await until(lambda: "different_person" in service.world.facts("ann").shadow_rules)
        (standing,) = await standing_shadows(service.store)
        assert (standing.site, standing.rule, standing.reviewed) == ("home", "different_person", 1)
        told = await service.store.outbox_entry(f"rule-home-different_person-{standing.since:.3f}")
        assert told is not None
        assert json.loads(told.row.payload)["rule"] == "different_person"
        notices = len(office.platform.notices)
        await until(lambda: any(row.kind == "shadow" for _, row in office.records))
        await asyncio.sleep(2.0)
        assert len(office.platform.notices) == notices
        assert len(office.platform.flags) == 1
        assert await lift(service.store, "home", "different_person", ref(service, "lee"), time.time())
        await until(lambda: len(office.platform.notices) > notices)
        assert office.platform.notices[-1].kind is NoticeKind.DIFFERENT_PERSON


async def test_one_request_makes_an_absence_a_break(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        number = await flagged(office, service, "nobody")
        request = Asked(RequestKind.BREAK, ref(service, "ann"), time.time(), "ann", number)
        assert await asked(service, request) == "done"
        await until(lambda: office.platform.flags["1"].status is FlagStatus.WITHDRAWN)
        assert service.room.session("ann").claim is None
        assert await asked(service, request) == "no_break"


async def test_a_request_that_goes_wrong_stands_in_nobodys_way_and_is_not_quoted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_arguments: object) -> None:
        raise ValueError(WORDS)

    monkeypatch.setattr(reviewing, "dispute_refused", fault)
    caplog.set_level(logging.DEBUG, logger="atdesk_core")
    office = make_office(tmp_path)
    async with office.open() as service:
        dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", "K7Q2AB", text=WORDS)
        assert await asked(service, dispute) == "failed"
        assert await asked(service, Asked(RequestKind.PAUSE, "support", time.time(), "ann")) == "done"
    assert "ValueError" in caplog.text
    assert WORDS not in caplog.text
