"""Every RTMS message of the simulator has the shape of a sample whose provenance stands beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atdesk_zoom import protocol
from atdesk_zoom.simulator import Entry
from atdesk_zoom.vocabulary import StopReason
from tests.zoom.running import BEN, world

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))
SAMPLES: dict[str, dict[str, Any]] = {
    name: entry["message"] for part in ("documented", "unverified") for name, entry in GOLDEN[part].items()
}


def shape(value: Any, key: str = "") -> Any:
    """Keys and types; lists by their first item, the map of servers by its kind alone."""
    if key == "server_urls":
        return "urls"
    if isinstance(value, dict):
        return {name: shape(item, name) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def name_of(entry: Entry) -> str:
    kind = entry.what
    return f"{kind}.{entry.body['event']['event_type']}" if kind == "6" else kind


@pytest.mark.parametrize("name", SAMPLES)
def test_the_adapter_reads_every_sample(name: str) -> None:
    message = protocol.read(json.dumps(SAMPLES[name]), 1000)
    ignored = {"6.1", "22"}
    assert isinstance(message, protocol.Unknown) == (name in ignored)


async def test_the_simulator_sends_nothing_of_another_shape() -> None:
    async with world() as here:
        _, key = await here.on_air()
        await here.look(key)
        ben = await here.join("Ben Brook", BEN, 200)
        await here.sim.room.camera(ben.user_id, on=False)
        await here.sim.room.leave(ben.user_id)
        await here.sim.room.stream.pause(on=True)
        await here.sim.room.stream.pause(on=False)
        here.sim.room.drop_media()
        await here.sim.journal.wait_entries(2, "media", "3", "in")
        await here.sim.journal.wait_entries(1, "signaling", "12", "out")
        await here.sim.room.stream.stop(StopReason.MEETING_ENDED)
        sent = [
            entry for where in ("signaling", "media") for entry in here.sim.journal.find(where, way="out")
        ]
    seen = {name_of(entry) for entry in sent}
    assert seen >= {"2", "4", "6.1", "6.3", "6.4", "6.7", "6.8", "6.9", "8", "9", "12", "15", "29"}
    for entry in sent:
        assert shape(entry.body) == shape(SAMPLES[name_of(entry)]), name_of(entry)
