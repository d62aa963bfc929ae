"""Entra, Teams' client, and a house whose people sign in with them."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.hosts.consoles import console_on_loopback
from tests.browser.house import House, Vision, open_house
from tests.browser.page.conftest import PATIENT_MS, USUAL_MS
from tests.browser.teams.client import ANN
from tests.core.web.sso import Tenant, entra


@pytest.fixture(scope="package", autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENT_MS)
    yield
    expect.set_options(timeout=USUAL_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def teams() -> AsyncIterator[str]:
    """Origin of Teams' client."""
    async with console_on_loopback() as origin:
        yield origin


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tenant() -> AsyncIterator[Tenant]:
    """Signs what Teams says of people."""
    async with entra() as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(
    teams: str, tenant: Tenant, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A house in which Ann signs in with Teams, and nobody with anything else."""
    async with open_house(
        tmp_path_factory.mktemp("teams"),
        vision,
        consoles=(teams,),
        sign_in=(tenant.table(),),
        links={"ann": ANN},
    ) as house:
        yield house
