"""Pictures of the flag page for `docs/screens`: `python -m tests.browser.make_flag_screens`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Browser

from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path
from tests.browser.lead.test_flag_page import RULES, sign_in
from tests.core.web.flag_page.house import House, house

SCREENS: Final = Path(__file__).parents[2] / "docs" / "screens"
SIZES: Final = {"wide": (1280, 900), "narrow": (320, 720)}


async def picture(
    browser: Browser, home: House, path: str, size: str, scheme: Literal["light", "dark"]
) -> None:
    """One picture of the whole page."""
    width, height = SIZES[size]
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    await sign_in(context, home, "lee")
    page = await context.new_page()
    await page.goto(home.pages.url + path)
    await page.screenshot(path=SCREENS / f"flag-{size}-{scheme}.png", full_page=True)
    await context.close()


async def main() -> None:
    """Four pictures of one flag that waits for an answer."""
    executable = chromium_path()
    if executable is None:
        raise SystemExit(NO_CHROMIUM)
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder), RULES, on_loopback=True) as home, browsing(executable) as browser:
            number = await home.flagged()
            for size in SIZES:
                await picture(browser, home, home.link(number), size, "light")
                await picture(browser, home, home.link(number), size, "dark")


if __name__ == "__main__":
    asyncio.run(main())
