"""A console on a site of its own, and a house whose pages it may frame."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.hosts.consoles import console_on_loopback
from tests.browser.house import House, Vision, open_house


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def console() -> AsyncIterator[str]:
    """Origin of the host pages."""
    async with console_on_loopback() as origin:
        yield origin


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def framed_house(
    console: str, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A service whose agent's page this console may frame, and nobody else."""
    async with open_house(tmp_path_factory.mktemp("framed"), vision, consoles=(console,)) as house:
        yield house
