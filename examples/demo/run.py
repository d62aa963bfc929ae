"""Set up, play, check, clear away.

`HEADLESS=1` prints lines and writes demo.json; `WEBCAM=1`: you play; `CONSOLE=teams`: in Microsoft Teams.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from atdesk_core.evidence import NotErasedError
from atdesk_core.identity import EnrolmentError, KeyRingError, SigningKeyError
from atdesk_core.store import StoreError
from atdesk_core.web.live import Event
from atdesk_sdk import ConfigError
from atdesk_zoom.simulator import Video
from examples.demo.acts import closing_lines, refusal_lines
from examples.demo.consoles.choice import console_of
from examples.demo.consoles.console import Console as Played
from examples.demo.consoles.console import NotReady
from examples.demo.headless import print_events, write_result
from examples.demo.play import RECEIPT, Outcome, play, verdict, wrong
from examples.demo.refusal import ask_elsewhere
from examples.demo.source import Film
from examples.demo.stage import FOOTAGE, STEPS, Stage, Step, set_stage
from examples.demo.terminal import show
from examples.demo.webcam import is_gone, play_agent

_EXPECTED = (
    NotReady,
    ConfigError,
    EnrolmentError,
    KeyRingError,
    SigningKeyError,
    NotErasedError,
    StoreError,
    OSError,
    TimeoutError,
)
RESULT = Path("demo.json")


def run_demo(console: Console) -> int:
    """The whole demo.

    Args:
        console: Where it is shown.

    Returns:
        Exit status: 0 when everything came in the right order, 1 when not.

    Raises:
        KeyboardInterrupt: It was stopped; everything is cleared away.
    """
    headless = _is_set("HEADLESS")
    handler = RichHandler(console=console, show_path=False)
    logging.basicConfig(level=logging.ERROR, format="%(message)s", handlers=[handler])
    try:
        played = console_of(os.environ.get("CONSOLE", ""))
        if _is_set("WEBCAM"):
            return asyncio.run(_webcam(console, played))
        outcome = asyncio.run(run(console, played, headless=headless))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    except _EXPECTED as error:
        reason = str(error) or type(error).__name__
        console.print(f"The demo could not go on: {reason}", style="red", markup=False, soft_wrap=True)
        return 1
    if headless:
        write_result(RESULT, outcome.rows, outcome.acts)
    failed = bool(wrong(outcome))
    _say(console, "", *closing_lines(outcome.acts), "")
    _say(console, verdict(outcome), style="red" if failed else "green")
    return int(failed)


def _is_set(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


async def _webcam(console: Console, played: Played) -> int:
    with contextlib.ExitStack() as bar:
        step = bar.enter_context(_steps(console, headless=True))
        return 0 if is_gone(await play_agent(console, RECEIPT, step, played)) else 1


def _say(console: Console, *lines: str, style: str = "") -> None:
    for line in lines:
        console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)


async def run(console: Console, played: Played, *, headless: bool) -> Outcome:
    """Set the stage, play the story, clear the stage away."""
    film = FOOTAGE / "film.mp4"
    with contextlib.ExitStack() as bar, _stoppable():
        step = bar.enter_context(_steps(console, headless=headless))
        source = Film(Video(film, loop=False), sorted(FOOTAGE.glob("agent_*.jpg")))
        async with set_stage(source, step, played) as stage:
            bar.close()
            return await _show(console, stage, Video(film, loop=False), headless=headless)


async def _show(console: Console, stage: Stage, camera: Video, *, headless: bool) -> Outcome:
    console.print(f"Agent and lead, side by side: {stage.url}", soft_wrap=True)
    refusal = ask_elsewhere(stage.ground.config)
    _say(console, *refusal_lines(refusal))
    screen = asyncio.create_task(_screen(console, stage, stage.feed.follow(), headless=headless))
    try:
        outcome = await play(stage, camera, refusal)
        stage.feed.close()
        await screen
    finally:
        screen.cancel()
        await asyncio.gather(screen, return_exceptions=True)
    return outcome


async def _screen(
    console: Console, stage: Stage, events: AsyncGenerator[Event, None], *, headless: bool
) -> None:
    async with contextlib.aclosing(events):
        if headless:
            await print_events(console, events)
        else:
            await show(console, stage.feed, stage.url, events)


@contextlib.contextmanager
def _steps(console: Console, *, headless: bool) -> Iterator[Step]:
    """A bar over the steps of setting up; without a screen one line for each."""
    if headless:
        yield lambda name: console.print(f"Setting up: {name}")
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Setting up", total=len(STEPS))
        begun = iter(range(len(STEPS)))
        yield lambda name: progress.update(task, description=name, completed=next(begun))


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C and SIGTERM cancel the demo, once: clearing away is not to be broken off."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    kinds = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        if task is not None and not task.cancelling():
            task.cancel()

    for kind in kinds:
        with contextlib.suppress(NotImplementedError):  # where there are no such handlers
            loop.add_signal_handler(kind, stop)
    try:
        yield
    finally:
        for kind in kinds:
            with contextlib.suppress(NotImplementedError):  # likewise
                loop.remove_signal_handler(kind)
