"""The table of the configuration: what is refused, and what the message says."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from atdesk_genesys import adapter
from atdesk_genesys.config import DOMAINS, GenesysConfig
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk.adapter import FlagSink, StateSource, StateWriter
from atdesk_sdk.errors import ConfigError, CredentialsBad, TryLater
from atdesk_sdk.events import Presence
from atdesk_sdk.hooks import AdapterSpec
from atdesk_sdk.testing import RecordingHost
from tests.genesys.conftest import config_for

TABLE: dict[str, Any] = {
    "name": "main",
    "tenant": "acme",
    "region": "eu-central-1",
    "client_id": "c",
    "client_secret": "env:S",
}


@pytest.mark.parametrize("region", DOMAINS)
def test_every_region_has_its_hosts(region: str) -> None:
    config = GenesysConfig(**(TABLE | {"region": region}))
    assert config.api_url == f"https://api.{DOMAINS[region]}"
    assert config.login_url == f"https://login.{DOMAINS[region]}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"region": "mars-1"}, "eu-central-1"),
        ({"region": None}, "either region"),
        ({"base_url": "http://127.0.0.1:1"}, "either region"),
        ({"client_secret": "hunter2"}, "by reference"),
        ({"group_chat_webhook": "https://apps.example/webhooks/x"}, "by reference"),
        ({"colour": "red"}, "colour"),
        ({"statuses": {"Coffee": "napping"}}, "statuses.Coffee"),
        ({"write_over": ["meal"]}, "never written over"),
        ({"write_over": ["away"]}, "never written over"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
    ],
)
def test_what_is_refused_names_the_key(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        GenesysConfig(**(TABLE | change))
    assert said in str(refused.value)
    assert "hunter2" not in GenesysConfig(**TABLE).model_dump_json()


def test_a_table_reads_as_an_integrator_writes_it() -> None:
    config = GenesysConfig(**TABLE, statuses={"Coffee": "break"}, write_over=["available"])
    assert config.statuses == {"Coffee": Presence.BREAK}
    assert config.write_over == {Presence.AVAILABLE}


async def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S", raising=False)
    built = adapter.build(GenesysConfig(**TABLE))
    with pytest.raises(ConfigError, match="env:S"):
        await built.start(RecordingHost())
    await built.aclose()


async def test_a_wrong_secret_names_the_reference_not_the_value(
    sim: GenesysSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "guessed-value")
    built = adapter.build(config_for(sim, client_secret="env:WRONG"))
    with pytest.raises(CredentialsBad, match="env:WRONG") as refused:
        await built.start(RecordingHost())
    assert "guessed-value" not in str(refused.value)
    await built.aclose()


async def test_nobody_at_home(sim: GenesysSimulator) -> None:
    built = adapter.build(config_for(sim, base_url="http://127.0.0.1:9"))
    with pytest.raises(TryLater, match="out of reach"):
        await built.start(RecordingHost())
    await built.aclose()


async def test_a_status_that_is_not_there_is_named(sim: GenesysSimulator) -> None:
    built, host = adapter.build(config_for(sim, statuses={"Cofee": Presence.BREAK})), RecordingHost()
    await built.start(host)
    await built.aclose()
    assert "Cofee" in host.reports[-1].message


def test_it_announces_itself_and_is_a_sink_only_with_a_webhook() -> None:
    specs: list[AdapterSpec] = []
    adapter.atdesk_register_adapters(specs.append)
    (spec,) = specs
    assert (spec.platform, spec.config) == ("genesys", GenesysConfig)
    plain = spec.build(GenesysConfig(**TABLE))
    posting = spec.build(GenesysConfig(**TABLE, group_chat_webhook="env:W"))
    assert isinstance(plain, StateSource)
    assert isinstance(plain, StateWriter)
    assert not isinstance(plain, FlagSink)
    assert isinstance(posting, FlagSink)
