"""The table: every setting has a bound and a unit, and a wrong one says the way out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from atdesk_sdk.config import AdapterConfig
from atdesk_sdk.events import Presence
from atdesk_teams.config import Certificate, TeamsConfig, WriteMode

ID = "11111111-2222-4333-8444-555555555555"
BOT = "99999999-2222-4333-8444-555555555555"
LEAST: dict[str, Any] = {"name": "teams", "tenant": ID, "client_id": ID, "client_secret": "env:TEAMS"}


def test_the_least_that_is_needed() -> None:
    config = TeamsConfig(**LEAST)
    assert config.authority_url == f"https://login.microsoftonline.com/{ID}"
    assert config.graph == "https://graph.microsoft.com/v1.0"
    assert config.connector == "https://smba.trafficmanager.net/teams"
    assert (config.poll_s, config.away_expiry_s, config.renew_s, config.write_every_s) == (5, 600, 240, 30)
    assert config.write is WriteMode.PREFERRED
    assert config.override_states == {Presence.AVAILABLE, Presence.IDLE}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tenant": "contoso.onmicrosoft.com"}, "tenant"),
        ({"client_id": "my app"}, "client_id"),
        ({"client_secret": "in clear"}, "by reference"),
        ({"client_secret": None}, "either client_secret or certificate"),
        ({"certificate": {"file": "app.pem"}}, "either client_secret or certificate"),
        ({"authority": "http://localhost:1"}, "https://"),
        ({"graph_url": "http://graph.example/v1.0"}, "https://"),
        ({"service_url": "http://smba.example/teams"}, "https://"),
        ({"poll_s": 0}, "poll_s"),
        ({"poll_s": 61}, "poll_s"),
        ({"away_expiry_s": 299}, "away_expiry_s"),
        ({"away_expiry_s": 604_800}, "away_expiry_s"),
        ({"renew_s": 301}, "half of away_expiry_s"),
        ({"write": "session", "away_expiry_s": 1800, "renew_s": 300}, "below 300"),
        ({"requests_per_30_s": 1501}, "requests_per_30_s"),
        ({"write": "always"}, "write"),
        ({"override_states": ["away"]}, "never written over"),
        ({"override_states": ["meeting"]}, "never written over"),
        ({"override_states": ["break", "busy"]}, "never written over"),
        ({"channel_id": "19:x@thread.tacv2"}, "need bot_id"),
        ({"bot_id": ID}, "needs channel_id"),
        ({"bot_id": BOT, "channel_id": "19:x@thread.tacv2"}, "bot_secret is missing"),
        ({"sso_application_id_uri": "https://x"}, "sso_application_id_uri"),
        ({"allowed_tenants": ["other"]}, "allowed_tenants"),
        ({"polls": 5}, "polls"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        TeamsConfig(**(LEAST | changes))


def test_plain_http_is_for_loopback_alone() -> None:
    config = TeamsConfig(**LEAST, graph_url="http://127.0.0.1:8080/v1.0/")
    assert config.graph == "http://127.0.0.1:8080/v1.0"


def test_a_certificate_takes_the_place_of_the_secret() -> None:
    config = TeamsConfig(**(LEAST | {"client_secret": None}), certificate={"file": "app.pem"})
    assert config.certificate == Certificate(file=Path("app.pem"))


@pytest.mark.parametrize(
    ("changes", "buttons", "private"),
    [
        ({}, False, False),
        ({"workflows_url": "env:FLOW"}, False, False),
        ({"channels_private": True, "workflows_url": "env:FLOW"}, False, False),
        ({"bot_id": ID, "channel_id": "19:x@thread.tacv2"}, True, False),
        ({"bot_id": ID, "channel_id": "19:x@thread.tacv2", "channels_private": True}, True, True),
    ],
)
def test_a_table_claims_no_more_than_it_gives(changes: dict[str, Any], buttons: bool, private: bool) -> None:
    can = TeamsConfig(**LEAST, **changes).capabilities
    assert (can.flag_buttons, can.flag_edit, can.flag_private) == (buttons, buttons, private)
    assert can.reports_idle
    assert can.writes_state


def test_writing_off_is_said() -> None:
    assert not TeamsConfig(**LEAST, write="off").capabilities.writes_state
    assert TeamsConfig(**LEAST, card_language="fr").capabilities.flag_language == "fr"


def test_a_team_may_have_a_channel_of_its_own() -> None:
    bot = {
        "bot_id": ID,
        "channel_id": "19:all@thread.tacv2",
        "team_channels": {"Blue": "19:blue@thread.tacv2"},
    }
    config = TeamsConfig(**LEAST, **bot)
    assert config.channel("Blue") == "19:blue@thread.tacv2"
    assert config.channel("Red") == "19:all@thread.tacv2"


def test_every_setting_is_described() -> None:
    described = TeamsConfig.__doc__ or ""
    own = TeamsConfig.model_fields.keys() - AdapterConfig.model_fields.keys()
    assert [name for name in own if f"\n        {name}: " not in described] == []


def test_announcing_the_adapter_loads_nothing_heavy() -> None:
    """`atdesk --help` and `atdesk plugins` import it."""
    heavy = ["msal", "requests", "httpx2", "microsoft_teams", "cryptography"]
    code = f"import sys, atdesk_teams.adapter; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
