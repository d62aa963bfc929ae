"""What a user installs works by itself: sdk, core, core and an adapter, core and a foreign adapter."""

import json
from collections.abc import Callable

import pytest

from tests.packaging.conftest import Environment, run

Make = Callable[[str], Environment]
COMBINATIONS = ["sdk", "sdk+core", "sdk+core+genesys", "sdk+core+hello"]
PACKAGES = {"sdk": "atdesk_sdk", "core": "atdesk_core", "genesys": "atdesk_genesys", "hello": "atdesk_hello"}


@pytest.mark.parametrize("members", COMBINATIONS)
def test_each_package_imports(environment: Make, members: str) -> None:
    names = [PACKAGES[member] for member in members.split("+")]
    there = "import importlib, sys; [print(importlib.import_module(name).__file__) for name in sys.argv[1:]]"
    made = environment(members)
    files = made.python("-c", there, *names).stdout.splitlines()
    assert len(files) == len(names)
    assert all(file.startswith(str(made.folder)) for file in files), "not from the checkout"


@pytest.mark.parametrize("members", COMBINATIONS)
def test_nothing_is_installed_that_is_not_asked_for(environment: Make, members: str) -> None:
    ours = {name for name in environment(members).installed() if name.startswith("atdesk-")}
    assert ours == {f"atdesk-{member}" for member in members.split("+")}


def test_the_sdk_is_light(environment: Make) -> None:
    installed = environment("sdk").installed()
    needed = {
        "annotated-types",
        "pluggy",
        "pydantic",
        "pydantic-core",
        "typing-extensions",
        "typing-inspection",
    }
    assert set(installed) - {"atdesk-sdk"} == needed


def test_the_sdk_needs_no_pytest_until_the_kit_is_asked_for(environment: Make) -> None:
    made = environment("sdk")
    made.python("-c", "import atdesk_sdk.testing as t; t.ScriptedAdapter, t.VirtualClock()")
    kit = made.python("-c", "from atdesk_sdk.testing import AdapterConformance", check=False)
    assert kit.returncode == 1
    assert "No module named 'pytest'" in kit.stderr


@pytest.mark.parametrize("members", [name for name in COMBINATIONS if "core" in name])
def test_dlib_is_not_compiled(environment: Make, members: str) -> None:
    made = environment(members)
    installed = made.installed()
    assert "dlib-bin" in installed
    assert "dlib" not in installed
    assert "Building dlib" not in made.log
    made.python("-c", "import dlib; dlib.face_recognition_model_v1")


@pytest.mark.parametrize(
    ("members", "adapter"),
    [("sdk+core+genesys", "genesys"), ("sdk+core+hello", "hello")],
)
def test_an_installed_adapter_is_found_and_loads(environment: Make, members: str, adapter: str) -> None:
    (row,) = json.loads(environment(members).python("-m", "atdesk_core.cli.plugins", "--json").stdout)
    assert (row["name"], row["distribution"], row["version"]) == (adapter, f"atdesk-{adapter}", "0.1.0")
    assert row["status"] == "loaded", row["reason"]
    assert row["platforms"] == [adapter]


def test_core_alone_says_that_no_adapter_is_there(environment: Make) -> None:
    assert "No adapter is installed" in environment("sdk+core").python("-m", "atdesk_core.cli.plugins").stdout


@pytest.mark.parametrize("members", [name for name in COMBINATIONS if "core" in name])
def test_the_program_starts(environment: Make, members: str) -> None:
    assert "plugins" in run(environment(members).program("atdesk"), "--help").stdout


def test_the_program_lists_a_foreign_adapter(environment: Make) -> None:
    listed = run(environment("sdk+core+hello").program("atdesk"), "plugins").stdout
    assert "hello" in listed
