"""What is typed, as it is typed: good and bad."""

from pathlib import Path

import pytest

from tests.core.cli.on_record import put_on_record
from tests.core.cli.typed import in_a_process, typed

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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "atdesk.toml").write_text(CONFIG)
    (tmp_path / "policy.toml").write_text(POLICY)
    return tmp_path


def test_help_names_every_command(tmp_path: Path) -> None:
    said = in_a_process(tmp_path, "--help").out
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
    done = in_a_process(tmp_path, "run")
    assert done.status == 2
    assert "atdesk.toml cannot be read" in done.err
    assert "Traceback" not in done.err


def test_stop_all_stands_and_is_lifted_explicitly(folder: Path) -> None:
    assert "No look everywhere from now on" in in_a_process(folder, "stop-all").out
    assert "No look at home from now on" in typed(folder, "stop-all", "home").out
    assert "allowed again at home" in in_a_process(folder, "stop-all", "home", "--lift").out
    assert "No such stop stands" in typed(folder, "stop-all", "home", "--lift").out
    unknown = typed(folder, "stop-all", "hmoe")
    assert unknown.status == 2
    assert "there is no site 'hmoe'" in unknown.err


def test_people_come_from_a_file_and_consent_before_enrolment(folder: Path) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    assert in_a_process(folder, "agents", "import", "people.csv").status == 0
    assert "Ann Agent" in typed(folder, "agents", "list").out
    unsigned = typed(folder, "enrol", "ann", "photo.jpg", "--confirmed-by-agent", "CODE")
    assert unsigned.status == 1
    assert "atdesk policy sign site:home" in unsigned.out + unsigned.err
    signed = typed(folder, "policy", "sign", "--all", "--by", "A. Person", "--reason", "agreed")
    assert signed.status == 0
    put_on_record(folder)
    refused = typed(folder, "enrol", "ann", "photo.jpg", "--confirmed-by-agent", "CODE")
    assert refused.status == 1
    assert "atdesk consent record ann" in refused.out + refused.err
    given = typed(
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
    assert given.status == 0
    alone = typed(folder, "enrol", "ann", "photo.jpg", "--confirmed-by-agent", "CODE")
    assert alone.status == 1
    assert "atdesk enrol-code ann" in alone.out + alone.err


def test_a_bad_file_names_line_and_column_and_imports_nothing(folder: Path) -> None:
    (folder / "people.csv").write_text(
        "agent_id,name,team,site\nann,Ann,support,home\nbob,Bob,support,mars\n"
    )
    done = in_a_process(folder, "agents", "import", "people.csv")
    assert done.status == 1
    assert "line 3, site" in done.out + done.err
    assert "Nobody is in the directory" in typed(folder, "agents", "list").out


def test_a_hint_is_switched_off_and_on_again_and_nothing_else_can_be(folder: Path) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    typed(folder, "agents", "import", "people.csv")
    assert "more_light is off from now on" in typed(folder, "notices", "silence", "ann", "more_light").out
    assert "more_light is on again" in typed(folder, "notices", "hear", "ann", "more_light").out
    refused = typed(folder, "notices", "silence", "ann", "absent")
    assert refused.status == 1
    assert "absent cannot be silenced" in refused.out + refused.err
    assert "Traceback" not in refused.out + refused.err
    assert "more_light" in typed(folder, "notices", "silence", "--help").out


def test_why_says_so_when_the_log_holds_nothing(folder: Path) -> None:
    (folder / "people.csv").write_text("agent_id,name,team,site\nann,Ann Agent,support,home\n")
    typed(folder, "agents", "import", "people.csv")
    assert "holds nothing about that time" in typed(folder, "why", "ann", "--at", "2026-01-01T10:00").out
    wrong = typed(folder, "why", "ann", "--at", "noon")
    assert wrong.status != 0
    assert "2026-11-21T14:03" in wrong.out + wrong.err


def test_doctor_says_what_to_mend(folder: Path) -> None:
    done = in_a_process(folder, "doctor")
    assert done.status == 1
    assert "directory: empty: atdesk agents import" in done.out
    assert "faces are matched by face_recognition" in done.out


def test_an_unknown_simulator_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    done = in_a_process(tmp_path, "simulate", "slack")
    assert done.status == 2
    assert "genesys" in done.err
