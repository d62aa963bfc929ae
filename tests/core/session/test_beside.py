"""What is found beside who is in the seat, from the first picture to the flag, and back."""

from dataclasses import replace

import pytest

from atdesk_core.judging import Basis, BasisKind, Evidence
from atdesk_core.policy import ExtraPersonRule, InputIdleRule, SitePolicy
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import PostFlag, RecordKind, Recovered, wanted
from atdesk_sdk import (
    AgentStateChanged,
    FindingKind,
    InputActivity,
    Interaction,
    NoticeKind,
    Presence,
    VideoOpened,
)
from tests.core.session.desk import (
    EVERY_RULE,
    FACTS,
    GENESYS,
    KEY,
    MEETING,
    POLICY,
    ZOOM,
    Scene,
    busy,
    rehearse,
    scene,
    state,
)

SCENES = {
    "company": FindingKind.EXTRA_PERSON,
    "phone": FindingKind.PHONE,
    "drink": FindingKind.FOOD_OR_DRINK,
    "book": FindingKind.BANNED_OBJECT,
}


def at_home(at_desk: Scene, policy: SitePolicy = EVERY_RULE) -> tuple[Rehearsal, Desk]:
    return rehearse(at_desk, replace(FACTS, policy=policy))


def flagged(desk: Desk) -> list[FindingKind]:
    return [command.flag.finding for _, command in desk.flags if isinstance(command, PostFlag)]


def evidence_of(desk: Desk, kind: FindingKind) -> Evidence:
    (flag,) = (one.flag for _, one in desk.flags if isinstance(one, PostFlag) and one.flag.finding is kind)
    return flag.evidence


def found(run: Rehearsal) -> set[str]:
    return {str(record.data["what"]) for record in run.records if record.kind is RecordKind.FINDING}


@pytest.mark.parametrize(("what", "kind"), SCENES.items())
def test_what_lasts_is_told_first_then_flagged_with_its_evidence(what: str, kind: FindingKind) -> None:
    run, desk = at_home(scene((0, "agent"), (60, what)))
    run.run(300)
    told_at, notice = desk.notices[0]
    assert notice.kind == kind.value
    assert 60 < told_at <= 60 + 15 + 6
    (raised,) = [(at, one) for at, one in desk.flags if isinstance(one, PostFlag)]
    assert raised[1].flag.finding is kind
    assert raised[0] >= told_at + 30
    evidence = raised[1].flag.evidence
    assert isinstance(evidence, Basis)
    assert evidence.kind == kind.value.replace("extra_person", "company")
    assert 0 < evidence.seen <= evidence.weighed
    assert evidence.count == (1 if what == "company" else 0)
    assert desk.states == []


@pytest.mark.parametrize("what", SCENES)
def test_what_is_over_before_the_delay_is_reaches_no_lead(what: str) -> None:
    run, desk = at_home(scene((0, "agent"), (60, what), (85, "agent")))
    run.run(600)
    assert len(desk.notices) == 1
    assert flagged(desk) == []
    assert any(record.kind is RecordKind.FINDING_OVER for record in run.records)


@pytest.mark.parametrize("what", SCENES)
def test_a_moment_is_nobodys_business(what: str) -> None:
    run, desk = at_home(scene((0, "agent"), (61, what), (63, "agent")))
    run.run(600)
    assert desk.notices == []
    assert found(run) == {"present"}


@pytest.mark.parametrize("what", SCENES)
def test_what_no_rule_asks_for_is_neither_measured_nor_found(what: str) -> None:
    run, desk = at_home(scene((0, what)), POLICY)
    run.run(600)
    assert not wanted(run.session, run.facts).asked
    assert found(run) == {"present"}
    assert desk.notices == []


def test_a_hint_of_a_thing_is_followed_up_at_once_and_only_then() -> None:
    run, _ = at_home(scene((0, "agent"), (60, "phone")))
    run.run(59)
    assert not wanted(run.session, run.facts).urgent
    run.run(62)
    assert wanted(run.session, run.facts).urgent == {FindingKind.PHONE}


def test_a_phone_beside_an_empty_seat_or_somebody_else_is_not_held_against_the_agent() -> None:
    run, desk = at_home(scene((0, "phone"), (20, "nobody"), (120, "other")))
    run.run(19)
    assert run.session.episode(FindingKind.PHONE) is not None
    run.run(400)
    assert run.session.episode(FindingKind.PHONE) is None
    assert FindingKind.PHONE not in flagged(desk)


@pytest.mark.parametrize("hidden", ["dark", "covered", "frozen", "off"])
def test_what_cannot_be_seen_any_more_is_dropped(hidden: str) -> None:
    run, desk = at_home(scene((0, "phone"), (12, hidden)))
    run.run(600)
    assert flagged(desk) == []


def test_a_flag_says_that_it_is_over_only_when_that_was_seen() -> None:
    for then, is_over in (("agent", True), ("off", False), ("dark", False)):
        run, desk = at_home(scene((0, "phone"), (100, then)))
        run.run(300)
        assert flagged(desk) == [FindingKind.PHONE]
        (flag,) = run.session.flags
        assert (flag.returned_at is not None) is is_over


def test_after_a_restart_a_flag_still_learns_that_it_is_over() -> None:
    run, desk = at_home(scene((0, "nobody"), (300, "agent")))
    run.run(250)
    run.take(Recovered(250.0))
    run.take(AgentStateChanged(desk.state, 250.0, 250.0))
    run.send_at(251, VideoOpened(KEY, ZOOM, MEETING, 251.0, 251.0))
    run.run(280)
    assert [flag.returned_at for flag in run.session.flags] == [None]
    run.run(400)
    assert [flag.returned_at is not None for flag in run.session.flags] == [True]


def test_in_a_call_the_flag_waits_for_its_end() -> None:
    run, desk = at_home(scene((0, "phone")))
    run.send_at(5, busy(desk, 5, Interaction.CUSTOMER_CALL))
    run.send_at(200, busy(desk, 200, Interaction.NONE))
    run.run(199)
    assert flagged(desk) == []
    run.run(210)
    assert flagged(desk) == [FindingKind.PHONE]


def test_two_findings_go_their_own_ways() -> None:
    run, desk = at_home(scene((0, "agent"), (60, "phone"), (120, "company")))
    run.run(400)
    assert flagged(desk) == [FindingKind.PHONE, FindingKind.EXTRA_PERSON]


def test_company_has_to_last_as_long_as_the_site_says() -> None:
    longer = EVERY_RULE.model_copy(update={"extra_person": ExtraPersonRule(enabled=True, for_s=30)})
    run, desk = at_home(scene((0, "agent"), (60, "company"), (85, "agent")), longer)
    run.run(300)
    assert desk.notices == []


# Silence of keyboard and mouse


def silent(at: float, idle_for_s: float = 0.0, *, idle: bool = True) -> InputActivity:
    return InputActivity(ZOOM, idle, idle_for_s, at, at)


ALONE = EVERY_RULE.model_copy(
    update={
        "absence": POLICY.absence.model_copy(update={"enabled": False}),
        "input_idle": InputIdleRule(enabled=True, agent_first_s=30, idle_s=60, only_with_empty_seat=False),
    }
)


def test_silence_counts_only_with_an_empty_seat() -> None:
    run, desk = at_home(scene((0, "agent"), (300, "nobody")))
    run.send_at(20, silent(20))
    run.run(299)
    assert desk.notices == []
    run.run(500)
    assert evidence_of(desk, FindingKind.INPUT_IDLE) == Basis(BasisKind.SILENCE_AND_EMPTY_SEAT)


def test_where_a_site_says_so_it_counts_alone_and_needs_no_camera() -> None:
    run, desk = at_home(scene((0, "off")), ALONE)
    run.send_at(20, silent(20, idle_for_s=15.0))
    run.run(200)
    (first,) = desk.notices
    assert first[0] == pytest.approx(20 - 15 + 60)
    assert first[1].kind is NoticeKind.INPUT_IDLE
    assert flagged(desk) == [FindingKind.INPUT_IDLE]
    assert evidence_of(desk, FindingKind.INPUT_IDLE) == Basis(BasisKind.SILENCE)


@pytest.mark.parametrize(
    "live", [Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL, Interaction.MEETING], ids=str
)
def test_in_a_call_after_it_and_in_a_meeting_silence_is_ignored(live: Interaction) -> None:
    run, desk = at_home(scene((0, "off")), ALONE)
    run.send_at(5, busy(desk, 5, live))
    run.send_at(20, silent(20))
    run.run(600)
    assert desk.notices == []


def test_a_key_anywhere_ends_it() -> None:
    run, desk = at_home(scene((0, "off")), ALONE)
    run.send_at(20, silent(20))
    run.send_at(90, silent(90, idle=False))
    run.run(600)
    assert len(desk.notices) == 1
    assert flagged(desk) == []


def test_the_platforms_own_idle_state_is_a_report_of_it() -> None:
    run, desk = at_home(scene((0, "off")), ALONE)
    run.call_at(20, lambda: run.take(state(desk, 20, Presence.IDLE)))
    run.run(70)
    assert desk.notices == []
    run.run(200)
    assert flagged(desk) == [FindingKind.INPUT_IDLE]


# The hint that helps


def test_the_agent_alone_is_told_once_a_shift_that_more_light_would_help() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "dark"), (200, "agent"), (300, "dark")))
    run.run(600)
    assert [notice.kind for _, notice in desk.notices] == [NoticeKind.MORE_LIGHT]
    assert desk.notices[0][1].lead_sees_at is None
    assert desk.flags == []


def test_a_hint_that_was_silenced_is_not_given() -> None:
    run, desk = rehearse(
        scene((0, "agent"), (60, "dark")), replace(FACTS, silenced=frozenset({NoticeKind.MORE_LIGHT}))
    )
    run.run(600)
    assert desk.notices == []


def test_a_moment_of_darkness_is_no_reason_to_write() -> None:
    run, desk = rehearse(scene((0, "agent"), (61, "dark"), (68, "agent")))
    run.run(300)
    assert desk.notices == []


def test_authority_is_the_desks() -> None:
    """The scripted desk and the facts speak of one account, or the stories above prove nothing."""
    assert FACTS.authority == GENESYS
