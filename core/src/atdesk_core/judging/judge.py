"""From evidence to a verdict: k of n, thresholds to enter and to leave, and gaps that break the window.

No evidence is not absence: a frame that cannot be judged, a step that did not run and time in which
nothing was seen never count for `absent` or `different_person`. Every function returns a new state.
"""

from dataclasses import dataclass, replace

from atdesk_core.judging import checks, weighing
from atdesk_core.judging.rules import JudgingRules
from atdesk_core.judging.signs import KINDNESS, Evidence, Sign, read
from atdesk_core.judging.stricter import under
from atdesk_core.judging.votes import Check
from atdesk_core.policy import SitePolicy
from atdesk_sdk.detector import Observation
from atdesk_sdk.findings import CouldNotTell, FindingKind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one agent now. Exactly one of `finding` and `reason` is set.

    Attributes:
        finding: What was found.
        reason: Why nothing could be found.
        since: When the thing began to be so: engine's clock, dated back to the first frame of the run.
        decided_at: When the engine knew.
        confidence: Share of the judged frames that say so, 0..1.
        undecided: The newest evidence does not fit this verdict, or there is none yet: look again.
    """

    finding: FindingKind | None
    reason: CouldNotTell | None
    since: float
    decided_at: float
    confidence: float
    undecided: bool


@dataclass(frozen=True, slots=True)
class JudgeState:
    """Everything the judge remembers of one agent; small, and JSON by pydantic's `TypeAdapter`.

    Attributes:
        verdict: What stands.
        window: The newest evidence without a gap, oldest first.
        last_at: When something was last seen, engine's clock.
        person_at: When somebody was last seen by a search of the picture, not by carrying on.
        identity_lost: Somebody else or nobody was found since the agent was last matched: whoever is
            seen next is not taken for the agent without a match.
        visits: Looks that found nobody, each by itself, and when; somebody seen empties it.
        checks: What is looked for beside who is in the seat.
    """

    verdict: Verdict
    window: tuple[Evidence, ...]
    last_at: float
    person_at: float
    identity_lost: bool = False
    visits: tuple[tuple[str, float], ...] = ()
    checks: tuple[Check, ...] = ()


def begin(at: float) -> JudgeState:
    """Nothing known yet.

    Args:
        at: Engine's clock, seconds.
    """
    return JudgeState(_could_not_tell(CouldNotTell.NO_SIGNAL, at, at, undecided=True), (), at, at)


def interrupt(state: JudgeState, reason: CouldNotTell, at: float) -> JudgeState:
    """The frames stop (stream gone, paused, slot elsewhere). Evidence gathered so far is dropped.

    Visits that found nobody are kept only when the slot went elsewhere (`not_our_turn`).

    Args:
        state: As it was.
        reason: What to say from now on.
        at: Engine's clock, seconds.
    """
    old = state.verdict
    since = old.since if old.reason is reason else at
    visits = state.visits if reason is CouldNotTell.NOT_OUR_TURN else ()
    verdict_now = _could_not_tell(reason, since, at, undecided=False)
    return replace(
        state,
        verdict=verdict_now,
        window=(),
        last_at=at,
        visits=visits,
        checks=checks.drop(state.checks, at),
    )


def observe(
    state: JudgeState, observation: Observation, rules: JudgingRules, policy: SitePolicy | None = None
) -> JudgeState:
    """Weigh one more observation; `policy` says what is looked for beside who is in the seat.

    An observation older than the newest one is ignored; after a gap of more than `rules.gap_s`
    nothing from before it counts, and what stood becomes `could_not_tell(no_signal)`.
    """
    rules = under(rules, policy)
    evidence = read(observation, rules)
    step = evidence.at - state.last_at
    if -rules.gap_s <= step < 0:
        return state
    if abs(step) > rules.gap_s:
        state = _after_gap(state, evidence.at)
    state = _decide(_remember(state, evidence, rules), rules)
    return replace(state, checks=_checks(state, observation, rules, policy))


def verdict(state: JudgeState) -> Verdict:
    """What stands now."""
    return state.verdict


def suspicion(state: JudgeState) -> FindingKind | None:
    """What may be so but is undecided. While it is not None the session looks once a second."""
    if not state.verdict.undecided or not state.window:
        return None
    return weighing.suspected(state.window, state.verdict.finding)


def check(state: JudgeState, kind: FindingKind) -> Check:
    """What is known of one check; nothing where no rule asks for it."""
    return next((one for one in state.checks if one.kind is kind), Check(kind))


def _checks(
    state: JudgeState, observation: Observation, rules: JudgingRules, policy: SitePolicy | None
) -> tuple[Check, ...]:
    """Weighed while the agent, or somebody who may be the agent, is seen; over with anybody else."""
    now, newest = state.verdict, state.window[-1]
    blocked = newest.sign is Sign.BLOCKED and not now.undecided and now.finding is None
    gone = now.finding is FindingKind.ABSENT and not weighing.is_somebody(newest)
    other = now.finding is FindingKind.DIFFERENT_PERSON or newest.sign is Sign.OTHER
    if blocked or gone or other:
        return checks.drop(state.checks, newest.at if now.undecided else min(now.since, newest.at))
    return checks.weigh(state.checks, observation, policy, rules)


def _after_gap(state: JudgeState, at: float) -> JudgeState:
    unseen_since = min(state.last_at, at)
    if state.verdict.reason is not None:
        unseen_since = min(state.verdict.since, unseen_since)
        nothing = replace(state.verdict, since=unseen_since, undecided=True)
    else:
        nothing = _could_not_tell(CouldNotTell.NO_SIGNAL, unseen_since, at, undecided=True)
    return replace(
        state,
        verdict=nothing,
        window=(),
        last_at=at,
        person_at=at,
        checks=checks.unseen(state.checks),
    )


def _remember(state: JudgeState, evidence: Evidence, rules: JudgingRules) -> JudgeState:
    window = _added(state.window, evidence, rules)
    seen = weighing.is_somebody(evidence)
    lost = state.identity_lost and evidence.sign is not Sign.SAME
    return replace(
        state,
        window=window,
        last_at=evidence.at,
        person_at=evidence.at if seen else state.person_at,
        identity_lost=lost,
        visits=() if seen else state.visits,
    )


def _added(window: tuple[Evidence, ...], new: Evidence, rules: JudgingRules) -> tuple[Evidence, ...]:
    """The window with the new frame; frames closer than `step_s` count as one, the kinder one."""
    if window and new.at - window[-1].at < rules.step_s:
        kinder = max(window[-1], new, key=lambda one: KINDNESS[one.sign])
        return (*window[:-1], replace(kinder, at=window[-1].at))
    return (*window, new)[-rules.window_n :]


def _decide(state: JudgeState, rules: JudgingRules) -> JudgeState:
    state = _count_visit(state, rules)
    outcome = weighing.weigh(
        state.window,
        weighing.Standing(
            finding=state.verdict.finding,
            since=state.verdict.since,
            person_at=state.person_at,
            identity_lost=state.identity_lost,
            visits=len(state.visits),
        ),
        rules,
    )
    if outcome is None:
        return replace(state, verdict=replace(state.verdict, undecided=True))
    lost = state.identity_lost or outcome.finding in (FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON)
    return replace(state, verdict=_merged(state, outcome), identity_lost=lost)


def _count_visit(state: JudgeState, rules: JudgingRules) -> JudgeState:
    """A look that found nobody by itself counts once; old ones are forgotten."""
    now = state.window[-1].at
    visits = tuple(visit for visit in state.visits if now - visit[1] <= rules.visit_span_s)
    look = state.window[-1].look_id
    if weighing.found_nobody(state.window, rules) and look not in [visit[0] for visit in visits]:
        visits = (*visits, (look, now))
    return replace(state, visits=visits[-rules.visits_needed :])


def _merged(state: JudgeState, outcome: weighing.Outcome) -> Verdict:
    """What stands goes on with its own beginning; something new begins where its run began."""
    old = state.verdict
    if (old.finding, old.reason) == (outcome.finding, outcome.reason):
        return replace(old, confidence=outcome.confidence, undecided=outcome.undecided)
    since = max(outcome.since, old.since)
    return Verdict(
        outcome.finding, outcome.reason, since, state.last_at, outcome.confidence, outcome.undecided
    )


def _could_not_tell(reason: CouldNotTell, since: float, decided_at: float, *, undecided: bool) -> Verdict:
    return Verdict(None, reason, since, decided_at, 0.0, undecided)
