"""A desk check from its schedule to its answer: announced, looked at by a human, and no frame for it."""

import asyncio
import io
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from atdesk_core.cli import desk_checks as command
from atdesk_core.desk_checks import DeskCheck, Status, answers_of, desk_check, desk_checks, schedule, settle
from atdesk_core.identity import load_directory, withdraw_consent
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.store import Store
from atdesk_sdk import GiveUp, NoticeKind
from atdesk_sdk.testing import Fault, Operation, ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, account, until

RULE = DeskCheckRule(enabled=True, announce_min_s=2.0, per_week=3)


def make_office(folder: Path, *agents: str) -> Office:
    names = agents or ("ann",)
    platform = ScriptedPlatform([account(one) for one in (*names, "lee")], time.time)
    policy = POLICY.model_copy(update={"desk_check": RULE})
    return Office(folder, platform, names, policy=policy)


async def log_of(store: Store) -> list[dict[str, object]]:
    rows = await store.ledger_page(0)
    return [json.loads(row.data) for row in rows if row.kind == "desk_check"]


async def test_the_agent_is_told_ahead_and_no_frame_is_opened_for_it(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    check = DeskCheck("c1", "ann", time.time() + 600, "lee", time.time())
    async with office.open() as service:
        await schedule(service.store, [check], [])
        await until(lambda: any(one.kind is NoticeKind.DESK_CHECK for one in office.platform.notices))
        told = next(one for one in office.platform.notices if one.kind is NoticeKind.DESK_CHECK)
        assert "a person looks with you" in told.text
        assert (told.account, told.since) == (account("ann"), check.at)
        await _until_it_is(service.store, Status.ANNOUNCED)
        assert await log_of(service.store) == [{"at": check.at, "check_id": "c1", "what": "announced"}]
    async with office.open() as again:
        await asyncio.wait_for(again.rounds.go(), 10)
        assert len([one for one in office.platform.notices if one.kind is NoticeKind.DESK_CHECK]) == 1
    assert not any(record.kind == "look_opened" for _, record in office.records)


async def test_what_cannot_be_announced_in_time_lapses_and_nothing_follows(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.platform.happen(Fault(Operation.NOTIFY, GiveUp("the channel is closed"), times=None))
    now = time.time()
    unreachable = DeskCheck("c1", "ann", now + 600, "lee", now)
    late = DeskCheck("c2", "ann", now + 1, "lee", now)
    async with office.open() as service:
        await schedule(service.store, [unreachable, late], [])
        for check_id in ("c1", "c2"):
            await _until_it_is(service.store, Status.LAPSED, check_id)
        assert {row["why"] for row in await log_of(service.store)} == {"not_announced_in_time"}
        assert await service.store.flags(open_only=False) == []


async def _until_it_is(store: Store, status: Status, check_id: str = "c1") -> None:
    async with asyncio.timeout(15):
        while (await desk_check(store, check_id)).status != status:  # noqa: ASYNC110  (nothing to wait for)
            await asyncio.sleep(0.05)


class Terminal:
    """An office after hours: its database, a clock, and the commands."""

    def __init__(self, folder: Path) -> None:
        self.office = make_office(folder, "ann", "bea")
        self.now = time.time()
        self.out = io.StringIO()
        adapter = ScriptedAdapter(self.office.platform, capabilities=self.office.capabilities)
        config = self.office._config(adapter)
        console = Console(file=self.out, width=300)
        self.commands = command.Office(config, lambda: self.now, console)

        async def fill(_store: Store) -> None:
            async with self.office.open():
                pass

        self.do(fill)

    def do(self, work: Callable[[Store], Awaitable[None]]) -> None:
        async def run() -> None:
            async with await Store.open(self.office.folder / "atdesk.db") as store:
                await work(store)

        asyncio.run(run())

    def printed(self) -> str:
        text = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return text

    def all(self) -> list[DeskCheck]:
        found: list[DeskCheck] = []

        async def read(store: Store) -> None:
            found.extend(await desk_checks(store))

        self.do(read)
        return found

    def when(self, after_s: float) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.now + after_s))


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_scheduled_moved_once_answered_by_the_lead_and_in_the_log_by_codes(terminal: Terminal) -> None:
    desk = terminal.commands
    assert command.schedule_one(desk, "ann", terminal.when(600), "lee") == 0
    (check,) = terminal.all()
    assert command.move_check(desk, check.check_id, terminal.when(900)) == 0
    assert command.move_check(desk, check.check_id, terminal.when(1200)) == 1
    assert "was moved once already" in terminal.printed()

    async def announced(store: Store) -> None:
        await settle(store, await desk_check(store, check.check_id), Status.ANNOUNCED, terminal.now, [])

    terminal.do(announced)
    terminal.now += 1000
    said = ["phone=nothing_seen", "paper=seen", "others_in_room=nothing_seen"]
    assert command.answer_check(desk, check.check_id, "bea", said, missed=False) == 1
    assert "bea does not lead ann: it is for lee to look" in terminal.printed()
    assert command.answer_check(desk, check.check_id, "lee", said, missed=False) == 0
    assert "is done. The agent finds it in their own log" in terminal.printed()
    assert command.answer_check(desk, check.check_id, "lee", said, missed=False) == 1
    assert command.list_checks(desk, "ann") == 0
    assert "done" in terminal.printed()

    async def logged(store: Store) -> None:
        assert (await answers_of(store, check.check_id))["paper"] == "seen"
        rows, people = await log_of(store), (await load_directory(store)).people
        assert [row["what"] for row in rows] == ["scheduled", "moved", *["answered"] * 3, "done"]
        assert {row["by"] for row in rows if "by" in row} == {people["lee"].agent_ref}
        assert await store.flags(open_only=False) == []

    terminal.do(logged)


def test_who_does_not_come_has_done_nothing_wrong(terminal: Terminal) -> None:
    desk = terminal.commands
    command.schedule_one(desk, "ann", terminal.when(600), "lee")
    (check,) = terminal.all()

    async def announced(store: Store) -> None:
        await settle(store, await desk_check(store, check.check_id), Status.ANNOUNCED, terminal.now, [])

    terminal.do(announced)
    terminal.now += 700
    assert command.answer_check(desk, check.check_id, "lee", [], missed=True) == 0
    assert "Nothing follows from a missed one" in terminal.printed()

    async def nothing_follows(store: Store) -> None:
        assert await store.flags(open_only=False) == []

    terminal.do(nothing_follows)


def test_the_plan_of_a_week_looks_the_same_for_who_refused_the_camera(terminal: Terminal) -> None:
    async def refuse(store: Store) -> None:
        await withdraw_consent(store, "bea", terminal.now)

    terminal.do(refuse)
    assert command.plan_site(terminal.commands, "home", "lee") == 0
    checks = terminal.all()
    by_agent = {one: [check for check in checks if check.agent_id == one] for one in ("ann", "bea")}
    assert len(by_agent["ann"]) == len(by_agent["bea"]) == RULE.per_week
    shapes = {
        (replace(check, check_id="", agent_id="", at=0.0)) for check in (*by_agent["ann"], *by_agent["bea"])
    }
    assert len(shapes) == 1
    assert command.plan_site(terminal.commands, "home", "lee") == 0
    assert len(terminal.all()) == len(checks)  # those who are planned already stay as they are


def test_what_cannot_be_says_so(terminal: Terminal) -> None:
    desk = terminal.commands
    for status, complaint in (
        (command.schedule_one(desk, "ann", "noon", "lee"), "'noon' is no time"),
        (command.schedule_one(desk, "ann", terminal.when(1), "lee"), "minutes ahead at least"),
        (command.schedule_one(desk, "ann", terminal.when(600), "ann"), "ann does not lead ann"),
        (command.move_check(desk, "zz", terminal.when(600)), "there is no desk check 'zz'"),
        (command.plan_site(desk, "mars", "lee"), "lee leads nobody at mars"),
    ):
        assert status == 1
        assert complaint in terminal.out.getvalue()


async def test_what_nobody_has_answered_for_a_day_is_void(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    long_ago = time.time() - 90_000
    old = DeskCheck("c1", "ann", long_ago, "lee", long_ago, status=Status.ANNOUNCED, announced_at=long_ago)
    async with office.open() as service:
        await schedule(service.store, [old], [])
        await _until_it_is(service.store, Status.LAPSED)
        assert [row["why"] for row in await log_of(service.store)] == ["not_answered"]
