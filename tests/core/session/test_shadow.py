"""Shadow mode: it is decided and logged, nobody is told, and it ends by itself."""

from dataclasses import replace

import pytest

from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import Facts, FactsChanged, PostFlag, RecordKind
from atdesk_sdk import FindingKind, Interaction, NoticeKind, Presence
from tests.core.session.desk import EVERY_RULE, FACTS, POLICY, Scene, busy, rehearse, scene

LEAVES = scene((0, "agent"), (60, "nobody"))
END = 600.0
SHADOW = replace(FACTS, policy=POLICY.model_copy(update={"shadow_until": END}))


def noted(run: Rehearsal, rule: str = "absence") -> list[object]:
    rows = [record for record in run.records if record.kind is RecordKind.SHADOW]
    return [record.data["what"] for record in rows if record.data["rule"] == rule]


def silent(desk: Desk) -> bool:
    return not (desk.notices or desk.states or desk.flags)


def test_what_would_have_been_done_is_in_the_log_and_nobody_hears_of_it() -> None:
    run, desk = rehearse(LEAVES, SHADOW)
    run.run(END - 1)
    assert silent(desk)
    assert noted(run) == ["would_tell", "would_write", "would_flag"]
    told, written, flagged = [record.at for record in run.records if record.kind is RecordKind.SHADOW]
    assert written >= told + 30
    assert flagged >= 60 + 120
    row = next(record for record in run.records if record.kind is RecordKind.SHADOW)
    assert row.data["policy"] == SHADOW.policy.version if SHADOW.policy else None


def test_looks_and_findings_are_in_the_log_as_ever() -> None:
    live, _ = rehearse(LEAVES)
    live.run(70)
    shadow, _ = rehearse(LEAVES, SHADOW)
    shadow.run(70)
    of = (RecordKind.LOOK_OPENED, RecordKind.FINDING)
    assert [(one.kind, one.at) for one in shadow.records if one.kind in of] == [
        (one.kind, one.at) for one in live.records if one.kind in of
    ]


def test_it_ends_at_its_date_by_itself_and_then_begins_with_telling() -> None:
    run, desk = rehearse(LEAVES, SHADOW)
    run.run(END - 0.5)
    assert silent(desk)
    run.run(END + 200)
    (told, notice), *_ = desk.notices
    assert notice.kind is NoticeKind.ABSENT
    assert END <= told < END + 20
    assert desk.states[0][0] >= told + 30


@pytest.mark.parametrize("at_desk", ["nobody", "other", "company", "phone", "drink", "book"])
def test_of_no_finding_and_no_hint_does_anything_go_out(at_desk: str) -> None:
    policy = EVERY_RULE.model_copy(update={"shadow_until": END})
    run, desk = rehearse(scene((0, "agent"), (60, at_desk), (300, "dark")), replace(FACTS, policy=policy))
    run.run(END - 1)
    assert silent(desk)
    assert [record for record in run.records if record.kind is RecordKind.SHADOW]


def only(rule: str) -> Facts:
    return replace(FACTS, policy=EVERY_RULE, shadow_rules=frozenset({rule}))  # type: ignore[arg-type]


def test_a_rule_that_fell_back_is_silent_and_the_others_are_not() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "other"), (300, "phone")), only("different_person"))
    run.run(900)
    assert noted(run, "different_person") == ["would_tell", "would_flag"]
    assert {notice.kind for _, notice in desk.notices} == {NoticeKind.PHONE}
    findings = {command.flag.finding for _, command in desk.flags if isinstance(command, PostFlag)}
    assert findings == {FindingKind.PHONE}


def change(run: Rehearsal, facts: Facts) -> None:
    run.facts = facts
    run.take(FactsChanged(run.now))


def test_shadow_that_begins_inside_the_delay_cancels_write_and_flag() -> None:
    run, desk = rehearse(LEAVES)
    run.run(80)
    assert len(desk.notices) == 1
    change(run, only("absence"))
    run.run(END)
    assert len(desk.notices) == 1
    assert desk.states == []
    assert desk.flags == []
    assert noted(run) == ["would_tell", "would_write", "would_flag"]


def test_an_away_that_stood_before_is_still_restored() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "nobody"), (300, "agent")))
    run.run(150)
    assert run.session.claim is not None
    change(run, SHADOW)
    run.run(400)
    assert [presence for _, presence in desk.states] == [Presence.AWAY, Presence.AVAILABLE]


def test_a_flag_that_waits_for_the_end_of_a_call_is_not_raised_in_shadow() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "other")))
    run.send_at(10, busy(desk, 10, Interaction.CUSTOMER_CALL))
    run.run(200)
    assert run.session.owed is not None
    change(run, only("different_person"))
    run.send_at(210, busy(desk, 210, Interaction.NONE))
    run.run(400)
    assert run.session.owed is None
    assert desk.flags == []


def restful(at_desk: Scene) -> Rehearsal:
    run, _ = rehearse(at_desk, SHADOW)
    run.run(END - 1)
    return run


def test_at_a_quiet_desk_there_is_nothing_to_note() -> None:
    assert noted(restful(scene((0, "agent")))) == []
