"""What can be wrong with a picture or a message is counted, and never costs the connection."""

from __future__ import annotations

from typing import Any

import pytest

from atdesk_sdk import CouldNotTell, LookRefused
from tests.zoom.running import world

SPOILED: list[tuple[str, Any, str]] = [
    ("bad_base64", True, "picture_no_base64"),
    ("h264_instead", True, "picture_no_jpeg"),
    ("huge_jpg_bytes", 60_000, "picture_too_large"),
]


@pytest.mark.parametrize(("fault", "value", "counted"), SPOILED, ids=[one[0] for one in SPOILED])
async def test_an_unfit_picture_is_dropped_and_counted(fault: str, value: Any, counted: str) -> None:
    async with world(max_picture_bytes=50_000) as here:
        _, key = await here.on_air()
        here.sim.faults.change({fault: value})
        with pytest.raises(LookRefused) as refusal:
            await here.look(key, first_frame_s=1.0)
        assert refusal.value.reason is CouldNotTell.NO_SIGNAL
        assert here.adapter.counts[counted] >= 1
        here.sim.faults.change({fault: type(value)()})
        assert len(await here.look(key)) == 2
        assert len(here.sim.journal.find("signaling", "1")) == 1, "the connection was given up"


HARMLESS = ["omit_length", "binary_frames", "unknown_messages", "string_user_ids", "shrink_picture"]


@pytest.mark.parametrize("fault", HARMLESS)
async def test_what_zoom_may_vary_changes_nothing(fault: str) -> None:
    async with world() as here:
        here.sim.faults.change({fault: True})
        _, key = await here.on_air()
        assert len(await here.look(key)) == 2


async def test_unknown_messages_are_counted() -> None:
    async with world() as here:
        here.sim.faults.unknown_messages = True
        _, key = await here.on_air()
        await here.look(key)
        assert here.adapter.counts["no_json"] >= 2
        assert here.adapter.counts["unknown_message"] >= 2


async def test_a_truncated_picture_is_the_engines_to_judge() -> None:
    """It says it is a JPEG and has the length it says: only a decoder can tell."""
    async with world() as here:
        here.sim.faults.truncated_jpg = True
        _, key = await here.on_air()
        frames = await here.look(key)
        assert all(bytes(frame.data[:2]) == b"\xff\xd8" for frame in frames)


async def test_a_changed_resolution_is_a_picture_like_any_other() -> None:
    async with world() as here:
        here.sim.faults.shrink_picture = True
        _, key = await here.on_air()
        assert len({frame.data.nbytes for frame in await here.look(key, 4)}) == 2
