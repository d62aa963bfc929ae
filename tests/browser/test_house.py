"""The house that browser tests live in: who signs in is known there, in that tab alone."""

import json

import pytest

from atdesk_core.web.sign_in import NotSignedIn, Role
from tests.browser.house import KEPT, House
from tests.browser.tabs import Tabs


async def test_an_agent_who_signs_in_is_known_to_the_service_in_that_tab_alone(
    tabs: Tabs, house: House
) -> None:
    page, other = await tabs.open(f"{house.origin}/healthz"), await tabs.open(f"{house.origin}/healthz")
    await house.sign_in(page, "ben")
    kept = json.loads(await page.evaluate("(key) => sessionStorage.getItem(key)", KEPT))
    who = await house.guard.check_token(kept["token"], kept["tab"], Role.AGENT)
    assert who.person_id == "ben"
    assert await other.evaluate("(key) => sessionStorage.getItem(key)", KEPT) is None
    with pytest.raises(NotSignedIn):
        await house.guard.check_token(kept["token"], "another tab", Role.AGENT)
