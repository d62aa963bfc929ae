"""Shifts, draws, leaving and desk checks as they are typed: wired, told in words, no traceback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from atdesk_core.cli.main import app
from atdesk_core.runtime.config import load_config
from atdesk_sdk import ConfigError

POLICY = """
site = "home"
accountable = "A. Person"
"""
CONFIG = """
[[site]]
id = "home"
jurisdiction = "GB"
time_zone = "Europe/London"
policy = "policy.toml"
"""
SIGN_IN = """
[site.shifts]
source = "sign_in"
hours = "Mon-Fri 07:00-22:00"
"""
PEOPLE = "agent_id,name,team,site,lead\nann,Ann Agent,support,home,lee\nlee,Lee Lead,leads,home,\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "atdesk.toml").write_text(CONFIG)
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "people.csv").write_text(PEOPLE)
    assert typed("agents", "import", "people.csv").exit_code == 0
    return tmp_path


def typed(*arguments: str) -> Result:
    done = CliRunner().invoke(app, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_shifts_are_imported_and_listed(folder: Path) -> None:
    (folder / "shifts.csv").write_text("agent_id,start,end\nann,2099-01-05T09:00,2099-01-05T17:00\n")
    assert "1 shifts of 1 people" in typed("shifts", "import", "shifts.csv").stdout
    assert "None is on record: nobody looks" in typed("shifts", "list", "ann").stdout
    assert typed("shifts", "import", "nowhere.csv").exit_code == 1
    assert typed("shifts", "list", "zoe").exit_code == 1


def test_draws_are_asked_about(folder: Path) -> None:
    assert "sealed before you said it" in typed("draws", "nonce", "ann", "whatever I like").stdout
    unknown = typed("draws", "verify", "--agent", "ann", "--shift", "2026-11-23T09:00")
    assert unknown.exit_code == 1
    assert "nothing was committed to" in unknown.stdout
    assert typed("draws", "verify", "nowhere.json").exit_code == 2
    assert typed("draws", "verify").exit_code == 2
    out = str(folder / "draws.json")
    assert typed("draws", "export", "ann", "--shift", "2026-11-23T09:00", "--json", out).exit_code == 1


def test_leaving_and_coming_back(folder: Path) -> None:
    assert "has left: nobody looks" in typed("left", "ann", "--by", "H. R.").stdout
    assert "is back" in typed("left", "ann", "--back", "--by", "H. R.").stdout
    out = folder / "away.csv"
    assert "0 Aways of ours" in typed("away-minutes", "--csv", str(out)).stdout
    assert out.read_text().startswith("agent_id,agent_ref,site,begin,end,minutes")


def test_a_complete_file_says_who_has_left_and_another_one_who_stays(folder: Path) -> None:
    (folder / "fewer.csv").write_text("agent_id,name,team,site\nlee,Lee Lead,leads,home\n")
    assert "1 of the directory are not in the file, and stay" in typed("agents", "import", "fewer.csv").stdout
    said = typed("agents", "import", "fewer.csv", "--complete").stdout
    assert "1 have left" in said


def test_desk_checks_need_a_policy_in_force(folder: Path) -> None:
    assert "None in the last week" in typed("desk-check", "list").stdout
    refused = typed("desk-check", "schedule", "ann", "--at", "2099-01-05T09:00", "--by", "lee")
    assert refused.exit_code == 1
    assert "has no desk checks" in refused.stdout
    assert typed("desk-check", "move", "zz", "--to", "2099-01-05T09:00").exit_code == 1
    assert typed("desk-check", "answer", "zz", "--by", "lee", "--missed").exit_code == 1
    assert "0 desk checks are planned" in typed("desk-check", "plan", "home", "--by", "lee").stdout


def test_signing_in_needs_an_authority_that_says_who_is_there(folder: Path) -> None:
    path = folder / "atdesk.toml"
    path.write_text(CONFIG + SIGN_IN)
    says = r"home takes its shifts from signing in, but neither it nor state\.authority"
    with pytest.raises(ConfigError, match=says):
        load_config(path, {})


def test_every_command_has_its_place() -> None:
    assert {"draws", "shifts", "desk-check"} <= {group.name for group in app.registered_groups}
    assert {"left", "away-minutes"} <= {command.name for command in app.registered_commands}
