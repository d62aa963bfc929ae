"""`python -m tests.browser.make_demo`: plays the demo and takes its pictures for `docs/`, in each console."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from examples.demo.consoles.choice import console_of
from examples.demo.play import play
from examples.demo.refusal import ask_elsewhere
from examples.demo.source import Film
from examples.demo.stage import FOOTAGE, set_stage
from examples.demo.story import OTHER
from playwright.async_api import Browser, ViewportSize

from atdesk_zoom.simulator import Video
from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path

DOCS: Final = Path(__file__).parents[2] / "docs"
TAKEN_S: Final = OTHER.starts_s + 13.0
"""Both stories are on the screen by then: who left and came back, and who is somebody else."""
PICTURES: Final = {
    "genesys": {"/demo": "demo.png", "/live": "demo-live.png"},
    "teams": {"/demo": "demo-teams.png"},
}
"""Console -> page -> picture."""
SIZE: Final = ViewportSize(width=1440, height=1000)


async def main() -> int:
    """Returns the exit status."""
    path = chromium_path()
    if path is None:
        sys.stderr.write(f"{NO_CHROMIUM}\n")
        return 1
    async with browsing(path) as browser:
        for console, pages in PICTURES.items():
            await _play(browser, console, pages)
    return 0


async def _play(browser: Browser, name: str, pages: Mapping[str, str]) -> None:
    film = FOOTAGE / "film.mp4"
    source = Film(Video(film, loop=False), sorted(FOOTAGE.glob("agent_*.jpg")))
    async with set_stage(source, lambda _step: None, console_of(name)) as stage:
        story = asyncio.create_task(play(stage, Video(film, loop=False), ask_elsewhere(stage.ground.config)))
        origin = stage.url.removesuffix("/demo")
        try:
            await asyncio.gather(*(_take(browser, origin + path, picture) for path, picture in pages.items()))
        finally:
            story.cancel()
            await asyncio.gather(story, return_exceptions=True)


async def _take(browser: Browser, url: str, name: str) -> None:
    page = await browser.new_page(viewport=SIZE, color_scheme="light", locale="en-GB")
    await page.goto(url)
    await asyncio.sleep(TAKEN_S)  # the story runs in real time
    await page.screenshot(path=DOCS / name)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
