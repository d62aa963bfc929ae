"""The page about policies is true: every setting, preset and command is there."""

import re
from pathlib import Path

from atdesk_core.cli.policy_app import policy
from atdesk_core.policy import shipped_presets
from atdesk_core.policy.reference import reference
from atdesk_core.policy.settings import SETTINGS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_one_of_the_model() -> None:
    assert reference() in PAGE, "put what python -m atdesk_core.policy.reference prints at its end"


def test_each_setting_has_a_row() -> None:
    rows = {line.split("`")[1] for line in reference().splitlines()[2:]}
    assert rows == set(SETTINGS)


def test_each_preset_is_named() -> None:
    assert not [code for code in shipped_presets().by_code if f"`{code}`" not in PAGE]


def test_the_commands_that_it_shows_exist() -> None:
    shown = set(re.findall(r"`atdesk policy ([a-z-]+)", PAGE))
    assert {"may", "explain", "diff"} <= shown
    assert shown <= {one.name for one in policy.registered_commands}


def test_the_files_that_it_names_are_there() -> None:
    for name in re.findall(r"`((?:core|examples)/[^`]+)`", PAGE):
        assert (ROOT / name).exists(), name
