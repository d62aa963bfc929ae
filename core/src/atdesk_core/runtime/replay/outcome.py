"""What a replay found, in the form that `--json` writes."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from atdesk_core.judging import check, verdict
from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.evidence_words import evidence_in_words
from atdesk_core.session import Session, Sight, Sighting, sighting
from atdesk_sdk import CouldNotTell, FindingKind, Observation

BESIDE = (
    FindingKind.EXTRA_PERSON,
    FindingKind.PHONE,
    FindingKind.FOOD_OR_DRINK,
    FindingKind.BANNED_OBJECT,
    FindingKind.INPUT_IDLE,
)
"""What may be so while the agent is at the desk."""


@dataclass(slots=True)
class Stretch:
    """A time in which one thing held: seconds of the recording.

    Attributes:
        what: A finding, or a reason of `could_not_tell`.
        is_finding: Which of the two.
        start_s: When the thing began to be so.
        end_s: When it ended.
        decided_s: When the engine knew.
        confidence: Share of the frames that said so when it was decided, 0..1.
        evidence: What it rests on, in English words; empty where the share says it all.
    """

    what: str
    is_finding: bool
    start_s: float
    end_s: float
    decided_s: float
    confidence: float
    evidence: str = ""


class Timeline:
    """Follows what a session knows, step by step: who is in the seat, and what is beside.

    Args:
        policy: Of the session; says what counts as silence.
    """

    def __init__(self, policy: SitePolicy) -> None:
        self.stretches: list[Stretch] = []
        self._policy = policy
        self._seat: Stretch | None = None
        self._beside: dict[FindingKind, Stretch] = {}

    def follow(self, session: Session) -> None:
        """One step. Undecided evidence changes nothing, except that unseen time ends what stood."""
        self._follow_seat(session)
        for kind in BESIDE:
            if self._policy.asks_for(kind):
                self._follow_beside(session, kind)

    def end(self, at_s: float) -> None:
        """The recording is over."""
        self._close(self._seat, at_s)
        for open_one in self._beside.values():
            self._close(open_one, at_s)
        self._seat = None
        self._beside.clear()
        self.stretches.sort(key=lambda one: one.start_s)

    def _follow_seat(self, session: Session) -> None:
        now = verdict(session.judge)
        if now.undecided:
            if now.reason is CouldNotTell.NO_SIGNAL:
                self._close(self._seat, now.since)
                self._seat = None
            return
        what = str(now.finding or now.reason)
        if self._seat is not None and (self._seat.what, self._seat.start_s) == (what, now.since):
            return
        self._close(self._seat, now.since)
        self._seat = Stretch(
            what, now.finding is not None, now.since, now.since, now.decided_at, now.confidence
        )

    def _follow_beside(self, session: Session, kind: FindingKind) -> None:
        seen = sighting(session, session.judge, kind, self._policy, session.now)
        known = self._beside.get(kind)
        if seen.sight is Sight.SO and known is None:
            self._beside[kind] = Stretch(
                kind.value, True, seen.since, seen.since, seen.decided_at, seen.confidence, _words(seen)
            )
        elif seen.sight is Sight.OVER and known is not None:
            ended_at = check(session.judge, kind).ended_at
            self._close(self._beside.pop(kind), session.now if ended_at is None else ended_at)

    def _close(self, one: Stretch | None, at_s: float) -> None:
        """What began only as the recording ended has no length, and is left out."""
        if one is not None and at_s > one.start_s:
            one.end_s = at_s
            self.stretches.append(one)


@dataclass(frozen=True, slots=True)
class ReplayedFlag:
    """A flag that would have been raised."""

    kind: str
    raised_s: float
    told_agent_s: float | None


@dataclass(frozen=True, slots=True)
class ReplayedNotice:
    """Something that the agent, and nobody else, would have been told.

    Attributes:
        kind: What it says, one of `NoticeKind`.
        at_s: When.
        lead_sees_s: From when on a lead would see it, if nothing changed; None where nothing follows.
    """

    kind: str
    at_s: float
    lead_sees_s: float | None


class Steps:
    """Counts how often each step of the vision pipeline was left out, and why."""

    def __init__(self) -> None:
        self.frames = 0
        self.skipped: dict[str, Counter[str]] = {}

    def add(self, seen: Observation) -> None:
        """One frame. A step that is not among the skipped ones ran."""
        self.frames += 1
        for skip in seen.skipped:
            self.skipped.setdefault(skip.step, Counter())[skip.why] += 1

    def as_json(self) -> dict[str, Any]:
        """For each step: in how many frames it ran, and in how many it did not, by reason."""
        return {
            step: {"ran": self.frames - whys.total(), "skipped": dict(whys.most_common())}
            for step, whys in sorted(self.skipped.items())
        }


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """Everything that `replay` reports; times are seconds of the recording.

    `asked` is what the policy's rules ask for. `bands` are the encoder's limits: nearer than the first is
    the same person, further than the second is another.
    """

    schedule: str
    frames_read: int
    frames_analysed: int
    duration_s: float
    setup_s: float
    wall_s: float
    cpu_s: float
    stretches: list[Stretch] = field(default_factory=list)
    flags: list[ReplayedFlag] = field(default_factory=list)
    states: list[tuple[float, str]] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)
    observations: list[Observation] = field(default_factory=list)
    notices: list[ReplayedNotice] = field(default_factory=list)
    asked: frozenset[FindingKind] = frozenset()
    bands: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """The document that `--json` writes."""
        return {
            "schedule": self.schedule,
            "frames_read": self.frames_read,
            "frames_analysed": self.frames_analysed,
            "duration_s": round(self.duration_s, 3),
            "setup_s": round(self.setup_s, 3),
            "wall_s": round(self.wall_s, 3),
            "cpu_s": round(self.cpu_s, 3),
            "findings": [_finding(one) for one in self.stretches if one.is_finding],
            "could_not_tell": [_reason(one) for one in self.stretches if not one.is_finding],
            "flags": [asdict(flag) for flag in self.flags],
            "states": [{"at_s": at_s, "state": state} for at_s, state in self.states],
            "steps": self.steps.as_json(),
        }


def _words(seen: Sighting) -> str:
    return evidence_in_words(seen.evidence, "en")


def _finding(one: Stretch) -> dict[str, Any]:
    return {
        "kind": one.what,
        "start_s": round(one.start_s, 3),
        "end_s": round(one.end_s, 3),
        "decided_s": round(one.decided_s, 3),
        "confidence": round(one.confidence, 3),
        "evidence": one.evidence,
    }


def _reason(one: Stretch) -> dict[str, Any]:
    return {"reason": one.what, "start_s": round(one.start_s, 3), "end_s": round(one.end_s, 3)}
