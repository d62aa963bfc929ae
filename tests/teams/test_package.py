"""The zip for Teams: Microsoft's own schema takes it, and whatever is wrong is named with the way out."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from atdesk_core.cli.teams_package import Asked, package_command
from atdesk_core.runtime.teams_effect import CODE, LIMIT
from atdesk_sdk import ConfigError
from atdesk_teams.app_package import build
from atdesk_teams.app_package.build import schema
from atdesk_teams.app_package.icons import colour_icon, outline_icon, size_of
from tests.browser.packages import MANIFESTS, is_installed, package

ATDESK = str(Path(sys.executable).with_name("atdesk"))
CLIENT = "0f8fad5b-d9cb-469f-a165-70867728950e"
TENANT = "11111111-2222-4333-8444-555555555555"
BOT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
FACTS: dict[str, Any] = {
    "app_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "developer": "Acme",
    "public_url": "https://desk.example.com",
    "privacy_url": "https://acme.example/privacy",
    "terms_url": "https://acme.example/terms",
    "client_id": CLIENT,
    "resource": f"api://desk.example.com/{CLIENT}",
    "bot_id": BOT,
}
LOCAL = {
    "public_url": "https://localhost:8443",
    "resource": f"api://localhost:8443/{CLIENT}",
    "bot_id": "",
    "effect": True,
}


def opened(zipped: bytes) -> tuple[dict[str, Any], zipfile.ZipFile]:
    archive = zipfile.ZipFile(io.BytesIO(zipped))
    return json.loads(archive.read("manifest.json")), archive


def test_the_app_has_the_page_as_a_tab_the_bot_and_the_sign_in() -> None:
    about, archive = opened(build(FACTS))

    assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
    assert [tab["contentUrl"] for tab in about["staticTabs"]] == ["https://desk.example.com/me/?host=teams"]
    assert about["bots"] == [{"botId": BOT, "scopes": ["team", "personal"], "supportsFiles": False}]
    assert about["webApplicationInfo"] == {"id": CLIENT, "resource": f"api://desk.example.com/{CLIENT}"}
    assert (about["validDomains"], about["devicePermissions"]) == (["desk.example.com"], ["media"])
    assert "meetingExtensionDefinition" not in about


def test_the_same_app_gives_the_same_zip() -> None:
    assert build(FACTS) == build(FACTS)


def test_the_effect_is_an_app_of_its_own_in_microsofts_preview() -> None:
    about, _ = opened(build(FACTS | LOCAL))

    assert about["manifestVersion"] == "devPreview"
    meeting = about["meetingExtensionDefinition"]
    assert meeting["videoFiltersConfigurationUrl"] == "https://localhost:8443/me/effect/"
    assert about["validDomains"] == ["localhost:8443"]
    granted = about["authorization"]["permissions"]["resourceSpecific"]
    assert {one["name"] for one in granted} == {"CameraStream.Read.User", "OutgoingVideoStream.Write.User"}
    assert "bots" not in about
    assert "staticTabs" not in about


@pytest.mark.parametrize("version", ["v1.19", "vDevPreview"])
def test_the_schemas_are_microsofts_unchanged(version: str) -> None:
    published = package(MANIFESTS / version / "MicrosoftTeams.schema.json")
    assert schema(version) == json.loads(published.removeprefix("\ufeff"))


@pytest.mark.skipif(not is_installed(MANIFESTS.parents[1] / "index.js"), reason="npm did not bring the judge")
@pytest.mark.parametrize("facts", [FACTS, FACTS | {"bot_id": ""}, FACTS | LOCAL])
def test_microsofts_own_validator_finds_nothing(tmp_path: Path, facts: dict[str, Any]) -> None:
    about, _ = opened(build(facts))
    (tmp_path / "manifest.json").write_text(json.dumps(about), "utf-8")
    judged = subprocess.run(
        ["node", str(Path(__file__).parent / "manifest_judged.mjs"), str(tmp_path / "manifest.json")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (judged.returncode, judged.stdout.strip()) == (0, "[]"), judged.stderr


def test_the_icons_are_what_teams_asks_for() -> None:
    colour, outline = colour_icon(), outline_icon()
    assert (size_of(colour), size_of(outline)) == ((192, 192), (32, 32))
    seen = cv2.imdecode(np.frombuffer(outline, np.uint8), cv2.IMREAD_UNCHANGED)
    assert seen is not None
    opaque = seen[:, :, 3] > 0
    assert 0.1 < float(opaque.mean()) < 0.6  # an outline, neither nothing nor a block
    assert bool((seen[opaque][:, :3] == 255).all())
    full = cv2.imdecode(np.frombuffer(colour, np.uint8), cv2.IMREAD_UNCHANGED)
    assert full is not None
    assert bool((full[:, :, 3] == 255).all())


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"public_url": "http://desk.example.com"}, "service.public_url has to begin with https://"),
        ({"client_id": "my-app"}, "client_id of .* has to be a GUID"),
        ({"bot_id": "28:bot"}, "bot_id of .* has to be a GUID"),
        ({"app_id": CLIENT[:-1]}, "--app-id has to be a GUID"),
        ({"resource": f"api://{CLIENT}"}, f"only with api://desk.example.com/{CLIENT}"),
        ({"resource": f"api://elsewhere.example/{CLIENT}"}, "Expose an API"),
        ({"version": "1"}, "three numbers"),
        ({"name": "x" * 31}, "1 to 30 characters"),
        ({"developer": ""}, "1 to 32 characters"),
        ({"privacy_url": "acme.example"}, "--privacy-url"),
        ({"terms_url": ""}, "--terms-url"),
    ],
)
def test_what_is_wrong_is_named_with_the_way_out(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        build(FACTS | changed)


def test_an_icon_that_is_brought_has_to_be_there_and_of_the_right_size(tmp_path: Path) -> None:
    small, text = tmp_path / "small.png", tmp_path / "text.png"
    small.write_bytes(outline_icon())
    text.write_text("no picture", "utf-8")
    for path, says in ((tmp_path / "none.png", "cannot be read"), (small, "32 x 32"), (text, "no PNG")):
        with pytest.raises(ConfigError, match=says):
            build(FACTS, path)
    _, archive = opened(build(FACTS, outline=small))
    assert archive.read("outline.png") == outline_icon()


# ---- as it is typed --------------------------------------------------------------------------------------

SERVICE = '[service]\npublic_url = "https://desk.example.com"\n'
SIGN_IN = (
    f'[[sign_in]]\nprovider = "teams"\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\n'
    f'resource = "api://desk.example.com/{CLIENT}"\n'
)
TEAMS = (
    f'[[teams]]\nname = "teams"\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\n'
    'client_secret = "env:TEAMS_SECRET"\n'
)
CHANNEL = 'team_id = "19:team@thread.tacv2"\nchannel_id = "19:leads@thread.tacv2"\n'
WITH_BOT = f'{TEAMS}bot_id = "{BOT}"\nbot_secret = "env:BOT_SECRET"\n{CHANNEL}'


def typed(folder: Path, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "atdesk.toml").write_text(text, "utf-8")
    command = [ATDESK, "teams", "package", "--out", "app.zip"]
    return subprocess.run(
        [*command, "--developer", "Acme", *more],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_writes_the_zip_and_never_over_another(tmp_path: Path) -> None:
    done = typed(tmp_path, SERVICE + SIGN_IN + WITH_BOT)
    assert done.returncode == 0, done.stderr
    about, _ = opened((tmp_path / "app.zip").read_bytes())
    assert about["bots"][0]["botId"] == BOT
    again = typed(tmp_path, SERVICE + SIGN_IN + WITH_BOT)
    assert (again.returncode, "exists already" in again.stderr) == (2, True)


def test_bad_input_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    done = typed(tmp_path, SERVICE + SIGN_IN + TEAMS)
    assert done.returncode == 2
    assert "no [[teams]] has a bot_id" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "app.zip").exists()


def packed(folder: Path, text: str, icon: Path | None = None, **asked: Any) -> bytes:
    """The same in this process."""
    typed_in: dict[str, Any] = {"developer": "Acme", "name": "atdesk", "version": "1.0.0", "app_id": ""}
    left_out: dict[str, Any] = {"privacy_url": "", "terms_url": "", "without_bot": False, "effect": False}
    (folder / "atdesk.toml").write_text(text, "utf-8")
    package_command(
        folder / "atdesk.toml", folder / "app.zip", Asked(**typed_in | left_out | asked), (icon, None)
    )
    return (folder / "app.zip").read_bytes()


@pytest.mark.parametrize(
    ("text", "asked", "says"),
    [
        (SERVICE + WITH_BOT, {}, "provider = "),
        (SIGN_IN + WITH_BOT, {}, "set service.public_url"),
        (SERVICE + SIGN_IN + WITH_BOT, {"effect": True}, "atdesk teams effect"),
        (SERVICE + SIGN_IN + WITH_BOT, {"icon": Path("none.png")}, "cannot be read"),
        (SERVICE.replace("https", "http") + SIGN_IN + WITH_BOT, {}, "https://"),
    ],
)
def test_what_the_configuration_lacks_is_named(
    tmp_path: Path, text: str, asked: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        packed(tmp_path, text, **asked)
    assert not (tmp_path / "app.zip").exists()


def test_the_page_alone_needs_no_bot_and_an_app_keeps_its_id(tmp_path: Path) -> None:
    about, _ = opened(packed(tmp_path, SERVICE + SIGN_IN + TEAMS, without_bot=True))
    assert "bots" not in about
    (tmp_path / "app.zip").unlink()
    later, _ = opened(packed(tmp_path, SERVICE + SIGN_IN + TEAMS, without_bot=True, version="1.0.1"))
    assert later["id"] == about["id"]


def test_the_effect_is_packed_once_it_was_accepted(tmp_path: Path) -> None:
    here = "localhost:8443"
    text = (SERVICE + SIGN_IN).replace("desk.example.com", here)
    on = f'[teams_effect]\naccepted = "{CODE}"\naccepted_by = "A. Person"\n'
    about, _ = opened(packed(tmp_path, text + on, effect=True))
    assert about["meetingExtensionDefinition"]["videoFiltersConfigurationUrl"] == f"https://{here}/me/effect/"


def test_the_limit_is_shown_with_the_code_that_accepts_it() -> None:
    command = [ATDESK, "teams", "effect"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert CODE in done.stdout
    assert LIMIT.split(":")[0] in " ".join(done.stdout.split())
