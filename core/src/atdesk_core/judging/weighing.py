"""The rules that turn a window of evidence into an outcome. One function for each rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from atdesk_core.judging.rules import JudgingRules
from atdesk_core.judging.signs import SOMEBODY, Evidence, Sign
from atdesk_sdk.findings import CouldNotTell, FindingKind

Window = Sequence[Evidence]
_SEATED: Final = frozenset({Sign.SAME, Sign.FACE, Sign.PERSON})
_JUDGED: Final = SOMEBODY | {Sign.EMPTY, Sign.UNCLEAR}


@dataclass(frozen=True, slots=True)
class Standing:
    """What stood before this window was weighed.

    Attributes:
        finding: What was found; None when nothing could be told.
        since: When that began, engine's clock.
        person_at: When somebody was last seen, engine's clock.
        identity_lost: Nobody or somebody else was found since the agent was last matched.
        visits: Looks that found nobody, each by itself.
    """

    finding: FindingKind | None
    since: float
    person_at: float
    identity_lost: bool
    visits: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the window amounts to; the fields are those of `Verdict`."""

    finding: FindingKind | None
    reason: CouldNotTell | None
    since: float
    confidence: float
    undecided: bool = False


Rule = Callable[[Window, Standing, JudgingRules], Outcome | None]


def weigh(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """The outcome of the first rule that applies; None when what stands goes on, undecided."""
    for rule in _RULES:
        outcome = rule(window, standing, rules)
        if outcome is not None:
            return outcome
    return None


def is_somebody(evidence: Evidence) -> bool:
    """Whether a search of this picture found a person, whoever it is."""
    return evidence.sign in SOMEBODY


def found_nobody(window: Window, rules: JudgingRules) -> bool:
    """Whether enough frames at the end of the window, none with a person between, show nobody."""
    return len(_empty_run(window)) >= rules.absent_k


def suspected(window: Window, standing: FindingKind | None) -> FindingKind | None:
    """What the newest evidence hints at, beyond what stands."""
    latest = _latest(window, _JUDGED)
    if latest is None:
        return None
    if latest.sign in (Sign.EMPTY, Sign.UNCLEAR) and standing is not FindingKind.ABSENT:
        return FindingKind.ABSENT
    strange = latest.sign is Sign.OTHER or (latest.sign is Sign.UNSURE and standing is None)
    return FindingKind.DIFFERENT_PERSON if strange and standing is not FindingKind.DIFFERENT_PERSON else None


def _blocked(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    run = _run_at_end(window, frozenset({Sign.BLOCKED}))
    if not run:
        return None
    if len(run) < rules.blocked_k:
        return None
    # The newest reason counts: a picture that dims and then is covered ends in `covered`.
    return Outcome(None, run[-1].reason, run[0].at, _share(run, frozenset({Sign.BLOCKED})))


def _agent(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """One frame that matches the agent is enough, except to end `different_person`."""
    if window[-1].sign is not Sign.SAME:
        return None
    run = _run_at_end(window, _SEATED | {Sign.CARRIED})
    needed = rules.back_k if standing.finding is FindingKind.DIFFERENT_PERSON else 1
    matched = [one for one in run if one.sign is Sign.SAME]
    if standing.finding is FindingKind.DIFFERENT_PERSON:
        # A face that was not compared again before the first match was still somebody else's.
        run = [one for one in run if one.at >= matched[0].at]
    return _present(run, window) if len(matched) >= needed else None


def _other(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    run = _since_last(window, frozenset({Sign.SAME, Sign.EMPTY}))
    others = [one for one in run if one.sign is Sign.OTHER]
    stands = standing.finding is FindingKind.DIFFERENT_PERSON
    if not others or (len(others) < rules.other_k and not stands):
        return None
    if not is_somebody(run[-1]):
        return None
    judged = [one for one in run if is_somebody(one) and one.at >= others[0].at]
    return Outcome(FindingKind.DIFFERENT_PERSON, None, others[0].at, len(others) / len(judged))


def _too_small(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """Somebody who is too small to be compared for a whole window could be anybody."""
    run = _run_at_end(window, frozenset({Sign.PERSON, Sign.CARRIED}))
    small = [one for one in run if one.reason is CouldNotTell.FACE_TOO_SMALL]
    if len(run) < rules.window_n or len(small) < rules.present_k or window[-1] is not small[-1]:
        return None
    return Outcome(None, CouldNotTell.FACE_TOO_SMALL, run[0].at, len(small) / len(run))


def _other_hidden(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """Somebody else who turns away stays somebody else, for a while."""
    if standing.finding is not FindingKind.DIFFERENT_PERSON or not is_somebody(window[-1]):
        return None
    hidden = _run_at_end(window, frozenset({Sign.PERSON}))
    if len(hidden) >= rules.window_n and window[-1].at - standing.since > rules.hidden_s:
        return Outcome(None, hidden[-1].reason or CouldNotTell.FACE_HIDDEN, hidden[0].at, 1.0)
    return Outcome(FindingKind.DIFFERENT_PERSON, None, standing.since, 0.5, undecided=True)


def _absent(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    run = _empty_run(window)
    if standing.finding is FindingKind.ABSENT and window[-1].sign in (Sign.EMPTY, Sign.UNCLEAR):
        return Outcome(FindingKind.ABSENT, None, standing.since, _share(window, frozenset({Sign.EMPTY})))
    if not found_nobody(window, rules) or standing.visits < rules.visits_needed:
        return None
    since = run[0].at
    judged = [one for one in window if one.at >= since]
    return Outcome(FindingKind.ABSENT, None, since, _share(judged, frozenset({Sign.EMPTY})))


def _unsure(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """A doubtful match keeps what stands, but never `absent`: somebody is there."""
    if window[-1].sign is not Sign.UNSURE:
        return None
    if standing.finding is FindingKind.PRESENT:
        return Outcome(FindingKind.PRESENT, None, standing.since, 0.5)
    run = [one for one in _run_at_end(window, SOMEBODY) if one.sign is Sign.UNSURE]
    return Outcome(None, CouldNotTell.UNSURE, run[0].at, 1.0, undecided=len(run) < rules.window_n)


def _somebody(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """Somebody who could not be compared is the agent, unless that was in doubt before."""
    run = _run_at_end(window, _SEATED | {Sign.CARRIED})
    seated = [one for one in run if one.sign in _SEATED]
    if not seated or window[-1].sign not in _SEATED:
        return None
    if standing.finding is not FindingKind.PRESENT and len(seated) < rules.present_k:
        return None
    if _strange_before(window):
        return None
    reason = window[-1].reason
    if standing.identity_lost and reason is not None:
        return Outcome(None, reason, seated[0].at, 1.0)
    return _present(run, window)


def _strange_before(window: Window) -> bool:
    """Whether somebody else was matched last: who follows without a match is not known by that."""
    compared = _latest(window, frozenset({Sign.SAME, Sign.OTHER}))
    return compared is not None and compared.sign is Sign.OTHER


def _carried_too_long(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """Nothing moved: a still virtual background looks the same with nobody before it."""
    if standing.finding is not FindingKind.PRESENT or window[-1].sign is not Sign.CARRIED:
        return None
    if window[-1].at - standing.person_at <= rules.carry_s:
        return Outcome(FindingKind.PRESENT, None, standing.since, 0.5)
    return Outcome(None, CouldNotTell.UNSURE, standing.person_at, 1.0, undecided=True)


def _nothing_new(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """A frame that was not searched leaves a settled `absent` as it is."""
    if window[-1].sign is Sign.CARRIED and standing.finding is FindingKind.ABSENT:
        return Outcome(FindingKind.ABSENT, None, standing.since, 1.0)
    return None


def _doubt(window: Window, standing: Standing, rules: JudgingRules) -> Outcome | None:
    """A whole window that neither shows a person nor an empty seat ends in `unsure`, not in a guess."""
    run = _run_at_end(window, frozenset({Sign.EMPTY, Sign.UNCLEAR, Sign.CARRIED}))
    unclear = [one for one in run if one.sign is Sign.UNCLEAR]
    if len(run) < rules.window_n or not unclear or standing.finding is FindingKind.ABSENT:
        return None
    return Outcome(None, CouldNotTell.UNSURE, run[0].at, _share(run, frozenset({Sign.UNCLEAR})))


_RULES: Final[tuple[Rule, ...]] = (
    _blocked,
    _agent,
    _other,
    _other_hidden,
    _too_small,
    _absent,
    _unsure,
    _somebody,
    _carried_too_long,
    _nothing_new,
    _doubt,
)


def _present(run: Window, window: Window) -> Outcome:
    judged = [one for one in window if one.at >= run[0].at]
    first = next(one for one in run if one.sign in _SEATED)
    return Outcome(FindingKind.PRESENT, None, first.at, _share(judged, _SEATED))


def _empty_run(window: Window) -> Window:
    """The empty frames since anybody was seen or anything was in the way, if the newest is one."""
    if not window or window[-1].sign is not Sign.EMPTY:
        return ()
    run = _since_last(window, SOMEBODY | {Sign.BLOCKED})
    return [one for one in run if one.sign is Sign.EMPTY]


def _run_at_end(window: Window, signs: frozenset[Sign]) -> Window:
    count = 0
    while count < len(window) and window[-1 - count].sign in signs:
        count += 1
    return window[len(window) - count :]


def _since_last(window: Window, signs: frozenset[Sign]) -> Window:
    """The evidence after the newest one with one of these signs."""
    return _run_at_end(window, frozenset(Sign) - signs)


def _latest(window: Window, signs: frozenset[Sign]) -> Evidence | None:
    return next((one for one in reversed(window) if one.sign in signs), None)


def _share(evidence: Window, signs: frozenset[Sign]) -> float:
    judged = [one for one in evidence if one.sign is not Sign.CARRIED]
    return sum(one.sign in signs for one in judged) / len(judged) if judged else 0.0
