"""Pictures of the camera through the personal tab; where Teams keeps it from the page, nobody is absent."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from atdesk_core.session import RecordKind
from tests.browser.camera import FakeCamera
from tests.browser.house import House, Vision, open_house
from tests.browser.page.desk import Overheard, records, told
from tests.browser.tabs import Tabs
from tests.browser.teams.client import ANN, NOT_ASKED, app_in, arrived, settings, tab_of, teams_url
from tests.core.runtime.office import until
from tests.core.web.sso import Tenant

# As Microsoft's client does in a meeting: the browser says that it is granted, and the camera is refused.
GRANTED_AND_REFUSED = """
() => { navigator.mediaDevices.getUserMedia = async () => {
  globalThis.tried = (globalThis.tried ?? 0) + 1;
  throw new DOMException("Permission denied", "NotAllowedError"); } }
"""


@pytest_asyncio.fixture(loop_scope="session")
async def at_home(
    teams: str, tenant: Tenant, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A house whose records are of one test alone."""
    folder, table = tmp_path_factory.mktemp("camera"), tenant.table()
    async with open_house(folder, vision, consoles=(teams,), sign_in=(table,), links={"ann": ANN}) as house:
        yield house


async def enter(
    tabs: Tabs, teams: str, house: House, tenant: Tenant, *, script: str = "", camera: bool = True, **how: Any
) -> tuple[Page, Overheard]:
    """Ann's tab, listened to from its first word on; `script` runs before any of the page's own."""
    tabs.forgive(NOT_ASKED)
    page, heard = await tabs.open("about:blank", camera=camera), Overheard()
    heard.listen(page)
    if script:
        await page.add_init_script(f"({script})()")
    await page.goto(teams_url(teams, tab_of(house), **settings(tenant, **how)))
    await arrived(page)
    return page, heard


def found(house: House) -> Sequence[str]:
    """Everything that was ever found of Ann."""
    return [str(one.data.get("what")) for one in records(house, RecordKind.FINDING)]


async def test_the_tab_gives_the_frames_of_a_look_and_the_engine_sees_who_sits_there(
    tabs: Tabs, teams: str, at_home: House, tenant: Tenant, camera: FakeCamera
) -> None:
    page, heard = await enter(tabs, teams, at_home, tenant)

    await until(lambda: len(heard.frames) >= 2, 30.0)
    await told(at_home, RecordKind.FINDING, what="present")
    assert heard.frames[0][:4] == b"ADF1"
    assert {one["source"] for one in heard.named("hello") if "source" in one} == {"teams-tab"}
    order = [said for _, direction, said in heard.said if direction == ">"]
    first = next(place for place, said in enumerate(order) if isinstance(said, bytes))
    assert any(isinstance(said, dict) and said["t"] == "shown" for said in order[:first])
    await page.close()


@pytest.mark.parametrize("context", ["sidePanel", "meetingStage"])
async def test_where_teams_gives_the_frame_no_camera_the_page_says_so_and_nobody_is_absent(
    tabs: Tabs, teams: str, at_home: House, tenant: Tenant, context: str
) -> None:
    page, heard = await enter(tabs, teams, at_home, tenant, context=context, blocks=True)
    await until(lambda: "denied" in heard.reasons)

    standing = app_in(page).locator("#camera-standing")
    await expect(standing).to_contain_text("The console around this page does not let it use the camera")
    await expect(standing).to_contain_text("Nothing is held against you")
    assert heard.frames == []
    assert "absent" not in found(at_home)
    await page.close()


async def test_a_camera_that_is_called_granted_and_then_refused_is_tried_once_and_said(
    tabs: Tabs, teams: str, at_home: House, tenant: Tenant
) -> None:
    page, heard = await enter(tabs, teams, at_home, tenant, script=GRANTED_AND_REFUSED)
    await until(lambda: "denied" in heard.reasons, 30.0)
    await told(at_home, RecordKind.COULD_NOT_TELL, what="camera_off")

    standing = app_in(page).locator("#camera-standing")
    await expect(standing).to_contain_text("does not let this page use the camera")
    frame = page.frame("app")
    assert frame is not None
    assert await frame.evaluate("tried") == 1
    assert heard.frames == []
    assert "absent" not in found(at_home)
    await page.close()
