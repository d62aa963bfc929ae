"""A house with a desk check of Ann's, and policies that have desk checks."""

import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import httpx2

from atdesk_core.desk_checks import DeskCheck, Status, schedule
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.web.desk_check_page import routes
from atdesk_core.web.flag_page import routes as flag_pages
from tests.core.runtime.office import POLICY
from tests.core.web.flag_page.house import House, house

CHECK: Final = "c0ffee"
RULE: Final = DeskCheckRule(enabled=True, announce_min_s=2.0, per_week=3)
ALL_CLEAR: Final = {"item-0": "nothing_seen", "item-1": "seen", "item-2": "could_not_tell"}


@contextlib.asynccontextmanager
async def desk_house(
    folder: Path,
    shifts_of: Mapping[str, str] | None = None,
    *,
    since_s: float = 60.0,
    on_loopback: bool = False,
) -> AsyncIterator[House]:
    """A house, and one check that was announced.

    Args:
        folder: Where it keeps things.
        shifts_of: Plans of leads.
        since_s: So long ago the check was; below 0: it is to come.
        on_loopback: As `house` has it.
    """
    policy = POLICY.model_copy(update={"desk_check": RULE})
    rooms = (flag_pages, routes)
    async with house(folder, policy, shifts_of, on_loopback=on_loopback, rooms=rooms) as here:
        at = time.time() - since_s
        told = at - 3600.0
        check = DeskCheck(CHECK, "ann", at, "lee", told, status=Status.ANNOUNCED, announced_at=told)
        await schedule(here.service.store, [check], [])
        yield here


async def say(browser: httpx2.AsyncClient, form: Mapping[str, str]) -> httpx2.Response:
    """Send one of the page's forms."""
    data = {"csrf": str(browser.headers["X-Atdesk-Csrf"]), **form}
    return await browser.post(f"/checks/{CHECK}/answer", data=data, follow_redirects=True)
