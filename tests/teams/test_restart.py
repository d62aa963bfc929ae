"""A process that ends in the middle of an Away: nothing is forgotten or guessed, and it ends by itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from atdesk_sdk.errors import TryLater
from atdesk_sdk.events import Presence
from atdesk_teams import journal as journal_file
from atdesk_teams.journal import Slot, SlotJournal
from atdesk_teams.simulator import TeamsSimulator
from tests.teams.conftest import Open
from tests.teams.desk import table, until

#: A process of its own that puts somebody Away, renews as long as it lives, and never stops by itself.
_PROCESS = """
import asyncio, json, sys
from atdesk_sdk.adapter import StateChange
from atdesk_sdk.events import AccountRef, Presence
from atdesk_sdk.testing import RecordingHost
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig

async def main():
    table, user = json.loads(sys.argv[1]), sys.argv[2]
    adapter = build(TeamsConfig(**table))
    await adapter.start(RecordingHost())
    account = AccountRef("teams", table["tenant"], user)
    await adapter.follow([account])
    state = await adapter.read(account)
    change = StateChange("change-1", account, Presence.AWAY, state.revision)
    receipt = await adapter.write(change, lambda: True)
    print(receipt.state.revision, flush=True)
    while True:
        await adapter.keep([account])
        await asyncio.sleep(0.2)

asyncio.run(main())
"""


async def _killed_while_away(sim: TeamsSimulator, folder: Path) -> str:
    """Run the process until its Away stands, then kill it. Returns the Away's revision."""
    user = sim.world.agents[0].id
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROCESS,
        json.dumps(table(sim, folder)),
        user,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"TEAMS_SECRET": sim.client_secret},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            revision = (await process.stdout.readline()).decode().strip()
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert revision, "the process did not get as far as an Away"
    assert sim.world.shown(user).availability == "Away"
    return revision


async def test_killed_in_the_middle_of_an_away_nobody_stays_away_beyond_its_expiry(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    user = sim.world.agents[0].id
    await _killed_while_away(sim, tmp_path)
    sim.world.clock.skip(590)
    assert sim.world.shown(user).availability == "Away"
    sim.world.clock.skip(11)
    assert sim.world.shown(user).availability == "Available"


async def test_after_a_kill_it_is_still_ours_and_can_be_taken_back(
    sim: TeamsSimulator, open_desk: Open, tmp_path: Path
) -> None:
    revision = await _killed_while_away(sim, tmp_path)
    async with open_desk() as desk:
        await desk.follow()
        state = await desk.state(Presence.AWAY)
        assert state.revision == revision
        change = await desk.wish(Presence.AVAILABLE)
        assert (await desk.write(change)).written
        assert desk.shown() == "Available"


async def test_after_a_kill_nothing_is_renewed_until_it_is_claimed_again(
    sim: TeamsSimulator, open_desk: Open, tmp_path: Path
) -> None:
    await _killed_while_away(sim, tmp_path)
    sim.world.clock.skip(300)
    async with open_desk(poll_s=60.0) as desk:
        before = len(desk.writes())
        await desk.adapter.renewals.go()
        assert len(desk.writes()) == before
        await desk.adapter.keep([desk.account()])
        await desk.adapter.renewals.go()
        assert len(desk.writes()) == before + 1


async def test_what_the_agent_chose_while_we_were_down_is_theirs(open_desk: Open) -> None:
    async with open_desk() as desk:
        receipt = await desk.away()
    desk.sim.world.pick(desk.user, "BeRightBack")
    async with open_desk() as desk:
        await desk.follow()
        await desk.state(Presence.BREAK)
        await until(lambda: not desk.adapter.journal.slots)
        desk.sim.world.pick(desk.user, "Away")
        own = await desk.state(Presence.AWAY)
        assert own.revision != receipt.state.revision


async def test_an_away_that_ended_while_we_were_down_is_not_taken_for_ours(open_desk: Open) -> None:
    async with open_desk() as desk:
        receipt = await desk.away()
    desk.sim.world.clock.skip(601)
    desk.sim.world.pick(desk.user, "Away")
    async with open_desk() as desk:
        await desk.follow()
        own = await desk.state(Presence.AWAY)
        assert own.revision != receipt.state.revision
        assert not (await desk.back(receipt)).written


async def test_a_wish_that_went_out_before_the_restart_is_not_written_again(open_desk: Open) -> None:
    async with open_desk() as desk:
        change = await desk.wish()
        assert (await desk.write(change)).written
        before = len(desk.writes())
    async with open_desk() as desk:
        again = await desk.write(change)
        assert again.written
        assert len(desk.writes()) == before


# -- the journal alone -----


async def test_what_is_over_is_left_out_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "away.jsonl"
    journal = SlotJournal(path)
    await journal.open(0.0)
    await journal.begin(Slot("u-1", "c-1", 1.0, 1.0, 601.0))
    await journal.begin(Slot("u-2", "c-2", 1.0, 1.0, 100.0))
    await journal.begin(Slot("u-3", "c-3", 1.0, 1.0, 601.0))
    journal.end("U-3")
    await journal.aclose()
    again = SlotJournal(path)
    await again.open(200.0)
    assert [slot.user for slot in again.slots] == ["u-1"]
    assert again.get("U-1", 600.0) == Slot("u-1", "c-1", 1.0, 1.0, 601.0)
    assert again.get("u-1", 601.0) is None
    assert len(path.read_text().splitlines()) == 1


async def test_beginnings_and_ends_reach_the_file_in_order_however_often_it_is_put_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "_LONGEST", 10)
    path = tmp_path / "away.jsonl"
    journal = SlotJournal(path)
    await journal.open(0.0)

    async def agent(number: int) -> None:
        for turn in range(40):
            await journal.begin(Slot(f"u-{number}", f"c-{turn}", 1.0, 1.0, 601.0))
            if turn % 3 or number % 2:
                journal.end(f"u-{number}")

    await asyncio.gather(*(agent(number) for number in range(8)))
    await journal.aclose()
    again = SlotJournal(path)
    await again.open(1.0)
    assert {slot.user for slot in again.slots} == {"u-0", "u-2", "u-4", "u-6"}
    assert sorted(again.slots, key=str) == sorted(journal.slots, key=str)


async def test_an_end_never_makes_the_loop_wait(tmp_path: Path) -> None:
    journal = SlotJournal(tmp_path / "away.jsonl")
    await journal.open(0.0)
    await journal.begin(Slot("u-1", "c-1", 1.0, 1.0, 601.0))
    before, here = threading.get_ident(), []
    journal._append = lambda *_: here.append(threading.get_ident())  # type: ignore[method-assign]
    journal.end("u-1")
    await journal.aclose()
    assert here
    assert before not in here


async def test_what_stood_stands_when_its_renewal_cannot_be_noted(tmp_path: Path) -> None:
    path = tmp_path / "away.jsonl"
    journal = SlotJournal(path)
    await journal.open(0.0)
    slot = Slot("u-1", "c-1", 1.0, 1.0, 601.0)
    await journal.begin(slot)
    path.unlink()
    path.mkdir()
    with pytest.raises(TryLater, match="cannot be written"):
        await journal.begin(replace(slot, renewed_at=241.0, expires_at=841.0))
    assert journal.slots == [slot]
    with pytest.raises(TryLater):
        await journal.begin(replace(slot, user="u-2"))
    assert journal.slots == [slot]


async def test_a_line_that_a_crash_cut_off_is_none(tmp_path: Path) -> None:
    path = tmp_path / "away.jsonl"
    journal = SlotJournal(path)
    await journal.open(0.0)
    await journal.begin(Slot("u-1", "c-1", 1.0, 1.0, 601.0))
    with path.open("a") as file:
        file.write('{"user":"u-2","change_id":"c-')
    again = SlotJournal(path)
    await again.open(1.0)
    assert [slot.user for slot in again.slots] == ["u-1"]
