"""What the agent's page weighs on the wire, which is held; when it is first painted, which is told."""

import pytest
from playwright.async_api import Response

from tests.browser.house import House
from tests.browser.tabs import Tabs

MOST_BYTES = 150_000
PAINTED = """
() => new Promise((told) => {
  const entries = () => performance.getEntriesByName("first-contentful-paint");
  if (entries().length) return told(entries()[0].startTime);
  new PerformanceObserver(() => entries().length && told(entries()[0].startTime))
    .observe({ type: "paint", buffered: true });
})
"""


@pytest.mark.parametrize(
    ("host", "language"),
    [("window", "en"), ("window", "es"), ("window", "fr"), ("genesys", "en"), ("zoom", "en")],
)
async def test_everything_that_one_load_of_the_page_brings_is_light(
    tabs: Tabs, house: House, request: pytest.FixtureRequest, host: str, language: str
) -> None:
    got: list[Response] = []
    page = await tabs.open("about:blank")
    # A method of a list cannot be marked as a listener.
    page.on("response", lambda one: got.append(one))  # noqa: PLW0108
    console = "&gcHostOrigin=http%3A%2F%2Flocalhost&gcTargetEnv=prod" if host == "genesys" else ""
    await page.goto(f"{house.origin}/me/?host={host}&lang={language}{console}", wait_until="networkidle")
    painted_ms = await page.evaluate(PAINTED)
    weight = sum([len(await one.body()) for one in got if one.url.startswith(f"{house.origin}/me/")])
    assert all(one.url.startswith(house.origin) for one in got), [one.url for one in got]
    assert all(one.status in (200, 304) for one in got)
    assert await page.locator("html").get_attribute("lang") == language
    assert 10_000 < weight < MOST_BYTES
    assert painted_ms > 0
    request.node.user_properties += [("first_contentful_paint_ms", round(painted_ms)), ("bytes", weight)]
