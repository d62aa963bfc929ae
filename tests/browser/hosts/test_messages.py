"""What the page says to a console is what the console's own SDK says, message by message, in a real frame.

The vendors' SDKs are loaded into the same frame, beside our own sender, and both talk to the same console.
"""

from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import pytest_asyncio
from playwright.async_api import Frame, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from atdesk_core.web.server import serving
from tests.browser.hosts.consoles import console_on_loopback
from tests.browser.packages import GENESYS, ZOOM, package
from tests.browser.tabs import Tabs

STATIC = files("atdesk_core.web.own").joinpath("static")
NOTICE = {"id": "n1", "title": "atdesk", "text": "We can't see you: *come back*, or pause."}
JOIN = """
async () => {
  const { findHost } = await import("/static/hosts/host.js");
  window.host = await findHost(new URLSearchParams(location.search));
}
"""
ZOOM_SDK = """
async (notice) => {
  const { default: zoomSdk } = await import("/sdk/zoom.js");
  await zoomSdk.config({ capabilities: ["showNotification"], version: "0.16" });
  await zoomSdk.showNotification({ type: "info", title: notice.title, message: notice.text });
}
"""
GENESYS_SDK = """
(notice) => {
  const app = new purecloud.apps.ClientApp({
    gcHostOriginQueryParam: "gcHostOrigin", gcTargetEnvQueryParam: "gcTargetEnv" });
  app.lifecycle.addBootstrapListener(() => app.lifecycle.bootstrapped());
  app.lifecycle.addStopListener(() => app.lifecycle.stopped());
  app.alerting.showToastPopup(notice.title, notice.text, {
    id: notice.id, type: "info", timeout: 30, showCloseButton: true, markdownMessage: false });
  app.alerting.setAttentionCount(2);
}
"""


async def _app(_request: Request) -> HTMLResponse:
    policy = {"Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'"}
    return HTMLResponse("<!doctype html><html lang=en><title>App</title>", headers=policy)


async def _zoom_sdk(_request: Request) -> Response:
    return Response(package(ZOOM), media_type="text/javascript")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app() -> AsyncIterator[str]:
    """A page that has our senders, and the SDK of Zoom."""
    routes = [
        Route("/", _app),
        Route("/sdk/zoom.js", _zoom_sdk),
        Mount("/static", StaticFiles(directory=str(STATIC))),
    ]
    async with serving(Starlette(routes=routes), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def console() -> AsyncIterator[str]:
    async with console_on_loopback() as origin:
        yield origin


async def framed(tabs: Tabs, console: str, which: str, address: str) -> tuple[Page, Frame]:
    page = await tabs.open(f"{console}/{which}.html?app={quote(address, safe='')}")
    frame = page.frame("app")
    assert frame is not None
    await frame.wait_for_load_state()
    return page, frame


async def received(page: Page, count: int) -> list[dict[str, Any]]:
    """What the console got, once there are so many; what names sender and call is taken out."""
    await page.wait_for_function("(count) => received.length >= count", arg=count)
    unlike = ("jsCallId", "protocolAgentName", "protocolAgentVersion")
    return [
        {key: value for key, value in one.items() if key not in unlike}
        for one in await page.evaluate("received")
    ]


async def test_genesys_gets_the_same_messages_from_us_as_from_its_sdk(
    tabs: Tabs, app: str, console: str
) -> None:
    address = f"{app}?gcHostOrigin={{{{gcHostOrigin}}}}&gcTargetEnv={{{{gcTargetEnv}}}}"
    page, frame = await framed(tabs, console, "genesys", address)
    await frame.evaluate(JOIN)
    await frame.evaluate("(notice) => { host.notice(notice); host.waiting(2); }", NOTICE)
    await page.evaluate("hook('bootstrap')")
    await received(page, 3)
    await page.evaluate("hook('stop')")
    ours = await received(page, 4)

    page, frame = await framed(tabs, console, "genesys", address)
    await frame.evaluate(package(GENESYS))
    await frame.evaluate(GENESYS_SDK, NOTICE)
    await page.evaluate("hook('bootstrap')")
    await received(page, 3)
    await page.evaluate("hook('stop')")
    theirs = await received(page, 4)
    assert ours == theirs
    assert [one["action"] for one in ours] == ["showToast", "setAttentionCount", "bootstrapped", "stopped"]


async def test_zoom_gets_the_same_messages_from_us_as_from_its_sdk(
    tabs: Tabs, app: str, console: str
) -> None:
    page, frame = await framed(tabs, console, "zoom", f"{app}?host=zoom")
    await frame.evaluate(JOIN)
    await frame.evaluate("(notice) => host.notice(notice)", NOTICE)
    ours = await received(page, 2)

    page, frame = await framed(tabs, console, "zoom", f"{app}?host=zoom")
    await frame.evaluate(ZOOM_SDK, NOTICE)
    assert ours == await received(page, 2)
    assert [one["apiName"] for one in ours] == ["config", "showNotification"]


async def test_a_notice_that_zoom_refuses_is_no_fault_of_the_page(tabs: Tabs, app: str, console: str) -> None:
    page, frame = await framed(tabs, console, "zoom", f"{app}?host=zoom")
    await frame.evaluate(JOIN)
    await page.evaluate("busy = true")
    await frame.evaluate("(notice) => host.notice(notice)", NOTICE)
    await received(page, 2)
    await frame.evaluate("() => new Promise((done) => setTimeout(done))")


async def test_a_page_that_no_console_holds_says_nothing_and_misses_nothing(tabs: Tabs, app: str) -> None:
    for query in ("", "?host=zoom", "?gcHostOrigin=http%3A%2F%2F127.0.0.1&gcTargetEnv=prod", "?host=other"):
        page = await tabs.open(app + query)
        await page.evaluate(JOIN)
        await page.evaluate("(notice) => { host.notice(notice); host.waiting(1); }", NOTICE)
