"""Several levels come to one policy, and each setting can say who decided it."""

import pytest

from atdesk_core.policy import (
    CompanyMode,
    LevelKind,
    LevelRef,
    LookReason,
    Precondition,
    parse_level,
    resolve,
)
from atdesk_core.policy.levels import Level
from atdesk_sdk import ConfigError

SITE = parse_level({"site": "home", "accountable": "A. Person"}, LevelKind.SITE, "home")


def level(kind: LevelKind, name: str = "x", **tables: object) -> Level:
    return parse_level(tables, kind, name)


def test_a_file_alone_is_what_it_says_and_defaults_for_the_rest() -> None:
    resolved = resolve([SITE])
    assert resolved.policy.looks.max_frames == 6
    assert resolved.decided["looks.max_frames"].levels == (LevelRef(LevelKind.DEFAULT, ""),)
    assert resolved.decided["site"].levels == (LevelRef(LevelKind.SITE, "home"),)


def test_the_site_may_switch_on_what_its_organisation_does_not_mention() -> None:
    site = level(LevelKind.SITE, site="home", accountable="A. Person", phone={"enabled": True})
    assert resolve([site]).policy.phone.enabled


def test_a_team_cannot_switch_on_what_the_site_left_off() -> None:
    team = level(LevelKind.TEAM, "Sales", phone={"enabled": True})
    decision = resolve([SITE, team]).decided["phone.enabled"]
    assert decision.value is False
    assert [one.level.name for one in decision.refused] == ["Sales"]


def test_the_lower_number_wins_and_the_level_that_said_it_decides() -> None:
    org = level(LevelKind.ORGANISATION, looks={"max_frames": 4})
    team = level(LevelKind.TEAM, "Sales", looks={"max_frames": 3})
    agent = level(LevelKind.AGENT, "ann", looks={"max_frames": 5})
    decision = resolve([SITE, agent, team, org]).decided["looks.max_frames"]
    assert decision.value == 3
    assert decision.levels == (LevelRef(LevelKind.TEAM, "Sales"),)
    assert [(one.level.kind, one.asked) for one in decision.refused] == [(LevelKind.AGENT, 5)]


def test_lists_come_to_what_all_levels_list() -> None:
    org = level(LevelKind.ORGANISATION, looks={"reasons": ["watch", "random", "returning"]})
    team = level(LevelKind.TEAM, looks={"reasons": ["watch", "call_started"]})
    assert resolve([SITE, org, team]).policy.looks.reasons == {LookReason.WATCH}


def test_what_is_asked_for_on_record_adds_up() -> None:
    org = level(LevelKind.ORGANISATION, requires=["notice_given"])
    agent = level(LevelKind.AGENT, requires=["written_release"])
    wanted = {Precondition.NOTICE_GIVEN, Precondition.WRITTEN_RELEASE}
    assert resolve([SITE, org, agent]).policy.requires == wanted


def test_the_stricter_kind_of_company_wins() -> None:
    org = level(LevelKind.ORGANISATION, extra_person={"mode": "near_or_facing"})
    team = level(LevelKind.TEAM, extra_person={"mode": "near_and_facing"})
    assert resolve([SITE, org, team]).policy.extra_person.mode is CompanyMode.NEAR_AND_FACING


def test_meetings_are_those_that_all_levels_list_with_the_nearest_purpose() -> None:
    org = level(
        LevelKind.ORGANISATION, meetings=[{"id": "1", "purpose": "all"}, {"id": "2", "purpose": "all"}]
    )
    team = level(
        LevelKind.TEAM, meetings=[{"id": "2", "purpose": "stand-up"}, {"id": "3", "purpose": "secret"}]
    )
    meetings = resolve([SITE, org, team]).policy.meetings
    assert [(one.id, one.purpose) for one in meetings] == [("2", "stand-up")]


def test_a_check_for_things_that_no_list_shares_is_off() -> None:
    site = level(
        LevelKind.SITE,
        site="home",
        accountable="A. Person",
        banned_object={"enabled": True, "classes": ["book"]},
    )
    team = level(LevelKind.TEAM, banned_object={"classes": ["tv"]})
    assert resolve([site]).policy.banned_object.enabled
    assert not resolve([site, team]).policy.banned_object.enabled


def test_the_log_is_never_kept_for_less_than_some_level_asks() -> None:
    least = level(LevelKind.JURISDICTION, "EU", retention={"ledger_days_least": 183})
    site = level(LevelKind.SITE, site="home", accountable="A. Person", retention={"ledger_days": 30})
    decision = resolve([site, least]).decided["retention.ledger_days"]
    assert decision.value == 183
    assert decision.levels == (LevelRef(LevelKind.JURISDICTION, "EU"),)


def test_levels_that_name_nobody_make_no_policy() -> None:
    with pytest.raises(ConfigError, match="accountable"):
        resolve([level(LevelKind.SITE, site="home")])


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"looks": {"max_frame": 3}}, "the policy of the team Sales: looks.max_frame: unknown key"),
        ({"stills": {"life_days": 21}}, "stills.life_days"),
        ({"shadow_until": "soon"}, "shadow_until"),
        ({"site": "elsewhere"}, "site is for the policy of a site to say"),
    ],
)
def test_a_level_that_says_something_impossible_is_refused_by_name(
    tables: dict[str, object], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        parse_level(tables, LevelKind.TEAM, "Sales")


def test_who_asks_for_banned_things_where_none_is_named_is_told_so() -> None:
    asks = level(LevelKind.AGENT, "z", banned_object={"enabled": True})
    decision = resolve([SITE, asks]).decided["banned_object.enabled"]
    assert decision.value is False
    assert [one.level for one in decision.refused] == [LevelRef(LevelKind.AGENT, "z")]


def test_a_log_that_has_to_be_kept_longer_is_no_refusal_of_who_asked_for_less() -> None:
    site = parse_level(
        {
            "site": "home",
            "accountable": "A. Person",
            "retention": {"ledger_days": 30, "ledger_days_least": 183},
        },
        LevelKind.SITE,
        "home",
    )

    def refused(days: int) -> int:
        asks = level(LevelKind.AGENT, "z", retention={"ledger_days": days})
        return len(resolve([site, asks]).decided["retention.ledger_days"].refused)

    assert refused(100) == 0
    assert refused(400) == 1
