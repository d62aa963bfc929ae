"""What an agent does by the page: each click goes the way of every other event, and never nowhere."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from atdesk_core.policy import AbsenceRule, PauseReason, PauseRule, SitePolicy
from atdesk_core.reviewing import dispute_of, pause_of
from atdesk_core.runtime.pages.account import page_account
from atdesk_core.session import RecordKind
from atdesk_core.store.own_page_tables import notice_words
from atdesk_core.web.sign_in import Role
from atdesk_core.web.sign_in.provider import OwnToken
from atdesk_sdk import PauseChanged, PausedBy, Presence, Routing
from atdesk_sdk.testing import StateBecomes
from tests.core.runtime.office import POLICY, account, until
from tests.core.web.own.house import SLOW, Desk, desk

QUICK = POLICY.model_copy(update={"absence": AbsenceRule(agent_first_s=1.0, min_flag_s=2.5)})


def code(answer: Any) -> str:
    return str(answer.json()["error"]["code"])


def with_pause(reason: PauseReason) -> SitePolicy:
    return SLOW.model_copy(update={"pause": PauseRule(reason=reason)})


async def absent(here: Desk, agent_id: str = "ann") -> str:
    """Nobody is in the seat until the agent is told; the id of the notice."""
    here.office.show("nobody", agent_id)
    await until(lambda: bool(here.service.room.session(agent_id).episodes))
    return here.service.room.session(agent_id).episodes[0].notice_id


async def no_words_kept(here: Desk) -> None:
    """Nothing is kept of what agents have said against notices."""
    count = select(func.count()).select_from(notice_words)
    async with asyncio.timeout(10):
        while True:
            await here.service.room.flushed()
            async with here.service.store.reading() as connection:
                if await connection.scalar(count) == 0:
                    return
            await asyncio.sleep(0.02)


class TestPause:
    async def test_one_click_ends_the_look_and_opens_no_other(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            here.office.show("agent")
            await until(lambda: here.service.room.session("ann").look is not None)
            assert (await ann.post("/api/me/pause")).status_code == 204
            assert here.service.room.session("ann").look is None
            me = (await ann.get("/api/me")).json()
            assert me["paused"]["by"] == "agent"
            assert me["why_no_look_code"] == "paused"
            opened = len(here.office.platform.looks)
            assert (await ann.post("/api/me/pause")).status_code == 204  # twice is fine
            assert (await ann.post("/api/me/resume")).status_code == 204
            await until(lambda: len(here.office.platform.looks) > opened)
            assert (await ann.get("/api/me")).json()["paused"] is None

    @pytest.mark.parametrize(
        ("reason", "category", "text"),
        [
            (PauseReason.NONE, None, None),
            (PauseReason.CATEGORY, "water", None),
            (PauseReason.TEXT, "water", "my son is ill"),
        ],
    )
    async def test_what_the_policy_does_not_take_is_dropped(
        self, tmp_path: Path, reason: PauseReason, category: str | None, text: str | None
    ) -> None:
        async with desk(tmp_path, with_pause(reason)) as here, here.client() as ann:
            body = {"category": "water", "text": "my son is ill"}
            assert (await ann.post("/api/me/pause", json=body)).status_code == 204
            await here.service.room.flushed()
            kept = await pause_of(here.service.store, "ann")
        assert kept is not None
        assert (kept.category, kept.text) == (category, text)
        told = [record.data for _, record in here.office.records if record.kind is RecordKind.PAUSE]
        assert "my son is ill" not in str(told)

    async def test_a_pause_by_support_is_lifted_by_support(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            now = 1.0
            event = PauseChanged(page_account("ann"), True, PausedBy.SUPPORT, now, now)
            here.service.router.pause("ann", event)
            answer = await ann.post("/api/me/resume")
            assert (answer.status_code, code(answer)) == (409, "changed")
            assert (await ann.get("/api/me")).json()["paused"]["by"] == "support"

    async def test_a_break_in_the_console_shows_as_paused(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            here.office.platform.happen(StateBecomes(account("ann"), Presence.BREAK))
            await until(lambda: here.service.room.session("ann").is_paused)
            assert (await ann.get("/api/me")).json()["paused"]["by"] == "state"


class TestBreak:
    async def test_an_absence_becomes_a_break(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            await absent(here)
            assert (await ann.post("/api/me/break")).status_code == 204
            me = (await ann.get("/api/me")).json()
            assert me["break_since"] is not None
            assert me["notices"] == []
            assert me["paused"]["by"] == "break"
            assert (await ann.post("/api/me/resume")).status_code == 204
            assert (await ann.get("/api/me")).json()["break_since"] is None

    async def test_where_nothing_stands_it_says_so(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            answer = await ann.post("/api/me/break")
            assert (answer.status_code, code(answer)) == (409, "changed")
            answer = await ann.post("/api/me/break", json={"flag": "K7Q2AB"})
            assert (answer.status_code, code(answer)) == (409, "changed")


class TestWrong:
    async def test_a_flag_that_comes_of_it_is_disputed_with_these_words(self, tmp_path: Path) -> None:
        async with desk(tmp_path, QUICK) as here, here.client() as ann:
            notice_id = await absent(here)
            said = await ann.post(f"/api/me/notices/{notice_id}/wrong", json={"text": "I sit to the left"})
            assert said.status_code == 204
            (notice,) = (await ann.get("/api/me")).json()["notices"]
            assert notice["said_wrong"]
            assert "wrong" not in notice["can"]
            await until(lambda: any(r.data.get("what") == "disputed" for _, r in here.office.records))
            await here.service.room.flushed()
            (flag,) = (await ann.get("/api/me")).json()["flags"]
            assert flag["status"] == "disputed"
            assert flag["disputed_text"] == "I sit to the left"
            assert here.office.platform.writes == []  # the state was left alone
        told = str([record.data for _, record in here.office.records])
        assert "to the left" not in told

    async def test_when_nothing_comes_of_it_the_words_are_destroyed(self, tmp_path: Path) -> None:
        async with desk(tmp_path, SLOW) as here, here.client() as ann:
            notice_id = await absent(here)
            await ann.post(f"/api/me/notices/{notice_id}/wrong", json={"text": "only here"})
            here.office.show("agent")
            await until(lambda: not here.service.room.session("ann").episodes)
            await no_words_kept(here)

    async def test_a_restart_loses_neither_what_was_said_nor_its_end(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            notice_id = await absent(here)
            await ann.post(f"/api/me/notices/{notice_id}/wrong", json={"text": "only here"})
        async with desk(tmp_path) as here:  # what was seen before is no evidence any more: it is over
            await until(lambda: not here.service.room.session("ann").episodes)
            await no_words_kept(here)

    async def test_what_is_over_cannot_be_wrong_any_more(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            answer = await ann.post("/api/me/notices/notice-1/wrong", json={"text": "?"})
            assert (answer.status_code, code(answer)) == (409, "changed")

    async def test_nobody_objects_for_somebody_else(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client("bob") as bob:
            notice_id = await absent(here, "ann")
            answer = await bob.post(f"/api/me/notices/{notice_id}/wrong", json={"text": "?"})
            assert (answer.status_code, code(answer)) == (409, "changed")
            assert not here.service.room.session("ann").episodes[0].disputed


class TestDispute:
    async def test_a_flag_is_disputed_once_by_its_own_agent(self, tmp_path: Path) -> None:
        async with desk(tmp_path, QUICK) as here, here.client() as ann, here.client("bob") as bob:
            await absent(here)
            await until(lambda: bool(here.service.room.session("ann").flags))
            number = here.service.room.session("ann").flags[0].number
            answer = await bob.post(f"/api/me/flags/{number}/dispute", json={"text": "x"})
            assert (answer.status_code, code(answer)) == (404, "not_found")
            answer = await ann.post(f"/api/me/flags/{number}/dispute", json={"text": "I was there"})
            assert answer.status_code == 204
            again = await ann.post(f"/api/me/flags/{number}/dispute", json={"text": "again"})
            assert (again.status_code, code(again)) == (409, "disputed_already")
            kept = await dispute_of(here.service.store, number)
        assert kept is not None
        assert kept.text == "I was there"

    async def test_a_number_that_nobody_has(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            answer = await ann.post("/api/me/flags/NOPE00/dispute", json={})
            assert (answer.status_code, code(answer)) == (404, "not_found")


class TestIdle:
    async def test_a_silence_is_known_until_the_page_is_gone(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            async with here.page():
                sent = await ann.post("/api/me/idle", json={"idle": True, "idle_for_s": 30})
                assert sent.status_code == 204
                assert here.service.room.session("ann").silences
            await until(lambda: not here.service.room.session("ann").silences)

    async def test_where_no_rule_asks_it_is_not_heard(self, tmp_path: Path) -> None:
        async with desk(tmp_path, POLICY) as here, here.client() as ann:
            answer = await ann.post("/api/me/idle", json={"idle": True, "idle_for_s": 30})
            assert (answer.status_code, code(answer)) == (409, "not_asked_for")
            assert not here.service.room.session("ann").silences


class TestBackOnQueue:
    async def test_it_is_the_agent_who_goes_back(self, tmp_path: Path) -> None:
        async with desk(tmp_path, QUICK) as here, here.client() as ann:
            answer = await ann.post("/api/me/back-on-queue")
            assert (answer.status_code, code(answer)) == (409, "not_offered")
            platform = here.office.platform
            platform.happen(StateBecomes(account("ann"), Presence.ON_QUEUE, Routing.IDLE))
            await absent(here)
            await until(lambda: here.service.room.session("ann").claim is not None)
            me = (await ann.get("/api/me")).json()
            assert me["away_by_us"] is not None
            assert me["offer_queue"]
            answer = await ann.post("/api/me/back-on-queue")
            assert (answer.status_code, code(answer)) == (409, "sign_in_with")
            assert answer.json()["error"]["provider"] == "scripted"
            await self._sign_in(here, ann)
            assert (await ann.post("/api/me/back-on-queue")).status_code == 204
            await until(lambda: platform.states[account("ann")].presence is Presence.ON_QUEUE)
            assert all(one.to is not Presence.ON_QUEUE for one in platform.writes)  # never by the engine
            assert not (await ann.get("/api/me")).json()["offer_queue"]

    async def _sign_in(self, here: Desk, ann: Any) -> None:
        """As the sign-in at the console leaves it: the agent's own token beside the sign-in, in memory."""
        guard, headers = here.served.guard, here.served.as_agent("ann")
        token = headers["Authorization"].removeprefix("Bearer ")
        who = await guard.check_token(token, headers["X-Atdesk-Tab"], Role.AGENT)
        own = OwnToken(account("ann"), here.office.platform.sign_in(account("ann")), 32_503_680_000.0)
        guard.keep_own(who, own)
        ann.headers["Authorization"] = headers["Authorization"]


class TestBadInput:
    @pytest.mark.parametrize(
        ("path", "content"),
        [
            ("pause", b"{"),
            ("pause", b'{"why": "x"}'),
            ("pause", b"[]"),
            ("idle", b'{"idle": 1}'),
            ("idle", b'{"idle": true, "idle_for_s": -1}'),
            ("idle", b'{"idle": true, "idle_for_s": NaN}'),
            ("break", b'{"flag": 7}'),
            ("consent", b"{}"),
            ("flags/X/dispute", b'{"text": "' + b"x" * 2001 + b'"}'),
        ],
    )
    async def test_it_is_told_and_changes_nothing(self, tmp_path: Path, path: str, content: bytes) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            answer = await ann.post(f"/api/me/{path}", content=content)
            assert (answer.status_code, code(answer)) == (400, "bad_request")
            assert answer.json()["error"]["message"]
            assert not here.service.room.session("ann").is_paused

    async def test_a_body_without_end_is_not_read_to_its_end(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            answer = await ann.post("/api/me/pause", content=b" " * 20_000)
            assert (answer.status_code, code(answer)) == (413, "too_large")

    async def test_when_the_disk_is_gone_nothing_is_pretended(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            here.service.room.failed.set()
            answer = await ann.post("/api/me/pause")
            assert (answer.status_code, code(answer)) == (503, "stopped")
