"""The status that leads see in Genesys: the organisation's own below Away, and nothing beside it."""

from __future__ import annotations

import pytest

from atdesk_sdk.events import Presence
from tests.genesys.conftest import Open


@pytest.mark.parametrize("by", ["label", "id", "other case"])
async def test_the_configured_status_is_what_is_written(open_desk: Open, by: str) -> None:
    """Its supervisors read "Not at desk" with the time in it; the plain Away would say less."""
    async with open_desk() as first:
        made = first.sim.world.add_definition("Not at desk", "Away")
    wanted = {"label": "Not at desk", "id": made.id, "other case": "not at DESK"}[by]
    async with open_desk(away_status=wanted) as desk:
        receipt = await desk.write(await desk.wish())
        assert receipt.written
        assert desk.writes() == [made.id]
        assert desk.shown() == "Not at desk"
        await desk.write(await desk.wish(Presence.AVAILABLE))
        assert desk.shown() == "Available"


async def test_the_write_says_the_status_and_nothing_else(open_desk: Open) -> None:
    """A presence message would be read by everybody in Genesys."""
    async with open_desk() as desk:
        away = desk.sim.world.definition("Away from desk").id
        await desk.write(await desk.wish())
        (patch,) = desk.sim.log.all("^PATCH")
        assert patch.body == {"presenceDefinition": {"id": away}}
