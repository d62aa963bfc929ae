"""Forwarders as they are configured, and what the doctor and the import make of them."""

from pathlib import Path

import pytest

from atdesk_core.runtime.config import load_config
from atdesk_core.runtime.sources import abilities_of
from atdesk_sdk import ConfigError
from tests.core.cli.test_commands import CONFIG, POLICY
from tests.core.cli.typed import typed

TABLE = """
[[forwarder]]
name = "media-bot"
secret = "file:{secret}"
platform = "teams"
tenant = "contoso"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("s" * 32, "utf-8")
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    (tmp_path / "atdesk.toml").write_text(CONFIG + TABLE.format(secret=tmp_path / "secret"), "utf-8")
    return tmp_path


def test_the_doctor_says_whose_frames_a_forwarder_may_send(folder: Path) -> None:
    said = typed(folder, "doctor").out
    assert "well  forwarder media-bot: may send frames of teams, tenant contoso" in said
    assert "s" * 32 not in said


def test_the_doctor_names_a_secret_that_is_not_there(folder: Path) -> None:
    (folder / "secret").unlink()
    said = typed(folder, "doctor").out
    assert "mend  forwarder media-bot: the secret file:" in said


def test_accounts_that_a_forwarder_serves_can_be_imported(folder: Path) -> None:
    """Without an adapter for that platform: frames are all that is wanted of it."""
    (folder / "people.csv").write_text(
        "agent_id,name,team,site,shift,teams\nann,Ann,support,home,,87d3\n", "utf-8"
    )
    done = typed(folder, "agents", "import", "people.csv", "--confirm-by", "H. R.")
    assert done.status == 0, done.out + done.err
    assert "teams:contoso:87d3" in typed(folder, "agents", "list").out.replace("\n", "")


def test_a_forwarder_is_a_source_of_meetings() -> None:
    assert not abilities_of([]).meeting_video
    assert abilities_of([], forwarded=True).meeting_video
    assert not abilities_of([], forwarded=True).tells_people


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("", TABLE.format(secret="/run/secret")), "two forwarders are called 'media-bot'"),
        (('secret = "file:', 'secret = "in clear '), "a secret is given by reference"),
        (('platform = "teams"', 'platform = ""'), "platform"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_name(folder: Path, change: tuple[str, str], said: str) -> None:
    path = folder / "atdesk.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace(*change) if change[0] else text + change[1], "utf-8")
    with pytest.raises(ConfigError, match=said):
        load_config(path, {})
