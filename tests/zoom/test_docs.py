"""The page docs/zoom.md is true where it speaks of agents' states: its keys, scopes, events and examples."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from atdesk_core.runtime.config import load_config
from atdesk_core.runtime.plugins import load_plugins
from atdesk_zoom.adapter import build
from atdesk_zoom.config import AgentStates, ZoomConfig
from atdesk_zoom.simulator.faults import OpenPoints
from atdesk_zoom.simulator.tokens import SCOPES
from atdesk_zoom.state_events import READERS
from atdesk_zoom.states import missing_scopes
from atdesk_zoom.with_states import ZoomWithStates

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "zoom.md").read_text(encoding="utf-8")
KEYS = (
    "agent_state",
    "away_in_meeting",
    "presence_gap_s",
    "requests_per_s",
    "reconcile_s",
    "away_reason",
    "back_reason",
    "statuses",
    "state_dir",
)


@pytest.mark.parametrize("key", sorted(ZoomConfig.model_fields))
def test_every_key_is_named(key: str) -> None:
    assert key in PAGE


@pytest.mark.parametrize("key", KEYS)
def test_the_table_of_states_has_each_key_with_its_default(key: str) -> None:
    row = re.search(rf"^\| `{key}` \| (.*?) \|", PAGE, re.MULTILINE)
    assert row is not None
    default = ZoomConfig.model_fields[key].get_default(call_default_factory=True)
    said = row[1].strip("`")
    plain = str(default).removesuffix(".0").lower() if isinstance(default, bool | float) else str(default)
    assert said == ("none" if default == {} else plain)


@pytest.mark.parametrize("event", sorted(READERS))
def test_every_event_is_named(event: str) -> None:
    assert f"`{event}`" in PAGE


@pytest.mark.parametrize("states", list(AgentStates))
def test_every_scope_that_is_checked_is_in_the_table(states: AgentStates) -> None:
    for scope in missing_scopes({"nothing"}, states):
        assert f"| `{scope}` |" in PAGE


@pytest.mark.parametrize("scope", sorted(SCOPES["s2s"].split()))
def test_every_scope_that_the_simulator_asks_for_is_named(scope: str) -> None:
    assert scope in PAGE or scope == "contact_center:write:batch_users:admin"  # a call that we do not make


@pytest.mark.parametrize(
    "switch", ["presence_echo", "status_echo", "meeting_shows_again", "read_words", "date_with_dash"]
)
def test_the_open_points_are_switches(switch: str) -> None:
    assert f"`{switch}`" in PAGE
    assert hasattr(OpenPoints(), switch)


def test_every_toml_on_the_page_can_be_read() -> None:
    for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        assert tomllib.loads(block)


def test_the_example_of_a_site_with_zoom_alone_is_one_that_is_accepted() -> None:
    specs = {spec.platform: spec for plugin in load_plugins() for spec in plugin.adapters}
    config = load_config(ROOT / "examples" / "config" / "zoom-only.toml", specs)
    ((_, table),) = config.adapters
    assert isinstance(table, ZoomConfig)
    assert isinstance(build(table), ZoomWithStates)
    assert config.state.authority == "zoom"
