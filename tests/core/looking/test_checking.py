"""What an agent or a works council finds out: an honest shift passes, each way of cheating is named."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.looking import (
    LATE_S,
    Bound,
    DrawFileError,
    DrawPlan,
    DrawRecord,
    Logged,
    RandomLook,
    check,
    nonce_of,
    read_draws,
    seed_hash,
    write_draws,
)
from tests.core.looking.shifts import honest, plans, seeds

SEED = bytes(range(32))
PLAN = DrawPlan("2026-11-23T09:00", "ref1", 1_000_000.0, 1_030_000.0, 5)
OTHER = bytes([9] * 32)


@given(seeds, plans, st.none() | st.text(), st.floats(0, LATE_S), st.integers(0, 24))
def test_an_honest_shift_passes(
    seed: bytes, plan: DrawPlan, own: str | None, late_s: float, opened: int
) -> None:
    record = honest(seed, plan, own=own, late_s=late_s, opened=opened)
    assert check(record).faults == ()
    assert read_draws(write_draws(record)) == record


@given(seeds, plans, st.floats(0.1, 30_000))
def test_a_look_that_was_not_drawn_is_always_found(seed: bytes, plan: DrawPlan, where: float) -> None:
    record = honest(seed, plan, opened=0)
    at = plan.starts_at + where
    look = RandomLook("look-x", Logged(50, at))
    drawn = any(draw <= at + 0.01 and at - draw <= LATE_S + 0.01 for draw in record.draws)
    faults = check(replace(record, looks=(look,))).faults
    assert drawn or any("look-x was opened at a time that was not drawn" in fault for fault in faults)


@pytest.mark.parametrize(
    ("cheat", "complaint"),
    [
        (lambda one: replace(one, seed=OTHER), "the commitment is not the one of this seed"),
        (lambda one: replace(one, plan=replace(PLAN, count=6)), "the commitment is not the one"),
        (lambda one: replace(one, plan=replace(PLAN, agent_ref="ref2")), "the commitment is not the one"),
        (lambda one: replace(one, committed=Logged(95, 0.0)), "revealed before the commitment"),
        (lambda one: replace(one, committed=Logged(22, 0.0)), "look-0 was opened before the commitment"),
        (lambda one: replace(one, committed=Logged(10, 1_000_100.0)), "came after the time from which"),
        (lambda one: replace(one, revealed=Logged(90, 1_020_000.0)), "before the shift was over"),
        (lambda one: replace(one, draws=one.draws[1:]), "not the ones that follow"),
        (lambda one: replace(one, draws=(0.0, *one.draws[1:])), "not the ones that follow"),
        (lambda one: replace(one, nonce=nonce_of("picked")), "neither the agent's own nor the hash"),
        (
            lambda one: replace(one, bound=Bound(nonce_of("mine"), "a" * 64, Logged(5, 0.0))),
            "another one was used",
        ),
    ],
)
def test_each_way_of_cheating_is_named(cheat: Callable[[DrawRecord], DrawRecord], complaint: str) -> None:
    record = honest(SEED, PLAN)
    assert check(record).faults == ()
    assert any(complaint in fault for fault in check(cheat(record)).faults)


def test_two_looks_for_one_draw_break_the_rule_and_more_than_the_cap_too() -> None:
    record = honest(SEED, PLAN)
    again = tuple(replace(look, look_id=f"{look.look_id}-again") for look in record.looks)
    faults = check(replace(record, looks=(*record.looks, *again))).faults
    assert any("10 random looks were opened, and 5 is the cap" in fault for fault in faults)
    assert sum("was not drawn" in fault for fault in faults) == 5


def test_a_draw_that_waited_too_long_may_not_be_made_up_for() -> None:
    assert check(honest(SEED, PLAN, late_s=LATE_S + 1)).faults


def test_it_is_said_how_far_the_nonce_reaches() -> None:
    assert "gave no nonce" in check(honest(SEED, PLAN)).nonce
    assert "nobody could choose" in check(honest(SEED, PLAN, own="mine")).nonce
    record = honest(SEED, PLAN, own="mine")
    old = Bound(record.nonce, seed_hash(OTHER), Logged(8, 0.0))
    assert "from an earlier shift" in check(replace(record, bound=old)).nonce


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: "", "not JSON"),
        (lambda text: "[1]", "no JSON object"),
        (lambda text: text.replace("draws-1", "draws-2"), "algorithm: this program checks"),
        (lambda text: text.replace('"budget": 5', '"budget": "5"'), "budget: is no whole number"),
        (lambda text: text.replace('"budget": 5', '"budget": true'), "budget: is no whole number"),
        (lambda text: text.replace('"shift"', '"schift"'), "shift: is missing"),
        (lambda text: text.replace(SEED.hex(), "00"), "seed: is no seed of 64 digits"),
        (lambda text: text.replace(SEED.hex(), "xy" * 32), "seed: is not hexadecimal"),
        (lambda text: text.replace("1030000.0", "1e999"), "ends_at: is no time"),
        (lambda text: text.replace('"looks": [', '"looks": [7,'), "is no JSON object"),
    ],
)
def test_a_broken_file_is_refused_by_key(change: Callable[[str], str], complaint: str) -> None:
    with pytest.raises(DrawFileError, match=complaint):
        read_draws(change(write_draws(honest(SEED, PLAN))))
