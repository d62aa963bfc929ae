"""The lead's page of a desk check over real HTTP: who gets it, one answer once, and what the logs say."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atdesk_core.desk_checks import DeskCheck, Status, answers_of, desk_check, schedule
from tests.core.web.desk_check_page.checks import ALL_CLEAR, CHECK, desk_house, say
from tests.core.web.flag_page.house import House


async def told(here: House) -> list[dict[str, Any]]:
    """Rows of the decision log about the check."""
    return [json.loads(row.data) for row in await here.rows("desk_check")]


async def status(here: House) -> str:
    return (await desk_check(here.service.store, CHECK)).status


async def test_a_lead_answers_the_whole_list_and_it_stands_in_the_log_of_the_agent(tmp_path: Path) -> None:
    async with desk_house(tmp_path) as here, here.browser("lee") as lee:
        assert f'href="/checks/{CHECK}"' in (await lee.get("/checks")).text
        page = await lee.get(f"/checks/{CHECK}")
        for shown in ("Desk check: Ann Agent", "Paper with notes", "You answer as Lee Lead, once."):
            assert shown in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert await told(here) == [{"check_id": CHECK, "what": "viewed", "by": "ref00"}]

        done = await say(lee, ALL_CLEAR)

        assert "Noted. The agent finds it in their own log." in done.text
        assert "<form" not in done.text
        assert await answers_of(here.service.store, CHECK) == {
            "phone": "nothing_seen",
            "paper": "seen",
            "others_in_room": "could_not_tell",
        }
        rows = await here.rows("desk_check")
        assert {row.agent_ref for row in rows} == {here.service.world.directory.agent_ref("ann")}
        whats = [json.loads(row.data)["what"] for row in rows]
        assert whats == ["viewed", *["answered"] * 3, "done", "viewed"]


async def test_there_is_one_answer_and_it_is_given_once(tmp_path: Path) -> None:
    async with desk_house(tmp_path) as here, here.browser("lee") as lee:
        await say(lee, ALL_CLEAR)
        for form in (ALL_CLEAR, {"outcome": "missed"}):
            assert "That changed nothing" in (await say(lee, form)).text
        assert await status(here) == Status.DONE
        assert len([row for row in await told(here) if row["what"] == "done"]) == 1


async def test_of_two_answers_in_the_same_moment_one_counts(tmp_path: Path) -> None:
    async with desk_house(tmp_path) as here, here.browser("lee") as lee, here.browser("lee") as other:
        both = await asyncio.gather(say(lee, ALL_CLEAR), say(other, {"outcome": "missed"}))
        assert sum("Noted." in page.text for page in both) == 1
        ends = [row["what"] for row in await told(here) if row["what"] in ("done", "missed")]
        assert ends == [await status(here)]


async def test_who_did_not_come_is_noted_and_nothing_follows(tmp_path: Path) -> None:
    async with desk_house(tmp_path) as here, here.browser("lee", "fr") as lee:
        assert "Noted. Nothing follows from it." in (await say(lee, {"outcome": "missed"})).text
        assert await status(here) == Status.MISSED
        assert await here.service.store.flags(open_only=False) == []


@pytest.mark.parametrize(
    "form", [{}, {"item-0": "seen"}, ALL_CLEAR | {"item-1": "guilty"}, ALL_CLEAR | {"item-2": ""}]
)
async def test_half_a_list_or_a_made_up_answer_changes_nothing(tmp_path: Path, form: dict[str, str]) -> None:
    async with desk_house(tmp_path) as here, here.browser("lee") as lee:
        assert "answer the whole list" in (await say(lee, form)).text
        assert await status(here) == Status.ANNOUNCED


@pytest.mark.parametrize(("since_s", "says"), [(-600.0, "Look first, then answer."), (90_000.0, "")])
async def test_before_its_time_and_a_day_later_nobody_answers(
    tmp_path: Path, since_s: float, says: str
) -> None:
    async with desk_house(tmp_path, since_s=since_s) as here, here.browser("lee") as lee:
        page = await lee.get(f"/checks/{CHECK}")
        assert says in page.text
        assert "<form" not in page.text
        assert "cannot be answered now" in (await say(lee, ALL_CLEAR)).text
        assert await answers_of(here.service.store, CHECK) == {}


@pytest.mark.parametrize("who", ["tim", "zoe", "cal", "ann"])
async def test_for_everybody_else_there_is_no_such_check(tmp_path: Path, who: str) -> None:
    """Without a role, of another team, a cover of a lead who is not known to be off, and the agent."""
    async with desk_house(tmp_path) as here, here.browser(who) as other:
        answers = [await other.get(f"/checks/{one}") for one in (CHECK, "never")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
        assert (await say(other, ALL_CLEAR)).status_code == 403
        assert "Ann" not in (await other.get("/checks")).text
        assert await told(here) == []
        assert await status(here) == Status.ANNOUNCED


async def test_the_cover_answers_while_the_lead_is_off_shift(tmp_path: Path) -> None:
    elsewhere = datetime.now(UTC) + timedelta(days=3)
    plan = f"{elsewhere:%a} 09:00-10:00"
    async with desk_house(tmp_path, {"lee": plan}) as here, here.browser("cal") as cal:
        page = await cal.get(f"/checks/{CHECK}")
        assert "in place of the agent&#39;s lead" in page.text
        await say(cal, ALL_CLEAR)
        assert (await desk_check(here.service.store, CHECK)).answered_by == "cal"


async def test_a_form_from_elsewhere_and_a_browser_without_a_sign_in_change_nothing(tmp_path: Path) -> None:
    async with desk_house(tmp_path) as here, here.browser("lee") as lee:
        lee.headers["Origin"] = "https://elsewhere.example"
        assert (await say(lee, ALL_CLEAR)).status_code == 403
        lee.headers["Origin"] = here.pages.url
        lee.headers["X-Atdesk-Csrf"] = "made up"
        assert (await say(lee, ALL_CLEAR)).status_code == 403
        lee.cookies.clear()
        for path in ("/checks", f"/checks/{CHECK}"):
            sent = await lee.get(path)
            assert (sent.status_code, sent.headers["location"]) == (
                303,
                f"/sign-in?back={path.replace('/', '%2F')}",
            )
        assert await status(here) == Status.ANNOUNCED


async def test_the_list_says_where_each_of_them_stands(tmp_path: Path) -> None:
    now = time.time()
    more = [
        DeskCheck("later", "ann", now + 900, "lee", now, status=Status.ANNOUNCED, announced_at=now),
        DeskCheck("long-ago", "ann", now - 90_000, "lee", now - 99_000, status=Status.LAPSED),
    ]
    async with desk_house(tmp_path) as here, here.browser("lee") as lee:
        await schedule(here.service.store, more, [])
        page = (await lee.get("/checks")).text
        assert "Waits for your answer." in page
        assert page.index(CHECK) < page.index("later")
        assert "Look first, then answer." in page
        assert "long-ago" not in page
