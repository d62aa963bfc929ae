"""Plays the story on a stage that is set, to its end, with the acts before and after the film."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from examples.demo.acts import Acts, act_faults
from examples.demo.checks import Moments, faults
from examples.demo.erasing import erase_agent
from examples.demo.own_log import write_own_log
from examples.demo.pausing import pause_of
from examples.demo.received import Received
from examples.demo.refusal import ELSEWHERE, Refusal
from examples.demo.setting import NOTE
from examples.demo.stage import Stage
from examples.demo.story import AWAY, DARK, ENDS_S, LIGHT, OTHER, PAUSED, SCENES, Scene
from examples.demo.watching import watched

MOMENTS: Final = Moments(AWAY.starts_s, OTHER.starts_s, DARK.starts_s, LIGHT.starts_s, PAUSED.starts_s)
LOG_PAGE: Final = Path("demo-log.html")
RECEIPT: Final = Path("demo-receipt.json")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the whole story.

    Attributes:
        rows: What the platforms received, in order of time.
        flagged: Platforms that get each flag.
        acts: What happened beside the film.
    """

    rows: tuple[Received, ...]
    flagged: Sequence[str]
    acts: Acts


async def play(stage: Stage, camera: object, refusal: Refusal) -> Outcome:
    """Play the film once, through the console, then let the agent read the log and be erased.

    Args:
        stage: Everything that runs.
        camera: Shown from its beginning.
        refusal: What was answered before the film.

    Raises:
        NotErasedError: Something of the agent is still there.
    """
    console = stage.console
    console.play(camera)
    stage.clock.begin()
    began_at = stage.clock.began_at
    scenes = [{"name": scene.name, "starts_s": scene.starts_s} for scene in SCENES]
    stage.feed.publish(
        "begin", title="demo", note=NOTE, scenes=scenes, ends_s=ENDS_S, titles=console.words.as_json()
    )
    says = f"In {ELSEWHERE} the same policy is refused: {refusal.in_short}"
    stage.feed.publish("line", at_s=0.0, tone="unknown", text=says)
    async with watched(stage):
        for scene in SCENES:
            await asyncio.sleep(max(0.0, scene.starts_s - stage.clock()))
            _begin(stage, scene, began_at)
        await asyncio.sleep(max(0.0, ENDS_S - stage.clock()))
    outcome = Outcome(console.received(began_at), console.flagged, await _after(stage, refusal))
    stage.feed.publish("end", says=verdict(outcome))
    return outcome


def _begin(stage: Stage, scene: Scene, began_at: float) -> None:
    """A scene begins; in one of them the agent clicks in the console."""
    stage.feed.publish(
        "scene",
        at_s=scene.starts_s,
        name=scene.name,
        says=stage.console.words.says.get(scene.name, scene.says),
        epoch_s=began_at + scene.starts_s,
    )
    stage.teller.begin()
    if scene is PAUSED:
        stage.console.pause()


async def _after(stage: Stage, refusal: Refusal) -> Acts:
    """What the pause came to, then the agent's log, then the erasure, which is in no log of before."""
    store, clock = stage.ground.store, stage.clock
    pause = await pause_of(store, stage.console.cards(), stage.frames_at, clock.began_at, PAUSED.starts_s)
    log = await write_own_log(store, LOG_PAGE)
    return Acts(refusal, pause, log, await erase_agent(stage.ground, RECEIPT))


def wrong(outcome: Outcome) -> tuple[str, ...]:
    """What is not as it should be, in what was received and in what happened."""
    return (*faults(outcome.rows, MOMENTS, outcome.flagged), *act_faults(outcome.acts))


def verdict(outcome: Outcome) -> str:
    """The outcome of the checks in one line."""
    if found := wrong(outcome):
        return "Failed: " + "; ".join(found) + "."
    return (
        f"As it should be, by the platforms' own logs: {len(outcome.rows)} messages and states arrived, the "
        "agent was told first each time, nothing came of the dark or of the pause, and what was erased is "
        "gone."
    )
