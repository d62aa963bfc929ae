"""The outbox: killed at any moment it loses nothing, and repeats at the most what was in flight."""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atdesk_core.runtime import outbox as outbox_module
from atdesk_core.runtime.outbox import Outbox, Outcome
from atdesk_core.store import OutboxKind, OutboxRow, OutboxStatus, Store, Unit
from atdesk_sdk import AdapterError, CredentialsBad, GiveUp, MessageRef, OutcomeUnknown, TryLater

COUNT = 60
KILLS = 6


def _work(tmp_path: Path, kill_after_s: float | None) -> int:
    """Let the process work, and kill it so long after it has begun; gives its exit status."""
    command = [sys.executable, "-m", "tests.core.runtime.outbox_process"]
    arguments = [str(tmp_path / "atdesk.db"), str(tmp_path / "platform.txt"), str(COUNT)]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            process.kill()
        return process.wait(timeout=60)


def test_killed_again_and_again_it_loses_nothing_and_repeats_only_what_was_in_flight(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  (when to kill)
    kills = sum(_work(tmp_path, chance.uniform(0.005, 0.1)) != 0 for _ in range(KILLS))
    assert kills
    assert _work(tmp_path, None) == 0
    arrived = Counter((tmp_path / "platform.txt").read_text().split())
    assert len(arrived) == COUNT
    assert max(arrived.values()) <= 2
    assert sum(arrived.values()) - COUNT <= kills


@dataclass
class Script:
    """A platform that answers as it is told, in order; then it takes everything."""

    answers: list[AdapterError] = field(default_factory=list)
    found: bool = False
    delivered: list[str] = field(default_factory=list)

    async def deliver(self, row: OutboxRow, *, sent_before: bool) -> Outcome:
        self.delivered.append(row.row_id)
        if self.answers:
            raise self.answers.pop(0)
        return Outcome(OutboxStatus.SENT, ref=MessageRef("a", "c", "1"))

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        return MessageRef("a", "c", "1") if self.found else None


async def _run(tmp_path: Path, script: Script, row: OutboxRow) -> tuple[Outcome, Outbox]:
    async with await Store.open(tmp_path / "atdesk.db") as store:
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def settle(_row: OutboxRow, outcome: Outcome, _unit: Unit) -> None:
            ended.set_result(outcome)

        box = Outbox(script, store, settle, time.time)
        await store.commit(Unit(outbox=(row,)))
        box.add([row])
        async with asyncio.timeout(10):
            outcome = await ended
        await box.aclose()
        return outcome, box


def _row(kind: OutboxKind = OutboxKind.FLAG_POST, not_after: float | None = None) -> OutboxRow:
    now = time.time()
    return OutboxRow("flag-AB-post@a", None, kind, "a", "{}", now, now, not_after)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "FIRST_RETRY_S", 0.01)


async def test_busy_is_tried_again(tmp_path: Path) -> None:
    script = Script([TryLater("busy"), TryLater("busy", retry_after_s=0.01)])
    outcome, _ = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.SENT
    assert len(script.delivered) == 3


@pytest.mark.parametrize("error", [CredentialsBad("no"), GiveUp("never")])
async def test_what_can_never_be_done_ends(tmp_path: Path, error: AdapterError) -> None:
    outcome, _ = await _run(tmp_path, Script([error]), _row())
    assert outcome.status is OutboxStatus.FAILED


async def test_a_lost_answer_is_looked_up_and_not_sent_again(tmp_path: Path) -> None:
    script = Script([OutcomeUnknown("lost")], found=True)
    outcome, _ = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.SENT
    assert len(script.delivered) == 1


async def test_a_lost_answer_that_cannot_be_looked_up_is_sent_once_more_and_counted(tmp_path: Path) -> None:
    script = Script([OutcomeUnknown("lost")])
    outcome, box = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.SENT
    assert len(script.delivered) == 2
    assert box.counts["duplicate_possible"] == 1


async def test_a_lost_answer_is_never_sent_a_third_time(tmp_path: Path) -> None:
    script = Script([OutcomeUnknown("lost"), OutcomeUnknown("lost")])
    outcome, _ = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.DUPLICATE_POSSIBLE
    assert len(script.delivered) == 2


async def test_a_change_that_had_to_wait_is_not_shown_over_a_newer_one(tmp_path: Path) -> None:
    """The platform is busy when the flag is confirmed, and has time when it is dismissed."""
    script, settled = Script([TryLater("busy", retry_after_s=0.3)]), dict[str, OutboxStatus]()
    async with await Store.open(tmp_path / "atdesk.db") as store:
        ended = asyncio.Event()

        def settle(row: OutboxRow, outcome: Outcome, _unit: Unit) -> None:
            settled[row.row_id] = outcome.status
            if len(settled) == 3:
                ended.set()

        box = Outbox(script, store, settle, time.time)
        names = (
            "flag-AB-update-acknowledged-1@a",
            "flag-AB-update-dismissed-2@a",
            "flag-CD-update-expired-1@a",
        )
        now = time.time()
        rows = [
            OutboxRow(one, None, OutboxKind.FLAG_UPDATE, "a", "{}", now + at, now)
            for at, one in enumerate(names)
        ]
        await store.commit(Unit(outbox=tuple(rows)))
        box.add(rows)
        async with asyncio.timeout(10):
            await ended.wait()
        await box.aclose()
    assert settled == dict(
        zip(names, (OutboxStatus.STALE, OutboxStatus.SENT, OutboxStatus.SENT), strict=True)
    )
    assert script.delivered == list(names), "tried once, and not again once something newer was shown"


async def test_what_is_too_late_is_dropped(tmp_path: Path) -> None:
    script = Script()
    outcome, _ = await _run(tmp_path, script, _row(OutboxKind.NOTICE, not_after=time.time() - 1))
    assert outcome.status is OutboxStatus.STALE
    assert script.delivered == []


async def test_what_comes_after_the_end_waits_in_the_store_for_the_next_start(tmp_path: Path) -> None:
    script, row = Script(), _row()
    async with await Store.open(tmp_path / "atdesk.db") as store:
        box = Outbox(script, store, lambda *_settled: None, time.time)
        await box.aclose()
        await store.commit(Unit(outbox=(row,)))
        box.add([row])
        (kept,) = await store.open_outbox()
    assert (box.depth, script.delivered, kept.status) == (0, [], OutboxStatus.PENDING)
