"""Random draws: repeatable, capped, within the shift, chosen by nobody."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.looking import DrawPlan, commit, default_nonce, draw, mix, nonce_of, seed_hash
from tests.core.looking.shifts import plans, seeds

PLAN = DrawPlan("2026-11-23T09:00", "ref1", 1_000_000.0, 1_030_000.0, 5)
NONCE = default_nonce(PLAN.shift_id)


@given(seeds, plans)
def test_draws_are_repeatable_capped_and_within_the_shift(seed: bytes, plan: DrawPlan) -> None:
    key = mix(seed, NONCE)
    times = draw(key, plan)
    assert times == draw(key, plan)
    assert len(times) == plan.count
    assert list(times) == sorted(times)
    assert all(plan.starts_at - 0.001 <= at < plan.ends_at + 0.001 for at in times)


@given(seeds, plans, st.integers(0, 24))
def test_a_smaller_cap_leaves_draws_out_and_adds_none(seed: bytes, plan: DrawPlan, fewer: int) -> None:
    key = mix(seed, NONCE)
    less = DrawPlan(plan.shift_id, plan.agent_ref, plan.starts_at, plan.ends_at, min(fewer, plan.count))
    assert set(draw(key, less)) <= set(draw(key, plan))


@given(seeds, seeds, st.text(), st.text())
def test_seed_and_nonce_both_decide(one: bytes, two: bytes, said: str, otherwise: str) -> None:
    keys = {mix(seed, nonce_of(text)) for seed in (one, two) for text in (said, otherwise)}
    assert len(keys) == len({one, two}) * len({said, otherwise})


@given(seeds, plans, plans)
def test_a_commitment_covers_window_and_count(seed: bytes, plan: DrawPlan, other: DrawPlan) -> None:
    same = (plan.window_ms, plan.count) == (other.window_ms, other.count)
    assert (commit(seed, plan) == commit(seed, other)) is same


def test_a_commitment_covers_seed_shift_and_agent() -> None:
    seed = bytes(32)
    other_shift = DrawPlan("2026-11-24T09:00", "ref1", PLAN.starts_at, PLAN.ends_at, 5)
    other_agent = DrawPlan(PLAN.shift_id, "ref2", PLAN.starts_at, PLAN.ends_at, 5)
    seals = [commit(seed, plan) for plan in (PLAN, other_shift, other_agent)]
    assert len({*seals, commit(bytes([1] * 32), PLAN), seed_hash(seed)}) == 5


def test_the_recipe_is_the_one_that_is_written_down() -> None:
    """With nothing but a hash function, as somebody without our program does it."""
    seed = bytes(range(32))
    key = hmac.digest(seed, b"atdesk-draws-1/mix" + hashlib.sha256(b"2026-11-23T09:00").digest(), "sha256")
    by_hand = sorted(
        1_000_000_000
        + 30_000_000
        * (int.from_bytes(hmac.digest(key, bytes([0, 0, 0, i]), "sha256")[:8], "big") >> 11)
        // 2**53
        for i in range(5)
    )
    assert [round(at * 1000) for at in draw(mix(seed, NONCE), PLAN)] == by_hand
    content = f'["atdesk-draws-1","{seed.hex()}","2026-11-23T09:00","ref1",1000000000,1030000000,5]'
    assert commit(seed, PLAN) == hashlib.sha256(content.encode()).hexdigest()


def test_draws_spread_over_the_whole_shift() -> None:
    """Ten parts of the shift, a thousand draws: each part gets its share, give or take."""
    plan = DrawPlan("s", "r", 0.0, 1000.0, 1000)
    parts = [int(at // 100) for at in draw(mix(bytes(32), NONCE), plan)]
    assert all(60 < parts.count(part) < 140 for part in range(10))


def test_a_shift_without_length_has_none() -> None:
    assert draw(bytes(32), DrawPlan("s", "r", 10.0, 10.0, 5)) == ()
