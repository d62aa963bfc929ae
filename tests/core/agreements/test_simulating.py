"""Recorded days under another policy: counts by rule, and nothing about fewer than five people."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.agreements.simulating import LEAST_PEOPLE, Tally, simulate
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.policy import AbsenceRule, InputIdleRule, PhoneRule, SitePolicy
from atdesk_core.store import LedgerRow, Store, Unit
from tests.core.agreements.typed import Typed

PEOPLE = [f"ref{number}" for number in range(6)]
POLICY = SitePolicy(
    site="madrid", accountable="A. Person", absence=AbsenceRule(agent_first_s=60, min_flag_s=300)
)


def row(who: str | None, at: float, kind: LedgerKind, **data: Any) -> LedgerRow:
    return LedgerRow(1, at, "madrid", who, kind.value, json.dumps(data), "", "")


def absent(who: str, since: float, seconds: float) -> list[LedgerRow]:
    """Nobody at the desk for a while; known after four seconds."""
    return [
        row(who, since + 4, LedgerKind.FINDING, what="absent", since=since),
        row(who, since + seconds, LedgerKind.FINDING, what="present", since=since + seconds),
    ]


def tally(rows: list[LedgerRow], policy: SitePolicy = POLICY, rule: str = "absence") -> Tally:
    found = simulate(sorted(rows, key=lambda one: one.at), policy, 100_000.0)
    return next(one for one in found if one.rule == rule)


def everybody(seconds: float) -> list[LedgerRow]:
    return [one for who in PEOPLE for one in absent(who, 1000.0, seconds)]


def test_what_lasted_long_enough_would_have_been_flagged() -> None:
    assert tally(everybody(400)).would == 6
    assert tally(everybody(200)).would == 0
    patient = POLICY.model_copy(update={"absence": AbsenceRule(agent_first_s=60, min_flag_s=500)})
    assert tally(everybody(400), patient).would == 0


def test_a_rule_that_is_off_or_a_camera_that_is_off_flags_nothing() -> None:
    off = POLICY.model_copy(update={"absence": AbsenceRule(enabled=False)})
    assert tally(everybody(400), off).would == 0
    assert tally(everybody(400), POLICY.model_copy(update={"camera": False})).would == 0


def test_beside_it_stands_what_was_flagged() -> None:
    flags = [
        row(who, 1400.0, LedgerKind.FLAG, what="raised", rule="absence", number="A1B2") for who in PEOPLE
    ]
    other = [
        row(who, 1500.0, LedgerKind.FLAG, what="expired", rule="absence", number="A1B2") for who in PEOPLE
    ]
    assert tally([*everybody(400), *flags, *other]).was == 6


@pytest.mark.parametrize(("people", "said"), [(0, 0), (1, None), (4, None), (5, 5), (6, 6)])
def test_of_fewer_than_five_people_nothing_is_said(people: int, said: int | None) -> None:
    rows = [one for who in PEOPLE[:people] for one in absent(who, 1000.0, 400)]
    assert tally(rows).would == said


def test_one_person_many_times_is_still_one_person() -> None:
    rows = [one for number in range(9) for one in absent("ref0", 1000.0 * number, 400)]
    assert tally(rows).would is None


def test_a_check_that_was_not_measured_is_said_to_be_unknown() -> None:
    asks = POLICY.model_copy(update={"phone": PhoneRule(enabled=True)})
    assert tally(everybody(400), asks, "phone").measured is False
    assert tally(everybody(400), POLICY, "phone").measured is True


@pytest.mark.parametrize("ends", [LedgerKind.PAUSE, LedgerKind.COULD_NOT_TELL])
def test_a_pause_or_a_picture_that_tells_nothing_ends_it(ends: LedgerKind) -> None:
    rows = [
        one
        for who in PEOPLE
        for one in (
            row(who, 1004.0, LedgerKind.FINDING, what="absent", since=1000.0),
            row(who, 1100.0, ends, paused=True, what="too_dark"),
        )
    ]
    assert tally(rows).would == 0


def test_a_silent_keyboard_counts_by_its_own_rule() -> None:
    policy = POLICY.model_copy(
        update={"input_idle": InputIdleRule(enabled=True, idle_s=300, agent_first_s=60)}
    )
    rows = [
        one
        for who in PEOPLE
        for one in (
            row(who, 1000.0, LedgerKind.INPUT, idle=True),
            row(who, 1000.0 + 370.0, LedgerKind.INPUT, idle=False),
        )
    ]
    assert tally(rows, policy, "input_idle").would == 6
    longer = policy.model_copy(
        update={"input_idle": InputIdleRule(enabled=True, idle_s=320, agent_first_s=60)}
    )
    assert tally(rows, longer, "input_idle").would == 0


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 50), st.integers(1, 900)), max_size=40))
def test_a_tighter_policy_never_flags_more(events: list[tuple[int, int, int]]) -> None:
    rows = [one for who, hour, s in events for one in absent(f"ref{who}", hour * 3600.0, float(s))]
    tighter = POLICY.model_copy(update={"absence": AbsenceRule(agent_first_s=120, min_flag_s=600)})
    now, then = tally(rows).would, tally(rows, tighter).would
    people = {who for who, _, _ in events}
    assert now is None or then is None or then <= now
    assert len(people) >= LEAST_PEOPLE or now in (0, None)


async def test_the_command_reads_the_log_and_says_what_it_cannot_tell(tmp_path: Path) -> None:
    rows = []
    for one in everybody(400):
        data = json.loads(one.data)
        rows.append(entry(LedgerKind(one.kind), 1_790_000_000.0 + one.at, "madrid", one.agent_ref, data))
    async with await Store.open(tmp_path / "atdesk.db") as store:
        await store.commit(Unit(ledger=tuple(sorted(rows, key=lambda row: row.at))))
    typed = Typed(tmp_path)  # typed in a thread: a command has an event loop of its own
    words = (
        "policy",
        "simulate",
        str(tmp_path / "madrid.toml"),
        "--from",
        "2026-09-01",
        "--to",
        "2026-12-01",
    )
    status, printed = await asyncio.to_thread(typed.type, *words)
    assert status == 0
    assert "12 rows of the log" in printed
    assert "absence 0 6" in printed
    assert "What the log cannot tell: Nobody was looked at more often" in printed
