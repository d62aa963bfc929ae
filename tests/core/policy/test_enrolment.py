"""No template, and no picture measured for one, unless all that must be so is known to be so."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.policy import Because, DifferentPersonRule, LookRules, Precondition, SitePolicy, may_enrol
from atdesk_core.policy.permission import Situation
from atdesk_core.runtime.own_words import WHY_NO_ENROLMENT
from atdesk_sdk import FindingKind, Presence
from tests.core.policy.test_permission import GOOD, POLICY, nearly_good, policies, situations

NOTICE, BASIS = frozenset({Precondition.NOTICE_GIVEN}), frozenset({Precondition.LAWFUL_BASIS})
NEEDED = NOTICE | BASIS
RELEASE = frozenset({Precondition.WRITTEN_RELEASE})
NO_FACES = {"different_person": DifferentPersonRule(enabled=False)}

comparing = st.builds(
    lambda policy, enabled: policy.model_copy(
        update={"different_person": DifferentPersonRule(enabled=enabled)}
    ),
    policies,
    st.booleans(),
)


def test_with_everything_met_it_is_allowed() -> None:
    assert may_enrol(GOOD, POLICY) is Because.ALLOWED


@pytest.mark.parametrize(
    ("situation", "changed", "because"),
    [
        (replace(GOOD, stopped=True), {}, Because.STOPPED),
        (replace(GOOD, policy_signed=False), {}, Because.POLICY_NOT_SIGNED),
        (replace(GOOD, identified=False), {}, Because.NOT_IDENTIFIED),
        (replace(GOOD, consent=False), {}, Because.NO_CONSENT),
        (replace(GOOD, consent=False), {"needs_consent": False}, Because.NO_CONSENT),
        (replace(GOOD, paused=True), {}, Because.PAUSED),
        (GOOD, {"camera": False}, Because.CAMERA_FORBIDDEN),
        (GOOD, NO_FACES, Because.COMPARES_NO_FACES),
        (GOOD, {"requires": NEEDED}, Because.PRECONDITION_MISSING),
        (replace(GOOD, met=NOTICE), {"requires": NEEDED}, Because.PRECONDITION_MISSING),
        (replace(GOOD, met=NOTICE, lapsed=BASIS), {"requires": NEEDED}, Because.PRECONDITION_LAPSED),
        (replace(GOOD, met=NEEDED), {"requires": NEEDED}, Because.ALLOWED),
        (replace(GOOD, met=NEEDED), {"requires": NEEDED | RELEASE}, Because.ALLOWED),
    ],
)
def test_each_thing_that_is_missing_forbids_it(
    situation: Situation, changed: dict[str, object], because: Because
) -> None:
    assert may_enrol(situation, POLICY.model_copy(update=changed)) is because


def test_without_a_policy_nothing_is_allowed_and_an_unsigned_one_is_told_apart() -> None:
    assert may_enrol(GOOD, None) is Because.NO_POLICY
    assert may_enrol(replace(GOOD, policy_signed=False), None) is Because.POLICY_NOT_SIGNED


@pytest.mark.parametrize(
    "changed",
    [
        {"on_shift": False},
        {"presence": Presence.OFFLINE},
        {"frames_left": 0},
        {"meeting": None},
        {"authority_silent": True},
    ],
)
def test_what_is_about_looks_alone_does_not_count(changed: dict[str, object]) -> None:
    without_looks = POLICY.model_copy(update={"looks": LookRules(reasons=frozenset())})
    situation = replace(GOOD, **changed)  # type: ignore[arg-type]  # fields by name
    assert may_enrol(situation, without_looks) is Because.ALLOWED


@settings(deadline=None)
@given(situations | nearly_good, comparing | st.just(POLICY) | st.none())
def test_whatever_is_allowed_had_everything_that_is_needed(
    situation: Situation, policy: SitePolicy | None
) -> None:
    because = may_enrol(situation, policy)
    if because is not Because.ALLOWED:
        assert because in WHY_NO_ENROLMENT
        return
    assert policy is not None
    assert policy.camera
    assert policy.asks_for(FindingKind.DIFFERENT_PERSON)
    assert policy.requires - RELEASE <= situation.met
    assert situation.policy_signed
    assert situation.identified
    assert situation.consent
    assert not situation.stopped
    assert not situation.paused


@settings(deadline=None)
@given(nearly_good, comparing)
def test_what_is_refused_stays_refused_when_something_more_is_missing(
    situation: Situation, policy: SitePolicy
) -> None:
    worse = (
        replace(situation, paused=True),
        replace(situation, stopped=True),
        replace(situation, met=frozenset()),
        replace(situation, identified=False),
        replace(situation, consent=False),
        replace(situation, policy_signed=False),
    )
    if may_enrol(situation, policy) is not Because.ALLOWED:
        assert all(may_enrol(one, policy) is not Because.ALLOWED for one in worse)
