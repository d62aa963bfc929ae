"""A policy can ask for more evidence, never for less."""

from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.judging import JudgeState, JudgingRules, begin, observe, verdict
from atdesk_core.judging.stricter import under
from atdesk_core.policy import EvidenceRules, SitePolicy
from atdesk_sdk.detector import Observation
from atdesk_sdk.findings import FindingKind
from tests.core.judging.scripted import EMPTY, OTHER, RULES, SAME, at


def policy(**asked: int) -> SitePolicy:
    return SitePolicy(site="home", accountable="A. Person", evidence=EvidenceRules(**asked))


def watched(observations: list[Observation], asked: SitePolicy) -> JudgeState:
    state = begin(0.0)
    for second, one in enumerate(observations, start=1):
        state = observe(state, at(one, float(second)), RULES, asked)
    return state


def found(observations: list[Observation], asked: SitePolicy) -> FindingKind | None:
    return verdict(watched(observations, asked)).finding


def test_a_policy_that_asks_for_nothing_more_changes_nothing() -> None:
    assert under(RULES, policy()) is RULES
    assert under(RULES, None) is RULES


def test_more_empty_frames_are_needed_where_a_policy_says_so() -> None:
    four, eight = [SAME, *[EMPTY] * 4], [SAME, *[EMPTY] * 8]
    assert found(four, policy()) is FindingKind.ABSENT
    assert found(four, policy(absent_frames=8)) is not FindingKind.ABSENT
    assert found(eight, policy(absent_frames=8)) is FindingKind.ABSENT


def test_more_frames_of_somebody_else_are_needed_where_a_policy_says_so() -> None:
    three, six = [SAME, *[OTHER] * 3], [SAME, *[OTHER] * 6]
    assert found(three, policy()) is FindingKind.DIFFERENT_PERSON
    assert found(three, policy(other_frames=6)) is not FindingKind.DIFFERENT_PERSON
    assert found(six, policy(other_frames=6)) is FindingKind.DIFFERENT_PERSON


@settings(deadline=None)
@given(
    st.builds(
        EvidenceRules,
        absent_frames=st.integers(2, 20),
        other_frames=st.integers(2, 20),
        window_frames=st.integers(2, 20),
        looks_needed=st.integers(1, 5),
    )
)
def test_whatever_is_asked_it_is_never_less_and_can_still_be_found(asked: EvidenceRules) -> None:
    site = SitePolicy(site="home", accountable="A. Person", evidence=asked)
    rules = under(RULES, site)
    assert JudgingRules.model_validate(rules.model_dump()) == rules
    assert rules.absent_k >= max(RULES.absent_k, asked.absent_frames)
    assert rules.other_k >= max(RULES.other_k, asked.other_frames)
    assert rules.visits_needed >= max(RULES.visits_needed, asked.looks_needed)
