"""The video effect: TeamsJS gives the agent's outgoing picture, in both its ways, to this machine alone."""

from collections.abc import AsyncIterator
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from atdesk_core.runtime.teams_effect import CODE, LIMIT, TeamsEffectTable
from atdesk_core.session import RecordKind
from atdesk_core.web.frames.protocol import HEADER_BYTES, unpack
from tests.browser.camera import FakeCamera
from tests.browser.conftest import Axe
from tests.browser.house import House, Vision, open_house
from tests.browser.page.desk import Overheard, records, told
from tests.browser.tabs import Tabs
from tests.browser.teams.client import ANN, NOT_ASKED, app_in, frame_of, said, settings, teams_url
from tests.core.runtime.office import MEETING, until
from tests.core.web.sso import Tenant

ON = TeamsEffectTable.model_validate(
    {
        "accepted": CODE,
        "accepted_by": "A. Person, data protection",
        "meeting": [{"id": MEETING.meeting_id, "participants": 8, "outside_guests": False}],
    }
)
PANEL = {"context": "sidePanel", "meeting": MEETING.meeting_id}
# Teams' desktop client lends the page its video like this; the picture is that of the browser's camera.
WEBVIEW = """
() => {
  globalThis.chrome = { webview: {
    getTextureStream: () => navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } }),
    registerTextureStream(id, track) {
      const shown = { muted: true, srcObject: new MediaStream([track]) };
      globalThis.handedBack = Object.assign(document.createElement("video"), shown);
      handedBack.play();
    },
  } };
}
"""

# Keeps the page's sockets, so that a test can break one.
SOCKETS = """
() => {
  globalThis.sockets = [];
  const Real = WebSocket;
  globalThis.WebSocket = class extends Real { constructor(...how) { super(...how); sockets.push(this); } };
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def here(
    teams: str, tenant: Tenant, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A service on the agent's own machine, with the effect switched on."""
    folder, table = tmp_path_factory.mktemp("effect"), tenant.table()
    async with open_house(
        folder, vision, consoles=(teams,), sign_in=(table,), links={"ann": ANN}, effect=ON
    ) as house:
        yield house


async def panel(
    tabs: Tabs, teams: str, house: House, tenant: Tenant, *, script: str = "", **how: Any
) -> tuple[Page, Overheard]:
    """The effect's page in the side panel of a meeting, listened to from its first word on."""
    tabs.forgive(NOT_ASKED)
    page, heard = await tabs.open("about:blank"), Overheard()
    heard.listen(page)
    if script:
        await page.add_init_script(f"({script})()")
    await page.goto(teams_url(teams, f"{house.origin}/me/effect/", **settings(tenant, **(PANEL | how))))
    return page, heard


async def choose(page: Page, effect: str | None = "our-effect") -> None:
    """As the person does, in the settings of their video."""
    await expect(app_in(page).locator("#person")).to_have_text("Ann Agent")
    await page.evaluate("(effect) => tell('video.effectParameterChange', effect)", effect)


def picture_of(frame: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """What was sent, decoded."""
    picture = cv2.imdecode(np.frombuffer(frame[HEADER_BYTES:], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


async def test_shared_pictures_are_given_back_and_a_few_of_them_looked_at(
    tabs: Tabs, teams: str, here: House, tenant: Tenant
) -> None:
    page, heard = await panel(tabs, teams, here, tenant, video="sharedFrame")
    await choose(page)
    await page.evaluate("play(200)")
    await until(lambda: len(heard.frames) >= 2, 30.0)

    header, picture = unpack(heard.frames[0]), picture_of(heard.frames[0])
    assert picture.shape == (header.height, header.width, 3) == (360, 480, 3)
    assert abs(float(picture.mean()) - 214) < 12  # luma 200 of 16..235
    assert {one["source"] for one in heard.named("hello") if "source" in one} == {"teams-effect"}
    await page.evaluate("stop()")
    await page.wait_for_function(
        "received.filter((one) => one.func === 'video.videoFrameProcessed').length === played"
    )
    played = await page.evaluate("played")
    assert len(heard.frames) < played / 4  # 22 a second went by
    assert await said(page, "video.notifyError") == []
    assert await said(page, "video.videoEffectReadiness") == [[True, "our-effect", None, None]]
    await page.close()


async def test_frames_of_the_other_kind_go_through_and_the_engine_sees_who_sits_there(
    tabs: Tabs, teams: str, here: House, tenant: Tenant, camera: FakeCamera
) -> None:
    page, heard = await panel(tabs, teams, here, tenant, script=WEBVIEW, video="mediaStream")
    await choose(page)
    await told(here, RecordKind.FINDING, what="present")

    order = [one for _, direction, one in heard.said if direction == ">"]
    first = next(place for place, one in enumerate(order) if isinstance(one, bytes))
    assert any(isinstance(one, dict) and one["t"] == "shown" for one in order[:first])
    # The meeting still gets the person's video, as it was.
    await frame_of(page).wait_for_function("handedBack.videoWidth === 640 && handedBack.currentTime > 1")
    assert await said(page, "video.notifyError") == []
    await page.close()


async def test_the_page_shows_the_look_and_the_limit_and_pauses_at_once(
    tabs: Tabs, teams: str, here: House, tenant: Tenant
) -> None:
    page, heard = await panel(tabs, teams, here, tenant, video="sharedFrame")
    app = app_in(page)
    await choose(page)
    await page.evaluate("play(120)")
    await until(lambda: len(heard.frames) >= 1, 30.0)
    await expect(app.locator("#limit")).to_have_text(LIMIT)

    await app.get_by_role("button", name="Pause").click()
    await told(here, RecordKind.PAUSE)
    await expect(app.locator("#quiet-line")).to_have_text("Paused")
    await until(
        lambda: "paused" in heard.reasons or "paused" in [one["reason"] for one in heard.named("gap")]
    )
    await expect(app.get_by_role("button", name="I'm back")).to_be_visible()
    await page.close()


async def test_another_effect_or_no_video_is_a_gap_and_nobody_is_absent(
    tabs: Tabs, teams: str, here: House, tenant: Tenant
) -> None:
    page, heard = await panel(tabs, teams, here, tenant, video="sharedFrame")

    def gaps() -> list[str]:
        return [one["reason"] for one in heard.named("gap")] + heard.reasons

    await until(lambda: "effect_disabled" in gaps(), 30.0)
    await choose(page)
    await until(lambda: "camera_off" in gaps(), 30.0)
    await page.evaluate("play(200)")
    await until(lambda: len(heard.frames) >= 1, 30.0)
    await page.evaluate("stop()")
    await until(lambda: gaps().count("camera_off") >= 2, 30.0)
    await told(here, RecordKind.COULD_NOT_TELL)
    assert "absent" not in {one.data.get("what") for one in records(here, RecordKind.FINDING)}
    await page.close()


async def test_an_empty_chair_is_told_to_the_agent_first_on_this_page(
    tabs: Tabs, teams: str, here: House, tenant: Tenant, camera: FakeCamera
) -> None:
    camera.show("empty")
    page, _ = await panel(tabs, teams, here, tenant, script=WEBVIEW, video="mediaStream")
    await choose(page)
    await told(here, RecordKind.FINDING, what="absent")
    await expect(app_in(page).locator("#notices li").first).to_contain_text("We have not seen you")
    assert (await told(here, RecordKind.NOTICE)).data["reached"]
    await page.close()


async def test_a_line_that_breaks_comes_back_with_a_token_of_its_own(
    tabs: Tabs, teams: str, here: House, tenant: Tenant
) -> None:
    tabs.forgive("401")
    page, heard = await panel(tabs, teams, here, tenant, script=SOCKETS, video="sharedFrame")
    await choose(page)
    await page.evaluate("play(200)")
    await until(lambda: len(heard.frames) >= 1, 30.0)
    first, sent = heard.named("hello")[-1]["token"], len(heard.frames)

    await frame_of(page).evaluate("sockets.filter((one) => one.url.endsWith('/frames')).at(-1).close()")
    await until(lambda: len(heard.frames) > sent, 40.0)
    given = [one["token"] for one in heard.named("hello") if one.get("source") == "teams-effect"]
    assert given[-1] != first
    assert "absent" not in {one.data.get("what") for one in records(here, RecordKind.FINDING)}
    await page.close()


async def test_the_agents_page_that_is_opened_later_takes_over_and_this_one_says_so(
    tabs: Tabs, teams: str, here: House, tenant: Tenant
) -> None:
    page, heard = await panel(tabs, teams, here, tenant, video="sharedFrame")
    await choose(page)
    await page.evaluate("play(200)")
    await until(lambda: len(heard.frames) >= 1, 30.0)
    await here.enter(tabs, "ann", camera=False)

    await expect(app_in(page).locator("#trouble")).to_contain_text("was opened elsewhere")
    sent = len(heard.frames)
    before = await page.evaluate("played")
    await page.wait_for_function("(before) => played > before + 60", arg=before)
    assert len(heard.frames) == sent
    await page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_it(
    tabs: Tabs, teams: str, here: House, tenant: Tenant, axe: Axe, scheme: Literal["light", "dark"]
) -> None:
    tabs.forgive(NOT_ASKED)
    how = settings(tenant, **PANEL, video="sharedFrame")
    page = await tabs.open(teams_url(teams, f"{here.origin}/me/effect/", **how), scheme=scheme, width=320)
    await choose(page)
    await page.evaluate("play(200)")
    await expect(app_in(page).locator("#look-line")).to_be_visible()
    assert await axe(frame_of(page)) == []
    await page.close()


async def test_a_page_from_any_other_host_does_nothing_and_says_so(
    tabs: Tabs, teams: str, here: House, tenant: Tenant
) -> None:
    """Its files are ours to the letter; only the address is another."""
    tabs.forgive(NOT_ASKED)
    page, heard = await tabs.open("about:blank"), Overheard()
    heard.listen(page)
    asked: list[str] = []

    async def ours(route: Route) -> None:
        path = route.request.url.removeprefix("http://desk.example")
        asked.append(path.partition("?")[0])
        await route.fulfill(response=await page.request.get(here.origin + path))

    await page.route("http://desk.example/**", ours)
    await page.goto(teams_url(teams, "http://desk.example/me/effect/", **settings(tenant, **PANEL)))

    await expect(app_in(page).locator("#trouble")).to_contain_text("only with atdesk on this very computer")
    assert heard.said == []
    assert await page.evaluate("received") == []  # Teams was not even asked who is here
    assert not [path for path in asked if "MicrosoftTeams" in path or not path.startswith("/me/")]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"video": "sharedFrame", "meeting": "19:other"}, "Its id: 19:other"),
        ({"video": ""}, "gives no video to apps"),
        ({"video": "sharedFrame", "context": "content"}, "gives no video to apps"),
    ],
)
async def test_what_keeps_it_from_working_is_said(
    tabs: Tabs, teams: str, here: House, tenant: Tenant, how: dict[str, Any], says: str
) -> None:
    tabs.forgive("409")
    page, heard = await panel(tabs, teams, here, tenant, **how)
    await expect(app_in(page).locator("#trouble")).to_contain_text(says)
    assert heard.frames == []


async def test_where_it_was_not_accepted_there_is_no_such_page(tabs: Tabs, home: House) -> None:
    page = await tabs.open("about:blank")
    for path in ("/me/effect/", "/me/static/effect/effect.js"):
        assert (await page.request.get(home.origin + path)).status == 404


async def test_a_picture_is_copied_before_it_is_given_back_and_nothing_waits(tabs: Tabs, here: House) -> None:
    page = await tabs.open(f"{here.origin}/me/effect/")
    found = await page.evaluate(
        """
        async () => {
          const { bufferHandler, frameHandler } = await import("/me/static/effect/handlers.js");
          const taken = [];
          // One whose taking never ends: neither handler waits for it.
          const never = new Promise(() => {});
          const take = (frame) => { taken.push(frame); return never; };
          const taker = { came() {}, due: () => true, take };
          const order = [];
          const luma = 16 * 16;
          const videoFrameBuffer = new Uint8ClampedArray(luma * 1.5).fill(128).fill(200, 0, luma);
          const strides = { lumaStride: 16, chromaStride: 16 };
          const picture = { width: 16, height: 16, videoFrameBuffer, ...strides, timestamp: 7 };
          bufferHandler(taker)(picture, () => { order.push(taken.length); videoFrameBuffer.fill(0); });
          const copied = new Uint8Array(taken[0].allocationSize());
          await taken[0].copyTo(copied);

          const about = { format: "NV12", codedWidth: 16, codedHeight: 16, timestamp: 8 };
          const given = new VideoFrame(new Uint8Array(luma * 1.5), about);
          const answer = frameHandler(taker)({ videoFrame: given });
          const synchronous = taken.length === 2;
          const back = await answer;
          given.close();  // as TeamsJS does
          const broken = [];
          const cut = { width: 3, height: 3, videoFrameBuffer: new Uint8ClampedArray(1) };
          const giveBack = () => broken.push("given back");
          try { bufferHandler(taker)(cut, giveBack); } catch { broken.push("and told"); }
          const alive = taken[1].codedWidth;
          return { order, luma: copied[0], synchronous, same: back === given, alive, broken };
        }
        """
    )
    assert found == {
        "order": [1],
        "luma": 200,
        "synchronous": True,
        "same": True,
        "alive": 16,
        "broken": ["given back", "and told"],
    }
