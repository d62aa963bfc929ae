"""What the doctor says of the Teams effect: the text that was accepted, by whom, and what is missing."""

from pathlib import Path

import pytest

from atdesk_core.runtime.teams_effect import CODE, LIMIT
from tests.core.cli.test_commands import CONFIG, POLICY
from tests.core.cli.typed import typed

EFFECT = """
[[sign_in]]
provider = "teams"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
login_url = "http://127.0.0.1:9"

[teams_effect]
accepted = "{code}"
accepted_by = "A. Person, data protection"

[[teams_effect.meeting]]
id = "19:elsewhere"
participants = 8
outside_guests = false
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    (tmp_path / "atdesk.toml").write_text(CONFIG + EFFECT.format(code=CODE), "utf-8")
    return tmp_path


def test_the_doctor_shows_the_text_that_was_accepted_and_by_whom(folder: Path) -> None:
    said = " ".join(typed(folder, "doctor").out.split())
    assert f"well teams effect: on: {CODE} was accepted by A. Person, data protection, for 1 meetings" in said
    assert " ".join(LIMIT.split()) in said
    assert "mend teams effect: no policy lists these under [[meetings]]" in said
    assert "19:elsewhere" in said
    # Nor are Entra's keys there, by which what Teams says would be checked.
    assert (
        "mend sign-in teams: the keys of tenant 11111111-2222-4333-8444-555555555555 cannot be read" in said
    )


def test_another_text_is_not_accepted_by_the_code_of_this_one(folder: Path) -> None:
    (folder / "atdesk.toml").write_text(CONFIG + EFFECT.format(code="teams-effect-0"), "utf-8")
    done = typed(folder, "doctor")
    assert "read it with `atdesk teams effect`" in " ".join((done.out + done.err).split())
    assert done.status != 0
