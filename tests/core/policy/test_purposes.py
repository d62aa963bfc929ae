"""Where a place asks for it, each rule that is switched on says what for."""

import pytest

from atdesk_core.policy import SitePolicy
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.purposes import say_purposeless, without_purpose
from atdesk_core.policy.rules import AbsenceRule, DifferentPersonRule, PhoneRule

NAMED = AbsenceRule(purpose="Customers are answered.")
OFF = DifferentPersonRule(enabled=False)


def policy(**rules: object) -> SitePolicy:
    return SitePolicy.model_validate({"site": "home", "accountable": "A. Person", **rules})


@pytest.mark.parametrize("code", ["IE", "DE", "FR", "IT", "NL", "GR"])
def test_the_union_asks_and_whatever_narrows_its_preset(code: str) -> None:
    assert without_purpose(policy(), [cap_of(code)]) == ("absence", "different_person")


@pytest.mark.parametrize("code", ["PE", "US-IL", "general"])
def test_elsewhere_a_rule_may_stand_without(code: str) -> None:
    assert without_purpose(policy(), [cap_of(code)]) == ()


def test_one_place_that_asks_is_enough() -> None:
    assert without_purpose(policy(), [cap_of("PE"), cap_of("IE")]) != ()


def test_a_rule_that_is_off_needs_none_and_blanks_are_none() -> None:
    caps = [cap_of("IE")]
    assert without_purpose(policy(absence=NAMED, different_person=OFF), caps) == ()
    blank = PhoneRule(enabled=True, purpose="  ")
    assert without_purpose(policy(absence=NAMED, different_person=OFF, phone=blank), caps) == ("phone",)


def test_it_says_what_to_write() -> None:
    assert 'write purpose = "..." under [phone]' in say_purposeless("home", ["phone"])
