"""The usual rules run under the general preset; elsewhere they are refused or tightened, with reasons."""

from dataclasses import replace
from pathlib import Path

import pytest

from atdesk_core.policy import (
    Because,
    Level,
    LevelKind,
    LookReason,
    Precondition,
    Resolved,
    cap_of,
    load_level,
    may_open,
    resolve,
)
from atdesk_core.policy.explain import explain
from atdesk_core.policy.settings import value_at
from atdesk_core.runtime.rehearsal import Desk
from atdesk_core.session import OpenLook, PostFlag
from atdesk_sdk import FindingKind
from tests.core.policy.test_permission import GOOD
from tests.core.session.desk import FACTS, Scene, rehearse, scene

EXAMPLES = Path(__file__).parents[3] / "examples" / "policies"
EVERYTHING = frozenset(Precondition)
USUAL_KINDS = {
    FindingKind.ABSENT,
    FindingKind.DIFFERENT_PERSON,
    FindingKind.EXTRA_PERSON,
    FindingKind.PHONE,
    FindingKind.FOOD_OR_DRINK,
    FindingKind.INPUT_IDLE,
}


def usual() -> Level:
    return load_level(EXAMPLES / "usual.toml", LevelKind.SITE, "floor")


def under(*places: str) -> Resolved:
    return resolve([*(cap_of(place) for place in places), usual()])


def watched(
    resolved: Resolved, at_desk: Scene, met: frozenset[Precondition] = EVERYTHING
) -> tuple[Desk, int]:
    """Five minutes of a desk under a policy: what came of it, and how many looks were opened."""
    run, desk = rehearse(at_desk, replace(FACTS, policy=resolved.policy, met=met))
    run.run(300)
    return desk, sum(isinstance(command, OpenLook) for _, command in run.commands)


def flagged(desk: Desk) -> set[FindingKind]:
    return {one.flag.finding for _, one in desk.flags if isinstance(one, PostFlag)}


def test_it_asks_for_what_is_usually_asked_for() -> None:
    policy = under("general").policy
    assert {kind for kind in FindingKind if policy.asks_for(kind)} == USUAL_KINDS
    assert LookReason.RANDOM in policy.looks.reasons
    assert (policy.stills.enabled, policy.stills.life_days) == (True, 20)
    assert policy.pause.reason == "text"
    assert policy.extra_person.mode == "near_or_facing"
    assert max(policy.absence.agent_first_s, policy.phone.agent_first_s) <= 10


def test_under_the_general_preset_it_stands_as_it_was_written() -> None:
    resolved = under("general")
    assert resolved.refused == ()
    for path, said in usual().values.items():
        assert value_at(resolved.policy, path) == said, path


@pytest.mark.parametrize("reason", [LookReason.WATCH, LookReason.RANDOM, LookReason.CALL_STARTED])
def test_under_the_general_preset_looks_are_opened_once_everything_is_on_record(reason: LookReason) -> None:
    resolved = under("general")
    assert may_open(reason, replace(GOOD, met=EVERYTHING), resolved.policy) is Because.ALLOWED
    for one in resolved.policy.requires:
        short = replace(GOOD, met=EVERYTHING - {one})
        assert may_open(reason, short, resolved.policy) is Because.PRECONDITION_MISSING


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("nobody", FindingKind.ABSENT),
        ("other", FindingKind.DIFFERENT_PERSON),
        ("company", FindingKind.EXTRA_PERSON),
        ("phone", FindingKind.PHONE),
        ("drink", FindingKind.FOOD_OR_DRINK),
    ],
)
def test_under_the_general_preset_the_lead_gets_each_flag(what: str, kind: FindingKind) -> None:
    desk, looks = watched(under("general"), scene((0, "agent"), (60, what)))
    assert kind in flagged(desk)
    assert looks > 0
    first_notice, first_flag = desk.notices[0][0], desk.flags[0][0]
    assert first_flag >= first_notice + 10


@pytest.mark.parametrize("place", ["GB", "AL"])
def test_in_britain_and_albania_nothing_is_looked_at_and_the_reason_is_told(place: str) -> None:
    resolved = under(place)
    desk, looks = watched(resolved, scene((0, "agent"), (60, "nobody")))
    assert (looks, desk.notices, desk.flags) == (0, [], [])
    assert (
        may_open(LookReason.WATCH, replace(GOOD, met=EVERYTHING), resolved.policy) is Because.CAMERA_FORBIDDEN
    )
    refused = dict(resolved.refused)
    assert {"looks.reasons", "looks.random_per_shift", "stills.enabled", "phone.enabled"} <= set(refused)
    for path in ("camera", "looks.reasons", "stills.enabled", "different_person.enabled"):
        assert resolved.decided[path].why, path


def test_in_britain_a_pause_takes_a_category_and_in_italy_no_reason_at_all() -> None:
    assert under("GB").policy.pause.reason == "category"
    assert under("IT").policy.pause.reason == "none"


def test_in_germany_it_is_tightened_setting_by_setting_with_reasons() -> None:
    resolved = under("DE")
    policy = resolved.policy
    assert (policy.looks.random_per_shift, policy.stills.life_days) == (2, 3)
    assert (policy.pause.reason, policy.extra_person.mode) == ("category", "near")
    assert policy.absence.agent_first_s == 60
    assert policy.input_idle.only_with_empty_seat
    tightened = {path for path, _ in resolved.refused}
    assert {
        "looks.random_per_shift",
        "stills.life_days",
        "pause.reason",
        "absence.agent_first_s",
    } <= tightened
    assert all(resolved.decided[path].why for path in ("stills.life_days", "pause.reason", "requires"))
    said = "\n".join(explain(resolved))
    assert "BetrVG" in said
    assert "The site floor asked for 20 days and did not get it." in said


def test_in_germany_nothing_is_looked_at_without_the_works_council() -> None:
    leaves = scene((0, "agent"), (60, "nobody"))
    without, looks = watched(under("DE"), leaves, EVERYTHING - {Precondition.CO_SIGNATURE})
    assert (looks, without.flags) == (0, [])
    desk, _ = watched(under("DE"), leaves)
    assert flagged(desk) == {FindingKind.ABSENT}
    assert desk.flags[0][0] >= desk.notices[0][0] + 60


@pytest.mark.parametrize("place", ["general", "IE", "DE", "FR", "IT", "NL", "CO", "US-IL"])
def test_the_gentle_example_finds_an_empty_desk_wherever_a_camera_may_be_used(place: str) -> None:
    level = load_level(EXAMPLES / "gentle.toml", LevelKind.SITE, "floor")
    policy = resolve([cap_of(place), level]).policy
    assert may_open(LookReason.STATE_CHANGE, replace(GOOD, met=EVERYTHING), policy) is Because.ALLOWED
    assert {kind for kind in FindingKind if policy.asks_for(kind)} == {FindingKind.ABSENT}
