"""Pictures of the lead's pages for `docs/screens`: `python -m tests.browser.make_lead_screens`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Browser, ViewportSize

from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path
from tests.browser.lead.test_flag_page import RULES, sign_in
from tests.core.web.desk_check_page.checks import CHECK, desk_house
from tests.core.web.flag_page.house import House, house

SCREENS: Final = Path(__file__).parents[2] / "docs" / "screens"
SIZES: Final = {"wide": (1280, 900), "narrow": (320, 720)}


async def pictures(browser: Browser, home: House, path: str, name: str) -> None:
    """Four pictures of a whole page: wide and narrow, light and dark."""
    for size in SIZES:
        await _picture(browser, home, path, f"{name}-{size}", SIZES[size], "light")
        await _picture(browser, home, path, f"{name}-{size}", SIZES[size], "dark")


async def _picture(
    browser: Browser,
    home: House,
    path: str,
    name: str,
    size: tuple[int, int],
    scheme: Literal["light", "dark"],
) -> None:
    viewport = ViewportSize(width=size[0], height=size[1])
    context = await browser.new_context(viewport=viewport, color_scheme=scheme)
    await sign_in(context, home, "lee")
    page = await context.new_page()
    await page.goto(home.pages.url + path)
    await page.screenshot(path=SCREENS / f"{name}-{scheme}.png", full_page=True)
    await context.close()


async def main() -> None:
    """A flag that waits for an answer, and a desk check that does."""
    executable = chromium_path()
    if executable is None:
        raise SystemExit(NO_CHROMIUM)
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as flags, tempfile.TemporaryDirectory() as checks:
        async with browsing(executable) as browser:
            async with house(Path(flags), RULES, on_loopback=True) as home:
                await pictures(browser, home, home.link(await home.flagged()), "flag")
            async with desk_house(Path(checks), on_loopback=True) as home:
                await pictures(browser, home, f"/checks/{CHECK}", "check")


if __name__ == "__main__":
    asyncio.run(main())
