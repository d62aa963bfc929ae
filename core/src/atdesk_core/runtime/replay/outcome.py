"""What a replay found, in the form that `--json` writes."""

from dataclasses import asdict, dataclass, field
from typing import Any

from atdesk_core.judging import verdict
from atdesk_core.session import Session
from atdesk_sdk import CouldNotTell


@dataclass(slots=True)
class Stretch:
    """A time in which one verdict held: seconds of the recording.

    Attributes:
        what: A finding, or a reason of `could_not_tell`.
        is_finding: Which of the two.
        start_s: When the thing began to be so.
        end_s: When it ended.
        decided_s: When the engine knew.
        confidence: Share of the frames that said so when it was decided, 0..1.
    """

    what: str
    is_finding: bool
    start_s: float
    end_s: float
    decided_s: float
    confidence: float


class Timeline:
    """Follows the verdicts of a session, step by step."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self._open: Stretch | None = None

    def follow(self, session: Session) -> None:
        """One step. Undecided evidence changes nothing, except that unseen time ends what stood."""
        now = verdict(session.judge)
        if now.undecided:
            if now.reason is CouldNotTell.NO_SIGNAL:
                self._close(now.since)
            return
        what = str(now.finding or now.reason)
        if self._open is not None and (self._open.what, self._open.start_s) == (what, now.since):
            return
        self._close(now.since)
        self._open = Stretch(
            what, now.finding is not None, now.since, now.since, now.decided_at, now.confidence
        )

    def end(self, at_s: float) -> None:
        """The recording is over."""
        self._close(at_s)

    def _close(self, at_s: float) -> None:
        """What began only as the recording ended has no length, and is left out."""
        if self._open is not None and at_s > self._open.start_s:
            self._open.end_s = at_s
            self.stretches.append(self._open)
        self._open = None


@dataclass(frozen=True, slots=True)
class ReplayedFlag:
    """A flag that would have been raised."""

    kind: str
    raised_s: float
    told_agent_s: float | None


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """Everything that `replay` reports; times are seconds of the recording."""

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
        }


def _finding(one: Stretch) -> dict[str, Any]:
    return {
        "kind": one.what,
        "start_s": round(one.start_s, 3),
        "end_s": round(one.end_s, 3),
        "decided_s": round(one.decided_s, 3),
        "confidence": round(one.confidence, 3),
    }


def _reason(one: Stretch) -> dict[str, Any]:
    return {"reason": one.what, "start_s": round(one.start_s, 3), "end_s": round(one.end_s, 3)}
