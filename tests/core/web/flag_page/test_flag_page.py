"""The page of a flag over real HTTP: who gets it, what it shows, and what the log says first."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from atdesk_core.policy import ReviewRules
from atdesk_core.reviewing import Asked, RequestKind
from atdesk_sdk import CouldNotTell, FindingKind, FlagStatus
from tests.core.runtime.office import POLICY, until
from tests.core.web.flag_page.house import House, house

TWO_PEOPLE = POLICY.model_copy(
    update={"review": ReviewRules(two_people=frozenset({FindingKind.DIFFERENT_PERSON}))}
)
ONE_PERSON = POLICY.model_copy(update={"review": ReviewRules(two_people=frozenset())})


async def dispute(here: House, number: str, text: str) -> None:
    ref = here.service.world.directory.agent_ref("ann") or ""
    asked = Asked(RequestKind.DISPUTE, ref, 0.0, "ann", number, text=text)
    assert await here.service.reviews.take(asked) == "done"
    await here.service.room.flushed()


async def test_the_lead_reads_it_all_and_the_log_says_so_before_anything_is_shown(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.browser("lee") as lee:
        number = await here.flagged()
        page = await here.open(lee, number)
        assert page.status_code == 200
        assert str(page.url).endswith(f"/flags/{number}"), "the token does not stay in the address"
        for shown in ("Ann Agent", "Somebody else in the seat", number, "How sure", "100%", "Policy"):
            assert shown in page.text
        assert "before anybody else" in page.text
        assert "Nobody answered" not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "script" not in page.text
        (row,) = await here.rows("flag_viewed")
        assert json.loads(row.data) == {"number": number, "role": "lead", "by": "ref00"}
        assert row.agent_ref == here.service.world.directory.agent_ref("ann")
        assert "Lee Lead opened the page" in page.text, "the view itself stands in the timeline"


@pytest.mark.parametrize("who", ["tim", "zoe", "cal", "ann"])
async def test_for_everybody_else_there_is_no_such_page(tmp_path: Path, who: str) -> None:
    """Without a role, of another team, a cover of a lead who is not known to be off, and the agent."""
    async with house(tmp_path) as here, here.browser(who) as other:
        number = await here.flagged()
        answers = [
            await here.open(other, number),
            await other.get(f"/flags/{number}"),
            await other.get("/flags/AAAAAA"),
            await other.get("/flags/AAAAAA/never-a-token"),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
        assert await here.rows("flag_viewed") == []


async def test_the_link_alone_opens_nothing_and_neither_does_the_sign_in(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.browser("lee") as lee:
        number = await here.flagged()
        async with httpx2.AsyncClient(base_url=here.pages.url, trust_env=False) as nobody:
            asked = await nobody.get(here.link(number))
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/sign-in?back=%2Fflags%2F")
        assert (await lee.get(f"/flags/{number}")).status_code == 410, "never came by a link"
        assert (await lee.get(f"/flags/{number}/{'x' * 32}")).status_code == 410
        assert (await here.open(lee, number)).status_code == 200
        assert len(await here.rows("flag_viewed")) == 1


async def test_a_link_is_good_for_one_flag_and_its_token_is_nowhere_in_the_database(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        number = await here.flagged()
        token = here.link(number).rsplit("/", 1)[1]
        links = here.service.flag_links
        assert await links.is_good(number, token)
        assert not await links.is_good("AAAAAA", token)
        await here.service.room.flushed()
    files = await asyncio.to_thread(lambda: [file.read_bytes() for file in tmp_path.iterdir()])
    assert files
    assert all(token.encode() not in content for content in files)


async def test_a_lead_dismisses_with_a_reason_and_the_card_follows(tmp_path: Path) -> None:
    async with house(tmp_path, ONE_PERSON) as here, here.browser("lee") as lee:
        number = await here.flagged()
        await here.open(lee, number)
        page = await here.say(lee, number, "dismiss", "technical")
        assert "Noted." in page.text
        assert "Dismissed: nothing follows from it." in page.text
        assert "it was a technical fault" in page.text
        shown = next(one for one in here.office.platform.flags.values() if one.number == number)
        await until(lambda: here.office.platform.flags["1"].status is FlagStatus.DISMISSED)
        assert shown.number == number
        again = await here.say(lee, number, "acknowledge", "as_shown")
        assert "not open any more" in again.text


@pytest.mark.parametrize(
    ("act", "reason"), [("dismiss", ""), ("dismiss", "as_shown"), ("", "wrong"), ("sack", "wrong")]
)
async def test_an_answer_without_a_reason_of_its_own_changes_nothing(
    tmp_path: Path, act: str, reason: str
) -> None:
    async with house(tmp_path, ONE_PERSON) as here, here.browser("lee") as lee:
        number = await here.flagged()
        await here.open(lee, number)
        assert "choose a reason" in (await here.say(lee, number, act, reason)).text
        assert here.service.room.session("ann").flags[0].status is FlagStatus.RAISED


async def test_a_form_from_elsewhere_changes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, ONE_PERSON) as here, here.browser("lee") as lee:
        number = await here.flagged()
        await here.open(lee, number)
        form = {"act": "dismiss", "reason": "wrong"}
        lee.headers.pop("X-Atdesk-Csrf")
        assert (await lee.post(f"/flags/{number}/answer", data=form)).status_code == 403
        lee.headers["Origin"] = "https://elsewhere.example"
        assert (await lee.post(f"/flags/{number}/answer", data=form)).status_code == 403
        assert here.service.room.session("ann").flags[0].status is FlagStatus.RAISED


async def test_what_takes_two_people_opens_for_a_second_one_and_not_twice_for_one(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, TWO_PEOPLE) as here, here.browser("lee") as lee, here.browser("zoe") as zoe:
        number = await here.flagged()
        link = here.link(number)
        assert (await zoe.get(link)).status_code == 404
        await here.open(lee, number)
        page = await here.say(lee, number, "acknowledge", "as_shown")
        assert "It takes a second one" in page.text
        assert 'value="acknowledge"' not in page.text
        second = await zoe.get(link, follow_redirects=True)
        assert "You see this as a reviewer." in second.text
        done = await here.say(zoe, number, "acknowledge", "as_shown")
        assert "Confirmed." in done.text
        roles = [json.loads(row.data)["role"] for row in await here.rows("flag_viewed")]
        assert roles == ["lead", "lead", "reviewer", "reviewer"]


async def test_a_dispute_is_decided_by_somebody_who_has_said_nothing_yet(tmp_path: Path) -> None:
    text = 'I <b>was</b> there & "waved"'
    async with house(tmp_path, ONE_PERSON) as here, here.browser("lee") as lee, here.browser("zoe") as zoe:
        number = await here.flagged()
        link = here.link(number)
        await here.open(lee, number)
        await here.say(lee, number, "acknowledge", "as_shown")
        await dispute(here, number, text)
        first = await lee.get(f"/flags/{number}")
        assert "Nobody may use it until somebody else has decided." in first.text
        assert "I &lt;b&gt;was&lt;/b&gt; there" in first.text
        assert 'value="uphold"' not in first.text, "who confirmed it does not decide"
        refused = await here.say(lee, number, "overturn", "wrong")
        assert "it takes somebody else" in refused.text
        await zoe.get(link, follow_redirects=True)
        decided = await here.say(zoe, number, "overturn", "wrong")
        assert "it was wrong, and is not counted" in decided.text
        assert "Decided by Zoe Person" in decided.text


async def test_the_cover_gets_it_when_the_lead_is_off_shift_and_only_then(tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).strftime("%a")
    async with (
        house(tmp_path, ONE_PERSON, {"lee": f"{tomorrow} 09:00-10:00"}) as here,
        here.browser("cal") as cal,
    ):
        number = await here.flagged()
        shown = next(iter(here.office.platform.flags.values()))
        assert shown.details is not None
        assert shown.details.asked == ("Cal Person",)
        page = await here.open(cal, number)
        assert "in place of the agent&#39;s lead, who is off shift" in page.text
        assert "Dismissed" in (await here.say(cal, number, "dismiss", "working")).text
        (row, _) = await here.rows("flag_viewed")
        assert json.loads(row.data)["role"] == "cover"


async def test_an_unanswered_flag_expires_and_the_page_says_that_nothing_happened(tmp_path: Path) -> None:
    """Here since the video ended under our Away: nothing is decided on a guess."""
    async with house(tmp_path) as here, here.browser("lee") as lee:
        number = await here.flagged("nobody")
        link = here.link(number)
        here.office.hide(CouldNotTell.CAMERA_OFF)
        await until(lambda: not here.service.room.session("ann").flags)
        await here.service.room.flushed()
        page = await lee.get(link, follow_redirects=True)
        assert "Nobody answered in time. Nothing happened, and nothing is counted." in page.text
        assert "There is nothing for you to answer now." in page.text
        kept = await here.service.store.flag(number)
        assert kept is not None
        assert not FlagStatus(kept.status).usable


async def test_it_speaks_the_language_of_whoever_reads_it(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.browser("tim", "fr-FR,fr;q=0.9") as tim:
        assert "Rien ici" in (await tim.get("/flags/AAAAAA")).text


async def test_a_named_reviewer_leads_nobody_and_decides_what_is_disputed_and_sees_nothing_else(
    tmp_path: Path,
) -> None:
    async with (
        house(tmp_path, ONE_PERSON, reviewers=("tim",)) as here,
        here.browser("tim") as tim,
    ):
        number = await here.flagged()
        link = here.link(number)
        assert (await tim.get(link)).status_code == 404
        await dispute(here, number, "")
        page = await tim.get(link, follow_redirects=True)
        assert "You see this as a reviewer." in page.text
        assert "The agent gave no text." in page.text
        assert "Disputed, and upheld." in (await here.say(tim, number, "uphold", "as_shown")).text
        again = await here.say(tim, number, "overturn", "wrong")
        assert "nobody disputes this flag any more" in again.text
