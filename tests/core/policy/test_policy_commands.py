"""`atdesk policy explain` and `diff`, as they are typed."""

import asyncio
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atdesk_core.agreements import Applied, Approval, Place, load_agreements
from atdesk_core.cli.main import app
from atdesk_core.cli.setting import load_setting
from atdesk_core.policy import Because, Level, LookReason, may_open
from atdesk_core.policy.jurisdictions import read_presets
from atdesk_core.runtime.agreed import declared_of, sign_everything
from atdesk_core.store import Store
from atdesk_sdk import ConfigError
from tests.core.policy.test_permission import GOOD

CONFIG = """
[policy]
organisation = "organisation.toml"

[[site]]
id = "home"
jurisdiction = "IE"
jurisdictions = ["NL"]
time_zone = "Europe/Dublin"
policy = "policy.toml"

[[team]]
id = "support"
policy = "support.toml"
"""
FILES = {
    "organisation.toml": "[phone]\nenabled = true\n",
    "policy.toml": 'site = "home"\naccountable = "A. Person"\n[stills]\nenabled = true\nlife_days = 20\n',
    "support.toml": "[looks]\nmax_frames = 4\nrandom_per_shift = 2\n",
    "people.csv": "agent_id,name,team,site,language\nana,Ana,support,home,es\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "atdesk.toml").write_text(CONFIG)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    typed(tmp_path, "agents", "import", str(tmp_path / "people.csv"))
    return tmp_path


def typed(folder: Path, *arguments: str, status: int = 0) -> str:
    command = [*arguments, "--config", str(folder / "atdesk.toml")]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == status, result.stdout
    return result.stdout


def sign(folder: Path) -> None:
    config, _ = load_setting(folder / "atdesk.toml")

    async def in_force() -> None:
        async with await Store.open(config.service.database) as store:
            await sign_everything(config, store, Approval("A. Person", "first version", 1000.0))

    asyncio.run(in_force())


def test_what_is_in_force_is_explained_in_the_agents_language(folder: Path) -> None:
    sign(folder)
    said = typed(folder, "policy", "explain", "ana")
    assert "Vida de una imagen fija: 3 días. Lo decidió: la jurisdicción NL." in said
    assert "El centro home pidió «20 días» y no lo obtuvo." in said
    assert "Fotogramas en una mirada: 4. Lo decidió: el equipo support." in said
    assert "Activado: sí. Lo decidió: la organización." in said
    assert "Nunca ha constado, así que no se mira nada:" in said
    assert "Life of a still: 3 days." in typed(folder, "policy", "explain", "ana", "--language", "en")


def test_without_a_signature_nothing_is_in_force_and_the_way_out_is_named(folder: Path) -> None:
    said = typed(folder, "policy", "explain", "ana", status=1)
    assert "no policy is in force for ana, so nobody looks" in said
    assert "atdesk policy sign" in said
    assert "Vida de una imagen fija: 3 días." in typed(folder, "policy", "explain", "ana", "--files")


def test_nobody_is_explained_who_is_not_there(folder: Path) -> None:
    assert "nobody in the directory has the id bob" in typed(folder, "policy", "explain", "bob", status=1)


def test_two_files_and_a_signed_version_are_compared(folder: Path) -> None:
    sign(folder)
    old, new = folder / "policy.toml", folder / "new.toml"
    new.write_text(FILES["policy.toml"].replace("20", "2"))
    expected = "Tighter\n  Stills, life of a still: 20 days becomes 2 days.\n"
    assert typed(folder, "policy", "diff", str(old), str(new)) == expected
    assert typed(folder, "policy", "diff", "site:home@1", str(new)) == expected
    assert "Más permisivo" in typed(folder, "policy", "diff", str(new), "site:home@1", "--language", "es")
    assert typed(folder, "policy", "diff", str(old), "site:home@1") == "Nothing changes.\n"


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("site:home@7", r"site:home has no version 7 \(there is: 1\)"),
        ("missing.toml", "missing.toml cannot be read"),
        ("nowhere@1", "'nowhere' is no scope"),
    ],
)
def test_what_cannot_be_compared_is_named(folder: Path, named: str, says: str) -> None:
    sign(folder)
    with pytest.raises(Exception, match=says):
        typed(folder, "policy", "diff", named, str(folder / "policy.toml"))


def test_an_unknown_key_in_a_file_is_named(folder: Path) -> None:
    (folder / "new.toml").write_text("[looks]\nmax_frame = 3\n")
    with pytest.raises(ConfigError, match=r"looks\.max_frame: unknown key"):
        typed(folder, "policy", "diff", str(folder / "new.toml"), str(folder / "policy.toml"))


def test_where_no_face_may_be_compared_no_template_is_made(folder: Path) -> None:
    (folder / "atdesk.toml").write_text(CONFIG.replace('"IE"', '"FR"'))
    sign(folder)
    agreed = ("--text-version", "v1", "--language", "es", "--alternative", "a call")
    typed(folder, "consent", "record", "ana", *agreed)
    said = typed(folder, "enrol", "ana", "photo.jpg", "--confirmed-by-agent", "AAAA-BBBB", status=1)
    assert "no template is made: the policy of ana compares no faces" in said


def test_with_a_preset_that_is_refused_nobody_is_looked_at_and_it_is_said_why(folder: Path) -> None:
    sign(folder)
    presets = folder / "presets"
    presets.mkdir()
    for path in (files("atdesk_core.policy") / "presets").iterdir():
        (presets / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with (presets / "GB.toml").open("a", encoding="utf-8") as file:
        file.write('\n[caps.zoom]\nlevel = "high"\n')
    config, _ = load_setting(folder / "atdesk.toml")

    async def applied() -> Applied:
        key = config.service.signing_key
        async with await Store.open(config.service.database) as store:
            found = await load_agreements(store, declared_of(config), key, lambda code: cap(presets, code))
        return found.applied(Place("home", "support", "ana"))

    outcome = asyncio.run(applied())
    assert outcome.policy is None
    assert outcome.fault is not None
    assert "GB.toml" in outcome.fault.message
    assert "zoom: unknown key" in outcome.fault.message
    assert may_open(LookReason.WATCH, GOOD, outcome.policy) is Because.NO_POLICY


def cap(presets: Path, code: str) -> Level:
    return read_presets(presets).cap(code)
