"""The demo with one's own webcam, from the sign-in to the erasure, in a browser with its camera."""

import asyncio
from pathlib import Path

import pytest
from examples.demo.consoles.genesys import GenesysConsole
from examples.demo.erasing import erase_agent
from examples.demo.setting import AGENT, LEAD
from examples.demo.source import OwnWebcam
from examples.demo.stage import Stage, set_stage
from examples.demo.webcam import is_gone, playing, ways
from playwright.async_api import FrameLocator, Page, expect

from tests.browser.camera import FakeCamera
from tests.browser.conftest import Axe
from tests.browser.packages import AXE, is_installed
from tests.browser.tabs import Tabs

PATIENCE_S = 40.0


async def sign_in(page: Page, agent: FrameLocator) -> None:
    async with page.expect_popup() as opening:
        await agent.get_by_role("button", name="Genesys Cloud").click()
    window = await opening.value
    async with window.expect_event("close"):
        await window.get_by_role("link", name=AGENT.name).click()


async def agree_and_enrol(agent: FrameLocator) -> None:
    await agent.locator("[href='#agree']").click()
    await agent.get_by_role("button", name="I agree").click()
    await agent.get_by_role("button", name="Take photos with my camera").click()
    for number in range(1, 4):
        await expect(agent.locator("#enrol-frame")).to_have_attribute("data-fit", "true")
        await agent.get_by_role("button", name="Take a photo").click()
        await expect(agent.locator("#enrol-photos > li")).to_have_count(number)
    await agent.get_by_role("button", name="Make my template").click()
    await expect(agent.locator("#enrolled")).to_contain_text("There is a template of your face")


async def seen(stage: Stage, *whats: str) -> None:
    """Both platforms have received all of it."""
    async with asyncio.timeout(PATIENCE_S):
        while not {*whats} <= {row.what for row in stage.console.received(0.0)}:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # the simulators' own logs have no event


@pytest.mark.timeout(170)
async def test_a_person_plays_the_agent_with_a_webcam_and_is_erased(
    tabs: Tabs, camera: FakeCamera, axe: Axe, tmp_path: Path
) -> None:
    console = GenesysConsole()
    async with set_stage(OwnWebcam(), lambda _step: None, console) as stage, playing(stage):
        assert stage.url in "\n".join(ways(stage.url))
        page = await tabs.open(stage.url, width=1500, height=1000)
        agent, lead = page.frame_locator("#agent"), page.frame_locator("#lead")
        await sign_in(page, agent)
        # The guidance may ask once more while its last answer is on its way.
        tabs.forgive("429.*/enrolment/photo")
        await expect(agent.locator("#person")).to_have_text(AGENT.name)
        await agree_and_enrol(agent)
        await agent.locator("[href='#today']").click()
        await expect(agent.locator("#look")).to_be_visible(timeout=PATIENCE_S * 1000)

        camera.show("empty")
        await expect(agent.locator("#notices")).to_be_visible(timeout=PATIENCE_S * 1000)
        assert console.genesys.world.agent(AGENT.genesys_id).definition.label == "On Queue"
        await seen(stage, "state:Away", "flag")
        await expect(lead.locator("#state")).to_have_text("Away from desk")
        await lead.get_by_role("button", name="Acknowledge").click()
        await seen(stage, "flag_update")

        camera.show("back")
        await seen(stage, "state:Available")
        await expect(lead.locator("#state")).to_have_text("Available")
        await agent.get_by_role("button", name="Back on queue").click()
        await expect(lead.locator("#state")).to_have_text("On Queue")
        assert LEAD.name in (await page.locator("#lead-title").inner_text())
        if is_installed(AXE):
            assert [await axe(shown) for shown in page.frames] == [[], [], []]
        await tabs.aclose()
        erased = await erase_agent(stage.ground, tmp_path / "receipt.json")
    assert is_gone(erased)
    assert erased.templates == 1
