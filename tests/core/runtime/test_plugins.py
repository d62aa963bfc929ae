"""Loading plugins: each bad one is named with its reason, and the rest goes on."""

import json
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, distributions
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from atdesk_core.cli import plugins as command
from atdesk_core.runtime.plugins import DISABLE, GROUP, Plugin, PluginStatus, list_plugins, load_plugins

GOOD = """
import atdesk_sdk as sdk

class Config(sdk.AdapterConfig):
    pass

@sdk.hookimpl
def atdesk_register_adapters(register):
    can = sdk.Capabilities(looks_per_stream=1, flag_edit=True)
    register(sdk.AdapterSpec("{platform}", "1.0", Config, can, build=lambda config: None))
"""
DETECTOR = """
import atdesk_sdk as sdk

@sdk.hookimpl
def atdesk_register_detectors(register):
    register(sdk.DetectorSpec("{name}", "{kind}", ({outputs}), build=lambda: None))
"""


class Site:
    """A folder with packages that are really installed, as the metadata has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, source: str, version: str = "1.0", point: str = "") -> None:
        module = f"plugin_under_test_{name}"
        (self.folder / f"{module}.py").write_text(source, encoding="utf-8")
        info = self.folder / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: dist-{name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{point or name} = {module}\n")

    def points(self) -> list[EntryPoint]:
        installed = distributions(path=[str(self.folder)])
        return [point for one in installed for point in one.entry_points if point.group == GROUP]

    def load(self, disabled: str = "") -> dict[str, Plugin]:
        loaded = load_plugins(self.points(), {DISABLE: disabled})
        return {plugin.distribution.removeprefix("dist-"): plugin for plugin in loaded}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("plugin_under_test_")]:
        monkeypatch.delitem(sys.modules, name)
    return Site(tmp_path)


def test_a_good_plugin_loads(site: Site) -> None:
    site.install("good", GOOD.format(platform="acme"))
    plugin = site.load()["good"]
    assert (plugin.status, plugin.reason) == (PluginStatus.LOADED, "")
    assert str(plugin) == "good (dist-good 1.0)"
    assert [adapter.platform for adapter in plugin.adapters] == ["acme"]
    assert plugin.hooks is not None


def test_listing_imports_nothing(site: Site) -> None:
    site.install("zeta", "raise RuntimeError('imported')")
    site.install("alpha", "raise RuntimeError('imported')")
    listed = [plugin for plugin, _ in list_plugins(site.points())]
    assert [plugin.name for plugin in listed] == ["alpha", "zeta"]
    assert {plugin.status for plugin in listed} == {PluginStatus.LISTED}
    assert "plugin_under_test_alpha" not in sys.modules


REFUSED = {
    "raises": ("raise RuntimeError('no licence\\nfound')", "RuntimeError: no licence found"),
    "mute": ("raise ValueError", "ValueError"),
    "quits": ("quit()", "it tried to end the process (exit status 0)"),
    "exits": ("import sys; sys.exit('no models')", "exit status no models"),
    "missing": ("import a_package_that_is_not_there", "No module named 'a_package_that_is_not_there'"),
    "broken": ("def", "SyntaxError"),
    "empty": ("", "it implements no hook"),
    "unmarked": ("def atdesk_judged(finding): pass", "not marked with @atdesk_sdk.hookimpl: atdesk_judged"),
    "unknown": (
        "import atdesk_sdk as sdk\n@sdk.hookimpl\ndef atdesk_score_attention(agent): pass",
        "no hook named atdesk_score_attention",
    ),
    "argument": (
        "import atdesk_sdk as sdk\n@sdk.hookimpl\ndef atdesk_judged(mood): pass",
        "'mood'",
    ),
    "quits_later": (
        "import atdesk_sdk as sdk\n@sdk.hookimpl\ndef atdesk_register_adapters(register): quit()",
        "it tried to end the process",
    ),
    "no_spec": (
        "import atdesk_sdk as sdk\n@sdk.hookimpl\ndef atdesk_register_adapters(register): register('acme')",
        "an AdapterSpec is needed",
    ),
    "no_config": (
        GOOD.format(platform="acme").replace("Config,", "dict,"),
        "the config of adapter 'acme' is no subclass of AdapterConfig",
    ),
    "no_detector": (
        "import atdesk_sdk as sdk\n@sdk.hookimpl\ndef atdesk_register_detectors(register): register(1)",
        "a DetectorSpec is needed",
    ),
    "emotion": (
        DETECTOR.format(name="mood", kind="face_encoder", outputs="'absent', 'emotion', 'attention_score'"),
        "detector 'mood' declares emotion, attention_score: the vocabulary is closed",
    ),
    "listener": (
        DETECTOR.format(name="ear", kind="audio", outputs="'present',"),
        "detector 'ear' is of kind 'audio'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_plugin_is_refused_with_its_reason(site: Site, name: str) -> None:
    source, reason = REFUSED[name]
    site.install(name, source, version="2.3")
    site.install("good", GOOD.format(platform="good"))
    loaded = site.load()
    assert loaded["good"].status is PluginStatus.LOADED, "the rest goes on"
    bad = loaded[name]
    assert (bad.status, bad.hooks, bad.adapters) == (PluginStatus.REFUSED, None, ())
    assert reason in bad.reason
    assert "\n" not in bad.reason
    assert str(bad) == f"{name} (dist-{name} 2.3)"


def test_quit_does_not_close_our_standard_input(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("an answer\n"))
    site.install("quits", "quit()")
    assert site.load()["quits"].status is PluginStatus.REFUSED
    assert sys.stdin.readline() == "an answer\n"


def test_an_interrupt_is_not_swallowed(site: Site) -> None:
    site.install("interrupted", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        site.load()


def test_the_second_of_a_platform_is_refused(site: Site) -> None:
    site.install("first", GOOD.format(platform="acme"))
    site.install("second", GOOD.format(platform="acme"))
    loaded = site.load()
    assert loaded["first"].status is PluginStatus.LOADED
    assert "platform 'acme' is brought by first (dist-first 1.0) already" in loaded["second"].reason


def test_the_second_of_a_detector_is_refused(site: Site) -> None:
    source = DETECTOR.format(name="sharp", kind="face_detector", outputs="'present', 'absent'")
    site.install("first", source)
    site.install("second", source)
    loaded = site.load()
    assert [detector.name for detector in loaded["first"].detectors] == ["sharp"]
    assert "detector 'sharp' is brought by first" in loaded["second"].reason


def test_a_plugin_cannot_bring_one_platform_twice(site: Site) -> None:
    twice = GOOD.format(platform="acme").rstrip() + "\n" + GOOD.format(platform="acme").splitlines()[-1]
    site.install("twice", twice)
    assert "platform 'acme' is brought by twice" in site.load()["twice"].reason


def test_two_packages_cannot_share_a_plugin_name(site: Site) -> None:
    site.install("one", GOOD.format(platform="acme"), point="acme")
    site.install("two", GOOD.format(platform="other"), point="acme")
    loaded = site.load()
    assert loaded["one"].status is PluginStatus.LOADED
    assert "plugin 'acme' is brought by acme (dist-one 1.0) already" in loaded["two"].reason


@pytest.mark.parametrize(
    ("disabled", "off"), [("raises", {"raises"}), (" good , raises", {"good", "raises"})]
)
def test_plugins_are_switched_off_by_name(site: Site, disabled: str, off: set[str]) -> None:
    site.install("raises", "raise RuntimeError")
    site.install("good", GOOD.format(platform="acme"))
    loaded = site.load(disabled)
    assert {name for name, plugin in loaded.items() if plugin.status is PluginStatus.DISABLED} == off
    assert loaded["raises"].reason == f"switched off by {DISABLE}"
    assert "plugin_under_test_raises" not in sys.modules


def test_all_plugins_are_switched_off_at_once(site: Site) -> None:
    site.install("one", GOOD.format(platform="one"))
    site.install("two", GOOD.format(platform="two"))
    assert {plugin.status for plugin in site.load("all").values()} == {PluginStatus.DISABLED}


@pytest.fixture
def shown(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], str]:
    """What `atdesk plugins` prints for this site."""
    monkeypatch.setattr(command, "load_plugins", lambda: load_plugins(site.points(), {}))

    def show(json: bool) -> str:
        out = StringIO()
        command.plugins_command(json, Console(file=out, width=200, no_color=True))
        return out.getvalue()

    return show


def test_the_command_names_what_was_refused(site: Site, shown: Callable[[bool], str]) -> None:
    site.install("quits", "quit()", version="4.5")
    site.install("good", GOOD.format(platform="acme"))
    text = shown(False)
    line = next(line for line in text.splitlines() if "quits" in line)
    assert "dist-quits 4.5" in line
    assert "refused: it tried to end the process" in line
    assert "loaded" in next(line for line in text.splitlines() if "dist-good 1.0" in line)
    assert "1 look at a time in a stream" in text


def test_markup_in_a_reason_is_shown_as_it_is(site: Site, shown: Callable[[bool], str]) -> None:
    site.install("odd", "raise RuntimeError('[bold]no[/bold] [/]')")
    assert "RuntimeError: [bold]no[/bold] [/]" in shown(False)


def test_the_command_speaks_json(site: Site, shown: Callable[[bool], str]) -> None:
    site.install("good", GOOD.format(platform="acme"))
    (row,) = json.loads(shown(True))
    assert (row["name"], row["status"], row["platforms"]) == ("good", "loaded", ["acme"])
    assert row["capabilities"] == ["1 look at a time in a stream", "changes posted messages"]


def test_nothing_installed_gets_a_hint(shown: Callable[[bool], str]) -> None:
    assert "pip install" in shown(False)
