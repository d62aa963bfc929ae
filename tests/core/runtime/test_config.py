"""A configuration that is wrong is refused by name, with the way out."""

from pathlib import Path

import pytest

from atdesk_core.agreements import parse_scope, site_scope
from atdesk_core.policy import load_policy
from atdesk_core.runtime.agreed import contents_of, declared_of
from atdesk_core.runtime.config import load_config
from atdesk_core.runtime.plugins import load_plugins
from atdesk_sdk import ConfigError

POLICY = """
site = "home"
accountable = "A. Person"
[[meetings]]
id = "900"
purpose = "team room"
"""
GOOD = """
[service]
database = "data/atdesk.db"
[[site]]
id = "home"
jurisdiction = "GB"
time_zone = "Europe/London"
policy = "policy.toml"
[state]
authority = "genesys"
[[genesys]]
name = "genesys"
tenant = "acme"
region = "eu-west-2"
client_id = "the-client"
client_secret = "env:GENESYS_SECRET"
"""

TWICE = '[[agent]]\nid = "ann"\npolicy = "a.toml"\n' * 2 + "[state]"


def write(tmp_path: Path, text: str, policy: str = POLICY) -> Path:
    (tmp_path / "policy.toml").write_text(policy)
    path = tmp_path / "atdesk.toml"
    path.write_text(text)
    return path


def specs() -> dict[str, object]:
    return {spec.platform: spec for plugin in load_plugins() for spec in plugin.adapters}


def test_a_good_one_is_read_and_its_paths_are_beside_the_file(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD), specs())  # type: ignore[arg-type]
    assert config.service.database == tmp_path / "data" / "atdesk.db"
    assert config.policies["home"].meetings[0].purpose == "team room"
    assert [spec.platform for spec, _ in config.adapters] == ["genesys"]


TEAMS = """
[[teams]]
name = "teams"
tenant = "5f1c2f7e-8d0b-4c1d-9d53-0a7b6c4e1000"
client_id = "a3d7f0c6-52be-4d0e-8f41-6b1f2e9d2000"
ca_file = "/etc/ssl/gateway.pem"
state_dir = "teams"
[teams.certificate]
file = "teams.pem"
"""


def test_so_are_the_paths_in_the_table_of_an_adapter(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD + TEAMS), specs())  # type: ignore[arg-type]
    table = next(table for spec, table in config.adapters if spec.platform == "teams")
    said = table.model_dump()
    assert said["state_dir"] == tmp_path / "teams"
    assert said["certificate"]["file"] == tmp_path / "teams.pem"
    assert said["ca_file"] == Path("/etc/ssl/gateway.pem")


def test_the_levels_beside_the_site_and_the_signing_key_are_beside_the_file(tmp_path: Path) -> None:
    more = """
[policy]
organisation = "organisation.toml"
[[team]]
id = "north"
policy = "north.toml"
[[agent]]
id = "ann"
policy = "ann.toml"
"""
    text = GOOD.replace('jurisdiction = "GB"', 'jurisdiction = "IE"\njurisdictions = ["US-IL", "FR"]')
    (tmp_path / "organisation.toml").write_text("camera = true\n")
    (tmp_path / "north.toml").write_text("[absence]\nagent_first_s = 90\n")
    (tmp_path / "ann.toml").write_text("")
    config = load_config(write(tmp_path, text + more), specs())  # type: ignore[arg-type]
    assert config.service.signing_key == tmp_path / "atdesk.sign.key"
    declared = declared_of(config)
    assert declared.sites == {"home": ("FR", "IE", "US-IL")}
    assert [str(scope) for scope in declared.scopes()] == [
        "organisation",
        "site:home",
        "team:north",
        "agent:ann",
    ]
    contents = contents_of(config)
    assert contents[site_scope("home")].jurisdictions == ("FR", "IE", "US-IL")
    assert contents[parse_scope("team:north")].level.values == {"absence.agent_first_s": 90.0}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[service]", "[service]\ncolour = 1"), r"service\.colour: unknown key"),
        (("[[genesys]]", "[genesys]"), r"\[\[genesys\]\] with two brackets"),
        (
            ("[[genesys]]", "[[genisys]]"),
            r"neither a section nor an installed adapter \(installed: .*genesys",
        ),
        (('region = "eu-west-2"', 'regoin = "eu-west-2"'), r"regoin: unknown key"),
        (('"env:GENESYS_SECRET"', '"hunter2"'), r"client_secret: .*by reference"),
        (("Europe/London", "Europe/Londn"), r"no time zone"),
        (('authority = "genesys"', 'authority = "zoom"'), r"there is no \[\[zoom\]\] table"),
        (
            ('jurisdiction = "GB"', 'jurisdiction = "GB"\nauthority = "teams"'),
            r"authority of \[\[site\]\] 'home' is 'teams', but there is no \[\[teams\]\] table",
        ),
        (("[service]", "[service"), r"is not TOML"),
        (('policy = "policy.toml"', 'policy = "nowhere.toml"'), r"nowhere\.toml cannot be read"),
        (("[state]", '[[team]]\nid = "a"\n[state]'), r"team\.0\.policy: Field required"),
        (("[state]", '[policy]\norganization = "o.toml"\n[state]'), r"policy\.organization: unknown key"),
        (('jurisdiction = "GB"', 'jurisdiction = "GB"\njurisdictions = ["Spain"]'), r"jurisdictions\.0"),
        (("[state]", TWICE), r"\[\[agent\]\] 'ann' is there twice"),
    ],
)
def test_a_bad_one_is_refused_by_name(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        load_config(write(tmp_path, GOOD.replace(*change)), specs())  # type: ignore[arg-type]
    assert "hunter2" not in str(caught.value)


def test_a_policy_with_an_unknown_key_or_a_value_out_of_bounds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(POLICY + "\n[absence]\nagent_first = 3\nmin_flag_s = -1\n")
    with pytest.raises(ConfigError, match=r"absence\.min_flag_s.*absence\.agent_first: unknown key"):
        load_policy(path)


def test_the_same_policy_has_the_same_version_and_a_change_has_another(tmp_path: Path) -> None:
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    first.write_text(POLICY)
    second.write_text(POLICY + "\n[absence]\nmin_flag_s = 301\n")
    assert load_policy(first).version == load_policy(first).version
    assert load_policy(first).version != load_policy(second).version
