"""What the packages say about themselves, and what the repository must not hold."""

import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import ROOT

FOLDERS = ["sdk", "core", "plugins/genesys", "plugins/zoom", "plugins/teams"]
DEPENDENTS = [*FOLDERS[1:], "examples/hello-adapter"]
# Written with escapes, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|pypi\.python|conda\.anaconda|/simple/?\"", re.IGNORECASE
)
DOWNLOADS = re.compile(r"https?://\S+\.(?:whl|tar\.gz|tgz|zip)\b", re.IGNORECASE)
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "package-lock.json"}


@cache
def project(folder: str) -> dict[str, Any]:
    whole = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))
    return {**whole["project"], "build": whole["build-system"]["build-backend"]}


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_follow_one_rule(folder: str) -> None:
    name = "atdesk-" + folder.rpartition("/")[2]
    assert project(folder)["name"] == name
    assert (ROOT / folder / "src" / name.replace("-", "_") / "__init__.py").is_file()
    assert project(folder)["build"] == "hatchling.build"
    assert (ROOT / folder / project(folder)["readme"]).is_file()


@pytest.mark.parametrize("folder", [*FOLDERS, "examples/hello-adapter"])
def test_types_are_marked_as_published(folder: str) -> None:
    assert list((ROOT / folder / "src").glob("*/py.typed")), "py.typed lies inside the package"


@pytest.mark.parametrize("folder", [*FOLDERS, "examples/hello-adapter"])
def test_one_python_range_for_all(folder: str) -> None:
    assert project(folder)["requires-python"] == ">=3.11,<3.14"


@pytest.mark.parametrize("folder", DEPENDENTS)
def test_the_sdk_has_a_floor_and_a_ceiling(folder: str) -> None:
    (sdk,) = [line for line in project(folder)["dependencies"] if line.startswith("atdesk-")]
    major, minor, _ = project("sdk")["version"].split(".")
    assert sdk == f"atdesk-sdk>={major}.{minor},<{major}.{int(minor) + 1}"


@pytest.mark.parametrize("folder", [*FOLDERS, "examples/hello-adapter"])
def test_no_requirement_is_an_address(folder: str) -> None:
    extras = project(folder).get("optional-dependencies", {})
    lines = project(folder)["dependencies"] + [line for extra in extras.values() for line in extra]
    assert not [line for line in lines if "@" in line or "://" in line]


def test_pins_have_no_addresses() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pin = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ;]+( ; .+)?$")
    assert lines
    assert [line for line in lines if not pin.match(line)] == []


def test_each_wheel_holds_its_package_and_nothing_else(wheels: Mapping[str, Path]) -> None:
    for name, wheel in wheels.items():
        files = zipfile.ZipFile(wheel).namelist()
        tops = {file.partition("/")[0] for file in files}
        assert f"atdesk_{name}/py.typed" in files
        assert tops == {f"atdesk_{name}", f"atdesk_{name}-0.1.0.dist-info"}


@pytest.mark.parametrize(
    "files",
    [
        "policy/presets/*.toml",
        "policy/locale/*/LC_MESSAGES/policy.mo",
        "ledger/locale/*/LC_MESSAGES/ledger.mo",
        "ledger/page/*.jinja",
        "ledger/page/*.css",
        "runtime/replay/report/page.*",
        "store/migrations/versions/*.py",
        "vision/models/*.*",
        "web/flag_page/*/*.*",
        "web/live/static/*.*",
        "web/sign_in/*/*.*",
        "web/own/static/*/*.*",
        "web/own/static/hosts/teams/*",
        "web/own/static/*.*",
    ],
)
def test_the_core_wheel_holds_what_it_reads_at_run_time(wheels: Mapping[str, Path], files: str) -> None:
    package = ROOT / "core" / "src" / "atdesk_core"
    wanted = {f"atdesk_core/{path.relative_to(package).as_posix()}" for path in package.glob(files)}
    assert wanted, f"there is no {files} any more: is it read under another name now?"
    assert wanted - set(zipfile.ZipFile(wheels["core"]).namelist()) == set()


def test_the_teams_wheel_holds_microsofts_schemas_with_their_licence(wheels: Mapping[str, Path]) -> None:
    held = set(zipfile.ZipFile(wheels["teams"]).namelist())
    folder = "atdesk_teams/app_package/schemas"
    assert {f"{folder}/{name}" for name in ("v1.19.json", "vDevPreview.json", "LICENSE")} <= held


PLACES = ("AL", "CO", "DE", "EU", "FR", "GB", "GR", "IT", "NL", "US-IL", "general")
BY_NAME = [
    *(f"policy/presets/{place}.toml" for place in PLACES),
    *(f"{room}/locale/{own}/LC_MESSAGES/{room}.mo" for room in ("policy", "ledger") for own in ("es", "fr")),
    *(
        f"ledger/page/{page}"
        for page in ("base.html.jinja", "index.html.jinja", "log.html.jinja", "page.css")
    ),
]


def test_every_place_language_and_page_is_in_the_core_wheel(wheels: Mapping[str, Path]) -> None:
    """By name: what was deleted from the sources is missed as well."""
    held = zipfile.ZipFile(wheels["core"]).namelist()
    assert [name for name in BY_NAME if f"atdesk_core/{name}" not in held] == []


@cache
def committed() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is committed cannot be listed")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_lock_file_is_committed() -> None:
    assert [path for path in committed() if path.name in LOCK_FILES] == []


def test_no_committed_file_holds_a_download_address() -> None:
    found = []
    for path in committed():
        text = path.read_bytes()[:2_000_000].decode("utf-8", errors="ignore")
        found += [
            f"{path.relative_to(ROOT)}: {hit}" for hit in REGISTRIES.findall(text) + DOWNLOADS.findall(text)
        ]
    assert found == []
