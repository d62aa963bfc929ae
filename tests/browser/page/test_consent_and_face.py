"""Agreeing, enrolling with guidance, erasing with a receipt, and the self-test: with the real camera path."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from atdesk_core.policy import DifferentPersonRule
from atdesk_core.vision.encoder import bands
from tests.browser.camera import FakeCamera
from tests.browser.house import PAGE_POLICY, House, Vision, open_house
from tests.browser.page.desk import come
from tests.browser.tabs import Tabs

COMPARING = PAGE_POLICY.model_copy(
    update={"different_person": DifferentPersonRule(enabled=True, agent_first_s=60.0)}
)
LOOKS = """
(one) => { const { color, backgroundColor, borderColor, fontWeight, fontSize } = getComputedStyle(one);
  return [color, backgroundColor, borderColor, fontWeight, fontSize]; }
"""
DRAWN = """
() => { const canvas = document.querySelector("#test-canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const near = (at, colour) => colour.every((value, part) => Math.abs(data[at + part] - value) < 12);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) found += near(at, [0x8f, 0xe0, 0xc4]);
  return found; }
"""


@pytest_asyncio.fixture(loop_scope="session")
async def comparing(vision: Vision, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("comparing"), vision, policy=COMPARING) as opened:
        yield opened


async def erased(page: Page, folder: Path) -> dict[str, object]:
    """Withdraw, and the receipt that is given for it."""
    await page.get_by_role("button", name="Withdraw and erase", exact=True).click()
    await page.get_by_role("button", name="Yes, withdraw and erase").click()
    await expect(page.locator("#consent-said")).to_contain_text("Nothing looks at you any more")
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Save the receipt").click()
    path = folder / "receipt.json"
    await (await coming.value).save_as(path)
    read: dict[str, object] = json.loads(path.read_text("utf-8"))
    return read


async def test_agreeing_and_refusing_weigh_the_same_and_the_text_is_there_in_full(
    comparing: House, tabs: Tabs, tmp_path: Path
) -> None:
    page = await come(comparing, tabs, "agree")
    await erased(page, tmp_path)
    agree, refuse = page.locator("#agree"), page.locator("#refuse")
    await expect(agree).to_be_visible()
    await expect(page.locator("#consent-text p").first).to_be_visible()
    await expect(page.locator("#alternative")).not_to_be_empty()
    boxes = [await one.bounding_box() for one in (agree, refuse)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    assert await agree.evaluate(LOOKS) == await refuse.evaluate(LOOKS)
    await refuse.click()
    await expect(page.locator("#consent-standing")).to_contain_text("You did not agree")
    await agree.click()
    await expect(page.locator("#consent-standing")).to_contain_text("You agreed on")


async def test_withdrawing_asks_once_more_erases_the_template_and_gives_a_receipt(
    comparing: House, tabs: Tabs, tmp_path: Path
) -> None:
    await comparing.enrol("ann")
    page = await come(comparing, tabs, "agree")
    await expect(page.locator("#enrolled")).to_contain_text("There is a template")
    await page.get_by_role("button", name="Withdraw and erase", exact=True).click()
    await page.get_by_role("button", name="No, keep everything").click()
    assert await comparing.templates.load("ann", bands.NAME) is not None
    receipt = await erased(page, tmp_path)
    assert receipt
    assert await comparing.templates.load("ann", bands.NAME) is None
    await expect(page.locator("#quiet-more")).not_to_be_empty()


@pytest.mark.parametrize(
    ("before", "advice"), [("dark", "dark"), ("two", "face"), ("far", "closer"), ("empty", "face")]
)
async def test_the_camera_guides_before_a_photo_is_taken(
    comparing: House, tabs: Tabs, camera: FakeCamera, before: str, advice: str
) -> None:
    camera.show(before)
    page = await come(comparing, tabs, "agree")
    await page.get_by_role("button", name="Take photos with my camera").click()
    await expect(page.locator("#enrol-advice")).to_contain_text(advice)
    await expect(page.locator("#enrol-frame")).to_have_attribute("data-fit", "false")


async def test_three_photos_from_my_camera_become_my_template_and_are_gone(
    comparing: House,
    tabs: Tabs,
    camera: FakeCamera,
) -> None:
    page = await come(comparing, tabs, "agree")
    await page.get_by_role("button", name="Take photos with my camera").click()
    await expect(page.locator("#enrol-frame")).to_have_attribute("data-fit", "true")
    send = page.get_by_role("button", name="Make my template from these photos")
    for number in (1, 2, 3):
        await expect(send).to_be_disabled()
        await page.get_by_role("button", name="Take a photo").click()
        await expect(page.locator("#enrol-photos li")).to_have_count(number)
    await send.click()
    await expect(page.locator("#enrol-said")).to_contain_text("your template was made from 3 photos")
    assert await comparing.templates.load("ann", bands.NAME) is not None
    await expect(page.locator("#enrol-box")).to_be_hidden()
    assert await page.evaluate("document.querySelector('#enrol-video').srcObject") is None


async def test_what_stands_against_a_template_ends_the_guidance_and_is_said(
    comparing: House, tabs: Tabs, camera: FakeCamera
) -> None:
    page = await come(comparing, tabs, "agree")
    await expect(page.locator("#enrol-not")).to_be_hidden()
    await page.get_by_role("button", name="Take photos with my camera").click()
    await expect(page.locator("#enrol-frame")).to_have_attribute("data-fit", "true")
    comparing.service.own.pause("ann", None, None)
    await expect(page.locator("#enrol-not")).to_contain_text("You are paused: no picture is opened")
    await expect(page.locator("#enrol-box")).to_be_hidden()
    await expect(page.locator("#enrol-open")).to_be_hidden()
    assert await page.evaluate("document.querySelector('#enrol-video').srcObject") is None
    comparing.service.own.resume("ann")
    await expect(page.locator("#enrol-open")).to_be_visible()
    await expect(page.locator("#enrol-not")).to_be_hidden()


async def test_the_self_test_draws_what_the_checker_sees_on_my_own_picture_and_keeps_nothing(
    comparing: House, tabs: Tabs, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = await come(comparing, tabs, "test")
    await page.get_by_role("button", name="Open the camera and test once").click()
    await expect(page.locator("#test-says")).not_to_be_empty()
    assert await page.evaluate(DRAWN) > 100
    await expect(page.locator("#test-boxes li").first).to_contain_text("% sure")
    await expect(page.locator("#test-said")).to_have_text("Done. The camera is closed.")
    assert not [one for one in comparing.office.folder.rglob("*") if one.suffix in {".jpg", ".jpeg", ".png"}]
    await page.get_by_role("button", name="Remove the picture").click()
    assert await page.evaluate("document.querySelector('#test-canvas').width") == 0


async def test_a_camera_that_is_denied_is_explained_where_i_asked_for_it(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs, "test", camera=False)
    await page.get_by_role("button", name="Open the camera and test once").click()
    await expect(page.locator("#test-said")).to_contain_text("allow the camera, and try again")
