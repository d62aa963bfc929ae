"""Revealed shifts to check: honest ones, made as the service makes them."""

from hypothesis import strategies as st

from atdesk_core.looking import (
    Bound,
    DrawPlan,
    DrawRecord,
    Logged,
    RandomLook,
    commit,
    default_nonce,
    draw,
    mix,
    nonce_of,
    seed_hash,
)

seeds = st.binary(min_size=32, max_size=32)
plans = st.builds(
    lambda start, length, count: DrawPlan("2026-11-23T09:00", "ref1", start, start + length, count),
    st.floats(1.7e9, 1.9e9),
    st.floats(60, 50_000),
    st.integers(1, 24),
)


def honest(
    seed: bytes, plan: DrawPlan, *, own: str | None = None, late_s: float = 0.0, opened: int = 24
) -> DrawRecord:
    """What the log says of a shift in which everything went by the rules.

    Args:
        seed: Of the shift.
        plan: Of the shift.
        own: What the agent said as a nonce; None for the default.
        late_s: How late each look was opened.
        opened: How many of the draws were looked at, at most.
    """
    nonce = default_nonce(plan.shift_id) if own is None else nonce_of(own)
    draws = draw(mix(seed, nonce), plan)
    looks = tuple(
        RandomLook(f"look-{number}", Logged(20 + number, at + late_s))
        for number, at in enumerate(draws[:opened])
    )
    return DrawRecord(
        plan=plan,
        seed=seed,
        nonce=nonce,
        commitment=commit(seed, plan),
        committed=Logged(10, plan.starts_at - 300),
        revealed=Logged(90, plan.ends_at + 5),
        looks=looks,
        draws=draws,
        bound=None if own is None else Bound(nonce, seed_hash(seed), Logged(8, plan.starts_at - 900)),
    )
