"""A person plays the agent with their own webcam: `WEBCAM=1`. All of it is here, and gone afterwards."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from examples.demo.consoles.console import Console as Played
from examples.demo.erasing import Erasure, erase_agent
from examples.demo.headless import print_events
from examples.demo.setting import AGENT, EVERY_S, FIRST_S, LEAD, MIN_FLAG_S
from examples.demo.source import OwnWebcam
from examples.demo.stage import Stage, Step, set_stage
from examples.demo.watching import watched

_NOTE: Final = (
    f"You play {AGENT.name}; {LEAD.name} leads the team. Times are shortened: you are told {FIRST_S} s "
    f"before anything else happens (usually 60 s), an absence is flagged after {MIN_FLAG_S} s (usually 5 "
    f"min), and looks come every {EVERY_S} s (usually 15 s). Everything stays on this machine."
)
_BEGINS: Final = "You are the agent: sign in at the left, and read what you are asked."


def ways(url: str) -> tuple[str, ...]:
    """What to do, a line each.

    Args:
        url: Of the agent's page and the lead's view.
    """
    return (
        f"You play the agent, {AGENT.name}, with your own webcam. Open this in a browser on this machine:",
        f"  {url}",
        f"  1. Sign in at the left as {AGENT.name}. It is a demo: nobody asks for a password.",
        "  2. Consent: read what you are asked, and agree or do not. Without a yes nothing looks at you.",
        "  3. Take three photos of yourself there. They are judged in memory; what is kept is a row of",
        "     numbers, encrypted, in a temporary folder.",
        "  4. Allow the camera. It opens for a look alone, every few seconds, and the page says so.",
        f"  5. Leave the desk for {FIRST_S + MIN_FLAG_S} s or more, and come back; pause; say it is wrong.",
        "Ctrl-C ends it: you are erased, with a signed receipt, and the folder is deleted.",
    )


async def play_agent(console: Console, receipt: Path, step: Step, played: Played) -> Erasure:
    """Serve until Ctrl-C or SIGTERM, then erase whoever played.

    Args:
        console: Where it is told.
        receipt: Where the receipt of the erasure goes.
        step: Told of the steps of setting up.
        played: The console that is played.

    Raises:
        NotErasedError: Something of the person is still there.
    """
    stop = asyncio.Event()
    with _on_stop(stop.set):
        async with set_stage(OwnWebcam(), step, played) as stage:
            for line in ways(stage.url):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            lines = asyncio.create_task(print_events(console, stage.feed.follow()), name="demo-lines")
            async with playing(stage):
                await stop.wait()
            erased = await erase_agent(stage.ground, receipt)
            stage.feed.close()
            await lines
    for line in erased_lines(erased):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return erased


@contextlib.asynccontextmanager
async def playing(stage: Stage) -> AsyncIterator[None]:
    """The story has begun and is told, until the block is left."""
    stage.clock.begin()
    stage.feed.publish(
        "begin", title="demo", note=_NOTE, scenes=[], ends_s=0.0, titles=stage.console.words.as_json()
    )
    stage.feed.publish("scene", at_s=0.0, name="you", says=_BEGINS, epoch_s=stage.clock.began_at)
    async with watched(stage):
        yield


def erased_lines(erased: Erasure) -> tuple[str, ...]:
    """What became of whoever played."""
    return (
        f"Erased: {erased.templates} template, {erased.stills} stills; {erased.opened_after} of "
        f"{erased.opened_before} things can still be decrypted, {erased.bytes_left} pieces are left.",
        f"  the signed receipt: {erased.receipt}",
    )


def is_gone(erased: Erasure) -> bool:
    """Whether nothing of whoever played is left."""
    left = erased.opened_after or erased.bytes_left or erased.consent_left
    return erased.receipt_good and erased.log_whole and not left


@contextlib.contextmanager
def _on_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM end it in order, as often as they come: erasing is not to be broken off."""
    loop, kinds = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    for kind in kinds:
        with contextlib.suppress(NotImplementedError):  # where there are no such handlers
            loop.add_signal_handler(kind, stop)
    try:
        yield
    finally:
        for kind in kinds:
            with contextlib.suppress(NotImplementedError):  # likewise
                loop.remove_signal_handler(kind)
