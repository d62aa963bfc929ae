"""The rules of a policy: refused where they say nothing, switched on where somebody asks."""

from pathlib import Path

import pytest

from atdesk_core.policy import CompanyMode, SitePolicy, load_policy
from atdesk_sdk import ConfigError, FindingKind

HEAD = 'site = "home"\naccountable = "A. Person"\n'


def policy(tmp_path: Path, text: str) -> SitePolicy:
    path = tmp_path / "policy.toml"
    path.write_text(HEAD + text)
    return load_policy(path)


def test_a_list_of_things_is_read(tmp_path: Path) -> None:
    read = policy(tmp_path, '[banned_object]\nenabled = true\nclasses = ["book", "tv"]\n')
    assert read.banned_object.classes == {"book", "tv"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[banned_object]\nenabled = true\n", "classes names nothing"),
        ('[banned_object]\nclasses = ["notebook"]\n', "does not know notebook; it knows"),
        ('[banned_object]\nclasses = ["person"]\n', "does not know person"),
        ('[extra_person]\nmode = "everybody"\n', "extra_person.mode"),
        ("[extra_person]\nnear_size = 0.1\n", "extra_person.near_size"),
        ("[phone]\nscore = 0.1\n", "phone.score: unknown key"),
        ("[input_idle]\nidle_s = 5\n", "input_idle.idle_s"),
    ],
)
def test_what_says_nothing_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        policy(tmp_path, text)


def test_every_check_can_be_switched_on_and_keeps_its_numbers(tmp_path: Path) -> None:
    read = policy(tmp_path, '[extra_person]\nmode = "near_or_facing"\nfor_s = 20\n').with_all_checks()
    off = {kind for kind in FindingKind if not read.asks_for(kind)}
    assert off == {FindingKind.PRESENT, FindingKind.BANNED_OBJECT}
    assert (read.extra_person.mode, read.extra_person.for_s) == (CompanyMode.NEAR_OR_FACING, 20)


def test_a_list_that_names_things_is_switched_on_with_the_rest(tmp_path: Path) -> None:
    read = policy(tmp_path, '[banned_object]\nclasses = ["book"]\n').with_all_checks()
    assert read.asks_for(FindingKind.BANNED_OBJECT)


def test_a_policy_with_another_rule_is_another_version(tmp_path: Path) -> None:
    assert policy(tmp_path, "").version != policy(tmp_path, "[phone]\nenabled = true\n").version
