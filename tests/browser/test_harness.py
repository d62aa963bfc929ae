"""The harness: the camera is a camera, what a page complains of is heard, and axe finds what is wrong."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from atdesk_core.web.server import serving
from tests.browser.camera import OCCUPIED, FakeCamera
from tests.browser.conftest import Axe
from tests.browser.tabs import Tabs

POLICY = {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}
BRIGHTNESS = """
async () => {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    const video = document.createElement("video");
    video.srcObject = stream;
    await video.play();
    await new Promise((shown) => video.requestVideoFrameCallback(shown));
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0);
    stream.getTracks().forEach((track) => track.stop());
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return [canvas.width, canvas.height, data.reduce((sum, value) => sum + value, 0) / data.length];
  } catch (error) { return error.name; }
}
"""


async def _empty(_request: Request) -> HTMLResponse:
    page = "<!doctype html><html lang=en><title>Empty</title><main><h1>Empty</h1></main>"
    return HTMLResponse(page, headers=POLICY)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty_page() -> AsyncIterator[str]:
    icon = Route("/favicon.ico", _empty)
    async with serving(Starlette(routes=[Route("/", _empty), icon]), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/"


async def test_the_camera_shows_what_it_is_told_from_its_next_opening_on(
    tabs: Tabs, camera: FakeCamera, empty_page: str
) -> None:
    page = await tabs.open(empty_page)
    width, height, bright = await page.evaluate(BRIGHTNESS)
    assert (width, height) == (640, 360)
    camera.show("dark")
    assert (await page.evaluate(BRIGHTNESS))[2] < bright / 1.5


async def test_a_camera_can_be_refused_unplugged_and_taken_by_another(
    tabs: Tabs, camera: FakeCamera, empty_page: str
) -> None:
    refused = await tabs.open(empty_page, camera=False)
    assert await refused.evaluate(BRIGHTNESS) == "NotAllowedError"
    page = await tabs.open(empty_page)
    camera.unplug()
    assert await page.evaluate(BRIGHTNESS) == "NotFoundError"
    camera.show("seated")
    assert (await page.evaluate(BRIGHTNESS))[0] == 640
    await page.evaluate(OCCUPIED)
    assert await page.evaluate(BRIGHTNESS) == "NotReadableError"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("console.error('lost')", "lost"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("document.body.append(Object.assign(new Image(), {src: '/x.png'}))", "img-src"),
    ],
)
async def test_what_a_page_complains_of_is_heard_unless_it_is_forgiven(
    tabs: Tabs, empty_page: str, script: str, said: str
) -> None:
    page = await tabs.open(empty_page)
    await page.evaluate(f"() => {{ {script} }}")
    async with asyncio.timeout(20):
        while not any(said in one for one in tabs.complaints):  # noqa: ASYNC110  (told by Playwright's pipe)
            await asyncio.sleep(0.02)
    tabs.forgive(".")
    assert tabs.complaints == []


async def test_axe_finds_a_picture_without_words_and_nothing_in_an_empty_page(
    tabs: Tabs, empty_page: str, axe: Axe
) -> None:
    page = await tabs.open(empty_page)
    assert await axe(page) == []
    await page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [line.split(":")[0] for line in await axe(page)] == ["button-name"]
