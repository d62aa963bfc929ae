"""Did the random looks of a shift follow the draws that were committed to? Pure, needs no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atdesk_core.looking.randomly import LATE_S, DrawPlan, commit, default_nonce, draw, mix, seed_hash

_SLACK_S = 0.002
"""Draws are whole milliseconds, times in the log are not."""


@dataclass(frozen=True, slots=True)
class Logged:
    """Where something stands in the decision log: its place, and when, seconds since the epoch."""

    seq: int
    at: float


@dataclass(frozen=True, slots=True)
class RandomLook:
    """A look that was opened with the reason `random`."""

    look_id: str
    logged: Logged


@dataclass(frozen=True, slots=True)
class Bound:
    """A nonce of the agent's own, with the seed that was sealed already when it came.

    Attributes:
        nonce: Hexadecimal.
        seed_hash: Of that seed.
        logged: Where the log says so.
    """

    nonce: str
    seed_hash: str
    logged: Logged


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """All that the log says of one shift's random looks, after it was revealed.

    Attributes:
        plan: As revealed.
        seed: As revealed, raw.
        nonce: In use in this shift, hexadecimal.
        commitment: As it stood in the log before.
        committed: Where.
        revealed: Where the seed was revealed.
        looks: All that were opened with the reason `random` within the shift.
        draws: The times that are claimed to follow, seconds; empty when none are claimed.
        bound: The agent's own nonce; None for the default.
    """

    plan: DrawPlan
    seed: bytes
    nonce: str
    commitment: str
    committed: Logged
    revealed: Logged
    looks: tuple[RandomLook, ...]
    draws: tuple[float, ...] = ()
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Outcome of a check.

    Attributes:
        draws: The times that really follow.
        faults: What does not hold, in plain words; empty when everything does.
        nonce: How far the nonce keeps anybody from having chosen the draws, in plain words.
    """

    draws: tuple[float, ...]
    faults: tuple[str, ...]
    nonce: str


def check(record: DrawRecord) -> Checked:
    """Check one shift: the commitment, that each draw follows, that no other look was opened, the cap."""
    draws = draw(mix(record.seed, record.nonce), record.plan)
    faults = (*_sealed(record), *_follow(record, draws), *_opened(record, draws))
    return Checked(draws, faults, _freedom(record))


def _sealed(record: DrawRecord) -> Iterator[str]:
    if commit(record.seed, record.plan) != record.commitment:
        yield "the commitment is not the one of this seed, shift, agent, window and count"
    if record.committed.seq >= record.revealed.seq:
        yield "the seed was revealed before the commitment stood in the log"
    if record.committed.at > record.plan.starts_at + _SLACK_S:
        yield "the commitment came after the time from which draws could fall"
    if record.revealed.at < record.plan.ends_at - _SLACK_S:
        yield "the seed was revealed before the shift was over"
    early = [look for look in record.looks if look.logged.seq < record.committed.seq]
    if early:
        yield f"look {early[0].look_id} was opened before the commitment stood in the log"


def _follow(record: DrawRecord, draws: Sequence[float]) -> Iterator[str]:
    claimed = sorted(record.draws)
    if claimed and (
        len(claimed) != len(draws)
        or any(abs(said - real) > _SLACK_S for said, real in zip(claimed, draws, strict=True))
    ):
        yield "the times given are not the ones that follow from seed and nonce"
    own = record.bound is not None and record.bound.nonce == record.nonce
    if not own and record.nonce != default_nonce(record.plan.shift_id):
        yield "the nonce is neither the agent's own nor the hash of the shift's id"
    if record.bound is not None and record.bound.logged.seq < record.committed.seq and not own:
        yield "the agent had given a nonce, and another one was used"


def _opened(record: DrawRecord, draws: Sequence[float]) -> Iterator[str]:
    """Each look takes one draw that fell at most `LATE_S` before it."""
    if len(record.looks) > record.plan.count:
        yield f"{len(record.looks)} random looks were opened, and {record.plan.count} is the cap"
    unused = list(draws)
    for look in sorted(record.looks, key=lambda one: one.logged.at):
        at = look.logged.at + _SLACK_S
        fitting = next((drawn for drawn in unused if at - LATE_S - 2 * _SLACK_S <= drawn <= at), None)
        if fitting is None:
            yield f"look {look.look_id} was opened at a time that was not drawn"
        else:
            unused.remove(fitting)


def _freedom(record: DrawRecord) -> str:
    """What is certain about who could have chosen: the draws may be right, and yet picked among many."""
    bound = record.bound
    if bound is None or bound.nonce != record.nonce:
        return (
            "the agent gave no nonce: the hash of the shift's id was used, which the operator knew "
            "when the seed was made"
        )
    if bound.seed_hash == seed_hash(record.seed):
        return "the agent's own, given after the seed was sealed: nobody could choose these draws"
    return (
        "the agent's own, from an earlier shift: the operator knew it when the seed was made. "
        "A nonce given anew before each shift excludes that"
    )
