"""Makes docs/screens/: each view of the agent's page, wide and narrow, light and dark.

`python -m tests.browser.make_screens`. Everything in them is real: a running service, the browser's camera,
the models. The person is from the demo's sample footage; see examples/demo/footage/SOURCES.md.
"""

import asyncio
import io
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Page, expect

from atdesk_core.policy import (
    AbsenceRule,
    DifferentPersonRule,
    MeetingRule,
    PauseReason,
    PauseRule,
    SitePolicy,
)
from atdesk_core.session import RecordKind
from tests.browser.camera import FakeCamera
from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path
from tests.browser.house import PAGE_POLICY, House, Vision, open_house
from tests.browser.page.desk import come, told
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "screens"
COLOURS: Final = 128
"""A page has few, so that a picture stays small."""
SIZES: Final = {"wide": (1280, 800), "narrow": (320, 700)}
LOOKS: Final = PAGE_POLICY.looks.model_copy(
    update={
        "watch_every_s": 15.0,
        "alert_interval_s": 1.0,
        "frames_per_shift": 900,
        "indicator_s_per_shift": 600,
    }
)
POLICY: Final = PAGE_POLICY.model_copy(
    update={
        "accountable": "Maria Lopez, operations",
        "looks": LOOKS,
        "absence": AbsenceRule(agent_first_s=90.0, min_flag_s=300.0),
        "different_person": DifferentPersonRule(enabled=True, agent_first_s=60.0),
        "pause": PauseRule(reason=PauseReason.CATEGORY),
        "meetings": (MeetingRule(id="team-huddle", purpose="the daily huddle, with cameras on"),),
    }
)
LONG: Final = POLICY.model_copy(
    update={"looks": LOOKS.model_copy(update={"max_frames": 60, "watch_frames": 60, "max_s": 60.0})}
)
HASTY: Final = PAGE_POLICY.model_copy(update={"accountable": "Maria Lopez, operations"})

Scene = Callable[[House, Page, FakeCamera], Awaitable[None]]


async def _nothing(_house: House, page: Page, _camera: FakeCamera) -> None:
    await expect(page.locator("#status")).to_have_attribute("data-state", "quiet", timeout=20_000)


async def _look(_house: House, page: Page, _camera: FakeCamera) -> None:
    await expect(page.locator("#status")).to_have_attribute("data-state", "look")


async def _notice(house: House, page: Page, camera: FakeCamera) -> None:
    await told(house, RecordKind.FINDING, what="present")
    camera.show("empty")
    await expect(page.locator(".notice")).to_be_visible(timeout=60_000)
    await _nothing(house, page, camera)


async def _log(house: House, page: Page, camera: FakeCamera) -> None:
    await told(house, RecordKind.LOOK_ENDED)
    await page.get_by_role("button", name="Pause", exact=True).click()
    await told(house, RecordKind.PAUSE)
    await page.get_by_role("button", name="I'm back").click()
    await page.get_by_role("link", name="Log").click()
    await expect(page.locator("#log-rows tr").first).to_be_visible()
    await _nothing(house, page, camera)


async def _flags(house: House, page: Page, camera: FakeCamera) -> None:
    await told(house, RecordKind.FINDING, what="present")
    camera.show("empty")
    await until(lambda: bool(house.office.platform.flags), 60.0)
    camera.show("seated")
    await page.get_by_role("link", name="Flags").click()
    await page.get_by_label("What is wrong about it?").fill("I was at the printer")


async def _agree(_house: House, page: Page, _camera: FakeCamera) -> None:
    await page.get_by_role("link", name="Consent").click()
    await page.get_by_role("button", name="Withdraw and erase", exact=True).click()
    await page.get_by_role("button", name="Yes, withdraw and erase").click()
    await expect(page.locator("#receipt-box")).to_be_visible()
    await page.reload()
    await expect(page.locator("#answers")).to_be_visible()


async def _enrol(_house: House, page: Page, _camera: FakeCamera) -> None:
    await page.get_by_role("link", name="Consent").click()
    await page.get_by_role("button", name="Take photos with my camera").click()
    await expect(page.locator("#enrol-frame")).to_have_attribute("data-fit", "true")
    for number in (1, 2):
        await page.get_by_role("button", name="Take a photo").click()
        await expect(page.locator("#enrol-photos li")).to_have_count(number)
    await page.evaluate("scrollTo(0, 0)")


async def _test(_house: House, page: Page, _camera: FakeCamera) -> None:
    await page.get_by_role("link", name="Self-test").click()
    await page.get_by_role("button", name="Open the camera and test once").click()
    await expect(page.locator("#test-says")).not_to_be_empty()


async def _paused(_house: House, page: Page, _camera: FakeCamera) -> None:
    await page.get_by_role("button", name="Pause", exact=True).click()
    await expect(page.locator("#quiet-line")).to_have_text("Paused")


async def _out(_house: House, page: Page, _camera: FakeCamera) -> None:
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.locator("#providers button")).to_have_count(1)


SCENES: Final[dict[str, tuple[SitePolicy, Scene]]] = {
    "today": (POLICY, _nothing),
    "look": (LONG, _look),
    "notice": (POLICY, _notice),
    "log": (POLICY, _log),
    "flags": (HASTY, _flags),
    "agree": (POLICY, _agree),
    "enrol": (POLICY, _enrol),
    "test": (POLICY, _test),
    "paused": (POLICY, _paused),
    "out": (POLICY, _out),
}


async def make(names: list[str]) -> None:
    """Make the pictures of these scenes."""
    path = chromium_path()
    if path is None:
        raise SystemExit(NO_CHROMIUM)
    FOLDER.mkdir(exist_ok=True)
    vision = Vision()
    await vision.pool.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            camera = FakeCamera(Path(folder))
            async with browsing(path, camera.flags) as browser:
                for name in names:
                    await _scene(name, Path(folder), vision, browser, camera)
    finally:
        await vision.pool.aclose()


async def _scene(name: str, folder: Path, vision: Vision, browser: Browser, camera: FakeCamera) -> None:
    """One story, told once; then the window takes each size, and each light."""
    policy, scene = SCENES[name]
    tabs = Tabs(browser)
    camera.show("seated")
    house_folder = folder / name
    house_folder.mkdir()
    async with open_house(house_folder, vision, policy=policy) as house:
        await house.enrol("ann")
        page = await come(house, tabs)
        await scene(house, page, camera)
        for size, (width, height) in SIZES.items():
            await page.set_viewport_size({"width": width, "height": height})
            for light in ("light", "dark"):
                await page.emulate_media(color_scheme="dark" if light == "dark" else "light")
                await _picture(page, f"{name}-{size}-{light}.png")
        await tabs.aclose()


async def _picture(page: Page, name: str) -> None:
    shown = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    shown.quantize(COLOURS).save(FOLDER / name, optimize=True)
    print(name, (FOLDER / name).stat().st_size)  # noqa: T201  (a script)


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1:] or list(SCENES)))
