"""What every browser test can ask for.

All tests of this folder share one event loop and one Chromium a worker, so that a service, its sockets and
the browser that talks to them live side by side in it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Frame, Page

from tests.browser.camera import FakeCamera
from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path
from tests.browser.house import House, Vision, open_house
from tests.browser.packages import violations
from tests.browser.tabs import Tabs

HERE = Path(__file__).parent

Axe = Callable[[Page | Frame], Awaitable[list[str]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of them: a browser cannot be handed from loop to loop."""
    shared = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(shared, append=False)


@pytest.fixture(scope="session")
def camera_file(tmp_path_factory: pytest.TempPathFactory) -> FakeCamera:
    """The camera of the browser; tests ask for `camera`."""
    return FakeCamera(tmp_path_factory.mktemp("camera"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(camera_file: FakeCamera) -> AsyncIterator[Browser]:
    """The one Chromium."""
    path = chromium_path()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    async with browsing(path, camera_file.flags) as browser:
        yield browser


@pytest.fixture
def camera(camera_file: FakeCamera) -> FakeCamera:
    """What the camera shows: somebody at the desk, until the test says otherwise."""
    camera_file.show("seated")
    return camera_file


@pytest_asyncio.fixture(loop_scope="session")
async def tabs(chromium: Browser, camera: FakeCamera) -> AsyncIterator[Tabs]:
    """Opens pages; the test fails when one of them complained of something that is not forgiven."""
    opened = Tabs(chromium)
    yield opened
    await opened.aclose()
    assert not opened.complaints, "a page complained: " + "\n".join(opened.complaints)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vision() -> AsyncIterator[Vision]:
    """The vision pool of all houses, with real models."""
    eyes = Vision()
    await eyes.pool.start()
    yield eyes
    await eyes.pool.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(vision: Vision, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One service for the tests of a file; those that disturb others take `open_house`."""
    async with open_house(tmp_path_factory.mktemp("house"), vision) as opened:
        yield opened


@pytest.fixture
def axe() -> Axe:
    """`await axe(page)`: what stands against WCAG 2.2 AA in it, in lines."""
    return violations
