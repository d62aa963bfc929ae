"""The picture behind a flag: for those whom policy names, logged before the first byte, given out once."""

import json
import re
import time
from pathlib import Path

import httpx2
import pytest

from atdesk_core.evidence import Taken
from atdesk_core.policy import ReviewRules, SitePolicy, StillsRule
from atdesk_sdk import FindingKind
from tests.core.runtime.office import POLICY
from tests.core.web.flag_page.house import House, house

JPEG = b"\xff\xd8\xff\xe0 a redacted picture \xff\xd9"


def with_stills(*viewers: str) -> SitePolicy:
    stills = StillsRule(enabled=True, viewers=frozenset(viewers))
    return POLICY.model_copy(update={"stills": stills, "review": ReviewRules(two_people=frozenset())})


async def keep(here: House, number: str) -> None:
    taken = Taken("still-1", "ann", number, FindingKind.DIFFERENT_PERSON, "look-1", time.time(), 86_400.0)
    assert await here.service.evidence.keep(taken, JPEG, 1, lambda: None) is None


async def ask(browser: httpx2.AsyncClient, number: str) -> str:
    """Press "open the picture once"; gives the path that the page shows it from."""
    form = {"csrf": str(browser.headers["X-Atdesk-Csrf"])}
    page = await browser.post(f"/flags/{number}/picture", data=form, follow_redirects=True)
    found = re.search(r'<img src="(/flags/[^"]+)"', page.text)
    return found.group(1) if found else ""


async def test_a_lead_whom_policy_names_opens_it_once_and_the_log_has_it_first(tmp_path: Path) -> None:
    async with house(tmp_path, with_stills("lead")) as here, here.browser("lee") as lee:
        number = await here.flagged()
        await keep(here, number)
        page = await here.open(lee, number)
        assert "Open the picture once" in page.text
        assert await here.rows("still_viewed") == [], "to see the page is not to see the picture"
        path = await ask(lee, number)
        picture = await lee.get(path)
        assert (picture.content, picture.headers["content-type"]) == (JPEG, "image/jpeg")
        assert picture.headers["cache-control"] == "no-store"
        (row,) = await here.rows("still_viewed")
        assert json.loads(row.data)["by"] == here.service.world.directory.agent_ref("lee")
        assert (await lee.get(path)).status_code == 404, "once"
        assert len(await here.rows("still_viewed")) == 1


async def test_the_key_of_a_picture_is_good_for_nobody_else(tmp_path: Path) -> None:
    async with (
        house(tmp_path, with_stills("lead")) as here,
        here.browser("lee") as lee,
        here.browser("tim") as tim,
    ):
        number = await here.flagged()
        await keep(here, number)
        await here.open(lee, number)
        path = await ask(lee, number)
        assert (await tim.get(path)).status_code == 404
        assert await here.rows("still_viewed") == []


@pytest.mark.parametrize("viewers", [(), ("second_reviewer",), ("zoe",)])
async def test_whom_policy_does_not_name_sees_the_timeline_and_the_numbers(
    tmp_path: Path, viewers: tuple[str, ...]
) -> None:
    async with house(tmp_path, with_stills(*viewers)) as here, here.browser("lee") as lee:
        number = await here.flagged()
        await keep(here, number)
        page = await here.open(lee, number)
        assert "There is no picture that you may open." in page.text
        assert await ask(lee, number) == ""
        assert await here.rows("still_viewed") == []


async def test_what_is_destroyed_in_between_is_not_shown(tmp_path: Path) -> None:
    async with house(tmp_path, with_stills("lead")) as here, here.browser("lee") as lee:
        number = await here.flagged()
        await keep(here, number)
        await here.open(lee, number)
        path = await ask(lee, number)
        form = {"csrf": str(lee.headers["X-Atdesk-Csrf"]), "act": "dismiss", "reason": "wrong"}
        await lee.post(f"/flags/{number}/answer", data=form)
        await here.service.evidence.shorten(lambda _agent: 0.0)
        await here.service.evidence.purge()
        assert (await lee.get(path)).status_code == 404
        assert await here.rows("still_viewed") == []
