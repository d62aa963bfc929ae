"""Plays the story on a stage that is set, to its end, and says what the simulators received meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from examples.demo.checks import Moments, faults
from examples.demo.received import Received, received
from examples.demo.setting import NOTE
from examples.demo.stage import Stage
from examples.demo.story import AWAY, DARK, ENDS_S, OTHER, SCENES
from examples.demo.watching import Watch

MOMENTS = Moments(AWAY.starts_s, OTHER.starts_s, DARK.starts_s)


async def play(stage: Stage, camera: object) -> tuple[Received, ...]:
    """Play the film once, through Zoom.

    Args:
        stage: Everything that runs.
        camera: Shown from its beginning.

    Returns:
        What both platforms received, in order of time.
    """
    stage.zoom.room.play(stage.seat, camera)
    stage.clock.begin()
    began_at = stage.clock.began_at
    scenes = [{"name": scene.name, "starts_s": scene.starts_s} for scene in SCENES]
    stage.feed.publish("begin", title="demo", note=NOTE, scenes=scenes, ends_s=ENDS_S)
    async with _watched(Watch(stage)):
        for scene in SCENES:
            await asyncio.sleep(max(0.0, scene.starts_s - stage.clock()))
            stage.feed.publish(
                "scene",
                at_s=scene.starts_s,
                name=scene.name,
                says=scene.says,
                epoch_s=began_at + scene.starts_s,
            )
            stage.teller.begin()
        await asyncio.sleep(max(0.0, ENDS_S - stage.clock()))
    rows = received(stage.zoom, stage.genesys, began_at)
    stage.feed.publish("end", says=verdict(rows))
    return rows


def wrong(rows: tuple[Received, ...]) -> tuple[str, ...]:
    """What is not as it should be in what was received."""
    return faults(rows, MOMENTS)


def verdict(rows: tuple[Received, ...]) -> str:
    """The outcome of the checks in one line."""
    if found := wrong(rows):
        return "Failed: " + "; ".join(found) + "."
    return (
        f"As it should be, by the platforms' own logs: {len(rows)} messages and states arrived, the agent "
        "was told first each time, and nothing came once it was dark."
    )


@contextlib.asynccontextmanager
async def _watched(watch: Watch) -> AsyncIterator[None]:
    task = asyncio.create_task(watch.run(), name="demo-watch")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        watch.look()
