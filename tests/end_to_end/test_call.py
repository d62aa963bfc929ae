"""Both platforms, real sockets, real pictures, an empty chair: a customer call is never disturbed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import cv2
import pytest
from examples.demo.consoles.genesys import GenesysConsole
from examples.demo.received import Received
from examples.demo.setting import AGENT
from examples.demo.source import Film
from examples.demo.stage import FOOTAGE, Stage, set_stage

from atdesk_genesys.simulator import GenesysSimulator
from atdesk_zoom.simulator import Scripted

# A second at which the film shows the agent, and seconds at which it shows the empty room.
SEATED_S, LEFT_S = 4, (20, 28)
PATIENCE_S = 25.0


@contextlib.asynccontextmanager
async def staged() -> AsyncIterator[tuple[Stage, GenesysSimulator, dict[str, bool]]]:
    """The demo's stage, with a chair that is empty as soon as `left["desk"]` says so."""
    pictures, left = _pictures(), {"desk": False}

    def camera(at_s: float) -> bytes:
        shown = pictures[left["desk"]]
        return shown[int(at_s * 5) % len(shown)]

    source = Film(Scripted(camera), sorted(FOOTAGE.glob("agent_*.jpg")))
    console = GenesysConsole()
    async with set_stage(source, lambda _step: None, console) as stage:
        stage.clock.begin()
        yield stage, console.genesys, left


def _pictures() -> dict[bool, list[bytes]]:
    video, seated, empty = cv2.VideoCapture(str(FOOTAGE / "film.mp4")), [], []
    for number in range(LEFT_S[1] * 10):
        _, frame = video.read()
        jpeg = cv2.imencode(".jpg", frame)[1].tobytes()
        seated += [jpeg] if abs(number - SEATED_S * 10) < 15 else []
        empty += [jpeg] if number >= LEFT_S[0] * 10 else []
    return {False: seated, True: empty}


def rows(stage: Stage) -> tuple[Received, ...]:
    return stage.console.received(stage.clock.began_at)


async def seen(stage: Stage, what: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while what not in {row.what for row in rows(stage)}:  # noqa: ASYNC110  (the simulators' own logs)
            await asyncio.sleep(0.2)


def call(genesys: GenesysSimulator) -> str:
    conversation = genesys.world.start_call(AGENT.genesys_id)
    genesys.world.answer(conversation)
    return conversation


@pytest.mark.timeout(170)
async def test_a_connected_call_is_left_alone_and_afterwards_the_same_chair_is_away() -> None:
    async with staged() as (stage, genesys, left):
        conversation = call(genesys)
        await asyncio.sleep(3.0)
        left["desk"] = True
        await asyncio.sleep(PATIENCE_S)
        assert rows(stage) == ()
        genesys.world.hang_up(conversation)
        await asyncio.sleep(5.0)
        assert rows(stage) == ()  # after-call work counts as the call
        genesys.world.finish_acw(conversation)
        await seen(stage, "state:Away")
        assert next(row.what for row in rows(stage)) == "notice"
