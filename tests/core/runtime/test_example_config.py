"""The configuration in `examples/config` is one that can be used."""

from pathlib import Path

from atdesk_core.identity import Known, Site, read_roster
from atdesk_core.runtime.config import load_config
from atdesk_core.runtime.plugins import load_plugins

EXAMPLE = Path(__file__).parents[3] / "examples" / "config"


def test_it_is_read_as_it_stands() -> None:
    specs = {spec.platform: spec for plugin in load_plugins() for spec in plugin.adapters}
    config = load_config(EXAMPLE / "atdesk.toml", specs)
    assert {spec.platform for spec, _ in config.adapters} == {"genesys", "zoom"}
    assert config.policies["home"].meetings[0].id == "98765432100"


def test_its_people_are_read_as_they_stand() -> None:
    site = Site("home", "IE", "Europe/Dublin")
    known = Known(sites={"home": site}, tenants={"genesys": ("acme",), "zoom": ("zoom-account-id",)})
    rows = read_roster((EXAMPLE / "people.csv").read_text(), known)
    assert [row.agent_id for row in rows] == ["100", "101"]
