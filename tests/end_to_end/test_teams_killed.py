"""The whole service is killed while somebody is Away in Teams, and started again on the same folder."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.conversations import Message
from tests.core.runtime.office import until
from tests.end_to_end.teams_process import described
from tests.end_to_end.test_teams_only import (
    AGENT,
    NOBODY,
    PATIENCE_S,
    GreyCamera,
    office_of,
    tab_open,
    tenant,
)
from tests.teams.bot_desk import card_in, facts


@pytest.fixture
async def sim(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TeamsSimulator]:
    async with tenant(monkeypatch) as simulator:
        yield simulator


@dataclass
class CountingCamera(GreyCamera):
    """Knows how often it was asked for a picture."""

    shown: list[int] = field(default_factory=list)

    def jpeg(self, at_s: float, box: tuple[int, int]) -> bytes:
        self.shown.append(self.grey)
        return super().jpeg(at_s, box)


@asynccontextmanager
async def alive(sim: TeamsSimulator, folder: Path, camera: GreyCamera) -> AsyncIterator[None]:
    """The service in a process of its own and a tab that is open at it; leaving this kills it."""
    office = office_of(sim, folder)
    command = [sys.executable, "-m", "tests.end_to_end.teams_process", str(folder), described(office)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            url = (await process.stdout.readline()).decode().strip()
        sim.bot.delivery.url = f"{url}/ingress/teams/messages"

        async with tab_open(sim, url, camera):
            yield
            process.kill()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _cards(sim: TeamsSimulator) -> list[Message]:
    channel = sim.world.team.channels[-1].id
    talks = sim.bot.conversations
    return [one for one in talks.messages.values() if one.conversation_id.startswith(channel)]


def _shown(sim: TeamsSimulator) -> str:
    return sim.world.shown(sim.world.agents[0].id).availability


async def _leaves(sim: TeamsSimulator, camera: CountingCamera) -> None:
    """Ann is seen for a while, then she is not there any more."""
    await until(lambda: camera.shown.count(AGENT) >= 8, PATIENCE_S)
    camera.grey = NOBODY
    await until(lambda: _shown(sim) == "Away", PATIENCE_S)


def _sendings(folder: Path) -> int:
    """How often the store says that the card was sent, or may have been."""
    with closing(sqlite3.connect(folder / "atdesk.db")) as store:
        ((attempts,),) = store.execute("SELECT attempts FROM outbox WHERE kind = 'flag_post'").fetchall()
    return int(attempts)


@pytest.mark.parametrize("moment", ["before the card", "after the card"])
async def test_killed_while_somebody_is_away_the_card_comes_and_goes_on_changing_in_place(
    sim: TeamsSimulator, tmp_path: Path, moment: str
) -> None:
    camera = CountingCamera()
    async with alive(sim, tmp_path, camera):
        await _leaves(sim, camera)
        if moment == "after the card":
            await until(lambda: bool(_cards(sim)), PATIENCE_S)
    assert _shown(sim) == "Away"
    assert bool(_cards(sim)) is (moment == "after the card")

    async with alive(sim, tmp_path, camera):
        await until(lambda: bool(_cards(sim)), PATIENCE_S)
        await sim.bot.clicking.press(_cards(sim)[-1].id, "flag.ack", sim.world.leads[0])
        await until(lambda: "Confirmed" in _status(_cards(sim)[-1]), PATIENCE_S)
        camera.grey = AGENT
        await until(lambda: _shown(sim) == "Available", PATIENCE_S)
        await until(lambda: "Back since" in facts(card_in(_cards(sim)[-1])), PATIENCE_S)
    assert len(_cards(sim)) <= _sendings(tmp_path) <= 2  # a second one only where it is counted


async def test_killed_for_good_nobody_stays_away_beyond_the_expiry(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    camera = CountingCamera()
    async with alive(sim, tmp_path, camera):
        await _leaves(sim, camera)
    sim.world.clock.skip(590)
    assert _shown(sim) == "Away"
    sim.world.clock.skip(20)
    assert _shown(sim) == "Available"


def _status(card: Message) -> str:
    return facts(card_in(card))["Status"]
