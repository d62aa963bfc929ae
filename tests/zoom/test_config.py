"""A configuration that cannot be used says which key, and what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from atdesk_sdk import AdapterSpec, ConfigError, HealthStatus
from atdesk_sdk.testing import RecordingHost
from atdesk_zoom.adapter import atdesk_register_adapters
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.simulator import ZoomSimulator
from tests.zoom.running import config_for, world


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"fps": 6}, "fps"),
        ({"fps": 0}, "fps"),
        ({"dwell_s": 0.1}, "dwell_s"),
        ({"colour": "red"}, "colour"),
        ({"simulator": {"base_url": "http://zoom.example"}}, "127.0.0.1"),
        ({"server": {"client_id": "x", "client_secret": "in clear"}}, "reference"),
    ],
)
async def test_a_wrong_table_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    async with ZoomSimulator() as sim:
        with pytest.raises(ValidationError, match=named):
            config_for(sim, **change)


async def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ZoomSimulator() as sim:
        monkeypatch.delenv("ZOOM_TEST_CHATBOT")
        adapter = ZoomAdapter(config_for(sim))
        with pytest.raises(ConfigError, match="ZOOM_TEST_CHATBOT"):
            await adapter.start(RecordingHost())
        await adapter.aclose()


async def test_without_a_simulator_it_is_zoom_itself() -> None:
    async with ZoomSimulator() as sim:
        config = config_for(sim, simulator=None)
    assert config.api_url == "https://api.zoom.us/v2"
    assert config.token_url == "https://zoom.us/oauth/token"
    assert config.stream_hosts == ("zoom.us",)


async def test_it_is_up_once_both_apps_are_let_in() -> None:
    async with world() as here:
        assert [report.status for report in here.host.reports] == [HealthStatus.UP]
        grants = [entry.what for entry in here.sim.journal.find("token")]
        assert grants == ["account_credentials", "client_credentials"]


def test_it_registers_itself() -> None:
    specs: list[AdapterSpec] = []
    atdesk_register_adapters(specs.append)
    (spec,) = specs
    assert (spec.platform, spec.config) == ("zoom", ZoomConfig)
    assert spec.capabilities.looks_per_stream == 1
