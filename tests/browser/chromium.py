"""Debian's Chromium, driven by Playwright: one process for all tests of a worker, a context for each test."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Sequence

from playwright.async_api import Browser, async_playwright

NO_CHROMIUM = "no Chromium on this machine (Debian: `apt-get install chromium`); browser tests are skipped"

# Nothing of these tests leaves the machine.
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
)
# Playwright switches these off, and the parting of storage by site too, which an embedded page lives with:
# the last list counts.
_OFF = (
    "AimEnabled",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "Translate",
)


def chromium_path() -> str | None:
    """Where Chromium is: `CHROMIUM` in the environment, else on the PATH."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@contextlib.asynccontextmanager
async def browsing(executable: str, flags: Sequence[str] = ()) -> AsyncIterator[Browser]:
    """A headless Chromium until the block is left.

    Args:
        executable: Chromium.
        flags: Further flags of its command line.
    """
    # Chromium's own sandbox refuses to run as root.
    rooted = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            headless=True,
            args=[*_QUIET, f"--disable-features={','.join(_OFF)}", *rooted, *flags],
        )
        try:
            yield browser
        finally:
            await browser.close()
