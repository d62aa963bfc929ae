"""k of n pictures before something is found, and a run without it before it is over. Pure.

What one picture says of one check is a `Signal`; a picture that says nothing casts no vote. Votes from
before a gap are never added to votes after it.
"""

from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from atdesk_core.judging.basis import OF_VOTES, Basis
from atdesk_sdk.findings import FindingKind


class VoteRules(BaseModel):
    """How many pictures it takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(ge=1, le=20, description="Pictures that show it before it is found (count).")
    n: int = Field(ge=1, le=20, description="Newest pictures that are weighed (count).")
    leave_k: int = Field(ge=1, le=20, description="Pictures in a row without it that end it (count).")


@dataclass(frozen=True, slots=True)
class Signal:
    """What one picture says of one check.

    Attributes:
        seen: Whether it shows the thing.
        score: Of the model, 0..1; 0 where there is none.
        what: The class of the object model; empty where it is of no thing.
        count: How many are beside the agent; never who.
    """

    seen: bool
    score: float = 0.0
    what: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Vote:
    """A signal with its time (engine's clock, seconds)."""

    at: float
    signal: Signal


@dataclass(frozen=True, slots=True)
class Found:
    """What stands.

    Attributes:
        since: First picture that showed it, engine's clock.
        decided_at: When the engine knew.
        seen: Of the weighed pictures, how many show it.
        weighed: How many were weighed.
        score: Best of the model in them; 0 where there is none.
        what: The class of the thing; empty where it is of none.
        count: How many are beside the agent, in every picture that shows it.
    """

    since: float
    decided_at: float
    seen: int
    weighed: int
    score: float
    what: str
    count: int = 0

    @property
    def confidence(self) -> float:
        """Share of the weighed pictures that show it, 0..1."""
        return self.seen / self.weighed


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one agent.

    Attributes:
        kind: What it looks for.
        votes: The newest, oldest first, without a gap.
        since: First picture that showed it, of the run that is being weighed; None: none did.
        found: What stands; None nothing.
        undecided: What stands has not been seen again since a gap.
        ended_at: First picture without it, of what stood before and is over; None while it stands.
    """

    kind: FindingKind
    votes: tuple[Vote, ...] = ()
    since: float | None = None
    found: Found | None = None
    undecided: bool = False
    ended_at: float | None = None

    @property
    def basis(self) -> Basis | None:
        """On what stands rests; None while nothing does."""
        known = self.found
        if known is None:
            return None
        kind = OF_VOTES[self.kind]
        return Basis(kind, known.what, known.count, known.seen, known.weighed, round(known.score, 2))

    @property
    def doubtful(self) -> bool:
        """Whether looking again, soon, can change the answer."""
        if self.found is None:
            return self.since is not None
        return self.undecided or (bool(self.votes) and not self.votes[-1].signal.seen)


def cast(check: Check, at: float, signal: Signal, rules: VoteRules, for_s: float, step_s: float) -> Check:
    """Weigh one more picture.

    Args:
        check: As it was.
        at: Engine's clock, seconds.
        signal: What the picture says.
        rules: How many it takes.
        for_s: Time from the first picture that shows it to the newest, seconds.
        step_s: Pictures closer together count as one, the kinder one.
    """
    votes = _added(check.votes, Vote(at, signal), rules.n, step_s)
    newest = votes[-1].signal.seen
    since = check.since if check.since is not None or not newest else at
    tail = votes[-rules.leave_k :]
    if len(tail) == rules.leave_k and not any(vote.signal.seen for vote in tail):
        return Check(check.kind, tail, ended_at=tail[0].at if check.found else check.ended_at)
    check = replace(check, votes=votes, since=since)
    if not newest or since is None or at - since < for_s or not _enough(votes, rules):
        return check
    return replace(check, found=_found(check, since, at), undecided=False, ended_at=None)


def lost(check: Check, at: float) -> Check:
    """Nothing can be seen any more: what stood is over, and nothing is known."""
    return Check(check.kind, ended_at=at if check.found else check.ended_at)


def after_gap(check: Check) -> Check:
    """Time went by unseen: what stood may be over, and nothing from before it is added up."""
    return Check(check.kind, found=check.found, undecided=check.found is not None)


def _added(votes: tuple[Vote, ...], new: Vote, n: int, step_s: float) -> tuple[Vote, ...]:
    if votes and new.at - votes[-1].at < step_s:
        kinder = min(votes[-1].signal, new.signal, key=lambda signal: signal.seen)
        return (*votes[:-1], Vote(votes[-1].at, kinder))
    return (*votes, new)[-n:]


def _enough(votes: tuple[Vote, ...], rules: VoteRules) -> bool:
    return sum(vote.signal.seen for vote in votes) >= rules.k


def _found(check: Check, since: float, at: float) -> Found:
    """What goes on keeps its beginning."""
    seen = [vote.signal for vote in check.votes if vote.signal.seen]
    best = max(seen, key=lambda signal: signal.score)
    first, decided_at = (check.found.since, check.found.decided_at) if check.found else (since, at)
    least = min(signal.count for signal in seen)
    return Found(first, decided_at, len(seen), len(check.votes), best.score, best.what, least)
