"""What is typed, as it is typed: good and bad."""

import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """
site = "home"
accountable = "A. Person"
[[meetings]]
id = "900"
purpose = "team room"
"""
CONFIG = """
[[site]]
id = "home"
jurisdiction = "PE"
time_zone = "Europe/London"
policy = "policy.toml"
"""


def atdesk(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "atdesk_core.cli.main", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "atdesk.toml").write_text(CONFIG)
    (tmp_path / "policy.toml").write_text(POLICY)
    return tmp_path


def test_help_names_every_command(tmp_path: Path) -> None:
    said = atdesk(tmp_path, "--help").stdout
    for command in (
        "run",
        "stop-all",
        "why",
        "doctor",
        "plugins",
        "replay",
        "simulate",
        "enrol",
        "agents",
        "notices",
        "policy",
        "preconditions",
        "enrol-code",
    ):
        assert command in said


def test_without_a_configuration_the_way_out_is_named(tmp_path: Path) -> None:
    done = atdesk(tmp_path, "run")
    assert done.returncode == 2
    assert "atdesk.toml cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_stop_all_stands_and_is_lifted_explicitly(folder: Path) -> None:
    assert "No look everywhere from now on" in atdesk(folder, "stop-all").stdout
    assert "No look at home from now on" in atdesk(folder, "stop-all", "home").stdout
    assert "allowed again at home" in atdesk(folder, "stop-all", "home", "--lift").stdout
    assert "No such stop stands" in atdesk(folder, "stop-all", "home", "--lift").stdout
    unknown = atdesk(folder, "stop-all", "hmoe")
    assert unknown.returncode == 2
    assert "there is no site 'hmoe'" in unknown.stderr


def test_people_come_from_a_file_and_consent_before_enrolment(folder: Path) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    assert atdesk(folder, "agents", "import", "people.csv").returncode == 0
    assert "Ann Agent" in atdesk(folder, "agents", "list").stdout
    unsigned = atdesk(folder, "enrol", "ann", "photo.jpg", "--confirmed-by-agent", "CODE")
    assert unsigned.returncode == 1
    assert "atdesk policy sign site:home" in unsigned.stdout + unsigned.stderr
    signed = atdesk(folder, "policy", "sign", "--all", "--by", "A. Person", "--reason", "agreed")
    assert signed.returncode == 0
    refused = atdesk(folder, "enrol", "ann", "photo.jpg", "--confirmed-by-agent", "CODE")
    assert refused.returncode == 1
    assert "atdesk consent record ann" in refused.stdout + refused.stderr
    given = atdesk(
        folder,
        "consent",
        "record",
        "ann",
        "--text-version",
        "v1",
        "--language",
        "en",
        "--alternative",
        "a call",
    )
    assert given.returncode == 0
    alone = atdesk(folder, "enrol", "ann", "photo.jpg", "--confirmed-by-agent", "CODE")
    assert alone.returncode == 1
    assert "atdesk enrol-code ann" in alone.stdout + alone.stderr


def test_a_bad_file_names_line_and_column_and_imports_nothing(folder: Path) -> None:
    (folder / "people.csv").write_text(
        "agent_id,name,team,site\nann,Ann,support,home\nbob,Bob,support,mars\n"
    )
    done = atdesk(folder, "agents", "import", "people.csv")
    assert done.returncode == 1
    assert "line 3, site" in done.stdout + done.stderr
    assert "Nobody is in the directory" in atdesk(folder, "agents", "list").stdout


def test_a_hint_is_switched_off_and_on_again_and_nothing_else_can_be(folder: Path) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    atdesk(folder, "agents", "import", "people.csv")
    assert "more_light is off from now on" in atdesk(folder, "notices", "silence", "ann", "more_light").stdout
    assert "more_light is on again" in atdesk(folder, "notices", "hear", "ann", "more_light").stdout
    refused = atdesk(folder, "notices", "silence", "ann", "absent")
    assert refused.returncode == 1
    assert "absent cannot be silenced" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stdout + refused.stderr
    assert "more_light" in atdesk(folder, "notices", "silence", "--help").stdout


def test_why_says_so_when_the_log_holds_nothing(folder: Path) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    atdesk(folder, "agents", "import", "people.csv")
    assert "holds nothing about that time" in atdesk(folder, "why", "ann", "--at", "2026-01-01T10:00").stdout
    wrong = atdesk(folder, "why", "ann", "--at", "noon")
    assert wrong.returncode != 0
    assert "2026-11-21T14:03" in wrong.stdout + wrong.stderr


def test_doctor_says_what_to_mend(folder: Path) -> None:
    done = atdesk(folder, "doctor")
    assert done.returncode == 1
    assert "directory: empty: atdesk agents import" in done.stdout
    assert "faces are matched by face_recognition" in done.stdout


def test_an_unknown_simulator_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    done = atdesk(tmp_path, "simulate", "slack")
    assert done.returncode == 2
    assert "genesys" in done.stderr
