"""The outbox: killed at any moment it loses nothing, and repeats at the most what was in flight."""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from atdesk_core.runtime import outbox as outbox_module
from atdesk_core.runtime.delivery import PlatformDelivery
from atdesk_core.runtime.integrator import storm_notice
from atdesk_core.runtime.outbox import Outbox, Outcome
from atdesk_core.runtime.owing import Owing
from atdesk_core.runtime.planning import FLAG
from atdesk_core.session import OpenFlag
from atdesk_core.store import OutboxKind, OutboxRow, OutboxStatus, Store, Unit
from atdesk_core.store.errors import StoreBusyError
from atdesk_sdk import AdapterError, CredentialsBad, FindingKind, GiveUp, MessageRef, OutcomeUnknown, TryLater
from tests.core.runtime.office import until

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

    answers: list[Exception] = field(default_factory=list)
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
    monkeypatch.setattr(outbox_module, "PAUSE_S", 0.01)


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


@pytest.mark.parametrize(
    "answers",
    [
        [TryLater("busy"), OutcomeUnknown("lost")],
        [OutcomeUnknown("lost"), TryLater("busy"), TryLater("busy")],
        [TryLater("busy"), TryLater("busy"), OutcomeUnknown("lost"), TryLater("busy")],
    ],
)
async def test_what_was_refused_did_not_go_out_and_takes_no_try_from_a_message_whose_answer_was_lost(
    tmp_path: Path, answers: list[Exception]
) -> None:
    tries = len(answers) + 1
    script = Script(answers)
    outcome, box = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.SENT
    assert len(script.delivered) == tries
    assert box.counts["duplicate_possible"] == 1


async def test_between_two_lost_answers_a_refusal_gives_no_third_message(tmp_path: Path) -> None:
    script = Script([OutcomeUnknown("lost"), TryLater("busy"), OutcomeUnknown("lost")])
    outcome, _ = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.DUPLICATE_POSSIBLE
    assert len(script.delivered) == 3


async def test_a_new_process_knows_which_attempts_may_have_sent_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, then an answer lost, then the end of the process: it is sent once more, and not given up."""
    monkeypatch.setattr(outbox_module, "FIRST_RETRY_S", 60.0)
    script, row = Script([TryLater("busy", retry_after_s=0.01), OutcomeUnknown("lost")]), _row()
    async with await Store.open(tmp_path / "atdesk.db") as store:
        await store.commit(Unit(outbox=(row,)))
        before = Outbox(script, store, lambda *_: None, time.time)
        before.add([row])
        await until(lambda: before.depth == 1 and before.counts["retries"] == 2)
        await before.aclose()
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        after = Outbox(script, store, lambda _row, how, _unit: ended.set_result(how), _in_an_hour)
        after.resume(await store.open_outbox())
        async with asyncio.timeout(10):
            outcome = await ended
        await after.aclose()
    assert outcome.status is OutboxStatus.SENT
    assert (len(script.delivered), after.counts["duplicate_possible"]) == (3, 1)


def _in_an_hour() -> float:
    return time.time() + 3600


@pytest.mark.parametrize(
    ("kind", "tries", "counted"), [(OutboxKind.STATE_WRITE, 3, 0), (OutboxKind.FLAG_POST, 2, 1)]
)
async def test_a_fault_of_an_adapter_stops_no_lane_and_is_said_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: OutboxKind, tries: int, counted: int
) -> None:
    """What has gone out is not known then: a state is written again, a message once more and counted."""
    faults: list[Exception] = [KeyError("a name"), ValueError("a secret")]
    script = Script(faults[: tries - 1])
    outcome, box = await _run(tmp_path, script, _row(kind))
    assert outcome.status is OutboxStatus.SENT
    assert len(script.delivered) == tries
    assert box.counts["unexpected"] == tries - 1
    assert box.counts["duplicate_possible"] == counted
    assert "KeyError at test_outbox.py:" in caplog.text
    assert "a name" not in caplog.text


async def test_a_message_that_fails_unexpectedly_each_time_ends_like_one_with_lost_answers(
    tmp_path: Path,
) -> None:
    script = Script([KeyError("x"), KeyError("x"), KeyError("x")])
    outcome, _ = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.DUPLICATE_POSSIBLE
    assert len(script.delivered) == 2


@dataclass
class Forgetful(Script):
    """A platform that fails when it is asked for a message."""

    lookups: list[Exception] = field(default_factory=list)

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        if self.lookups:
            raise self.lookups.pop(0)
        return await super().look_up(row)


async def test_a_look_up_that_must_wait_is_made_again_before_anything_is_sent(tmp_path: Path) -> None:
    script = Forgetful([OutcomeUnknown("lost")], found=True, lookups=[TryLater("busy")])
    outcome, _ = await _run(tmp_path, script, _row())
    assert (outcome.status, outcome.detail) == (OutboxStatus.SENT, "found")
    assert len(script.delivered) == 1


@pytest.mark.parametrize("error", [KeyError("x"), GiveUp("never")])
async def test_a_look_up_that_fails_tells_nothing(tmp_path: Path, error: Exception) -> None:
    script = Forgetful([OutcomeUnknown("lost")], found=True, lookups=[error])
    outcome, box = await _run(tmp_path, script, _row())
    assert outcome.status is OutboxStatus.SENT
    assert (len(script.delivered), box.counts["duplicate_possible"]) == (2, 1)


@dataclass
class Full:
    """A store that has no room for one of the calls."""

    store: Store
    refuses: int
    calls: int = 0

    async def commit(self, unit: Unit) -> None:
        self.calls += 1
        if self.calls == self.refuses:
            raise StoreBusyError("too many writes are waiting")
        await self.store.commit(unit)


@pytest.mark.parametrize(("refuses", "answers", "sends"), [(1, [], 1), (2, [TryLater("busy")], 2)])
async def test_a_store_without_room_for_a_moment_loses_no_row_and_doubles_none(
    tmp_path: Path, refuses: int, answers: list[Exception], sends: int
) -> None:
    ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    script, row = Script(answers), _row()
    async with await Store.open(tmp_path / "atdesk.db") as store:
        await store.commit(Unit(outbox=(row,)))
        box = Outbox(script, Full(store, refuses), lambda _row, how, _unit: ended.set_result(how), time.time)
        box.add([row])
        async with asyncio.timeout(10):
            outcome = await ended
        await box.aclose()
    assert outcome.status is OutboxStatus.SENT
    assert len(script.delivered) == sends
    assert box.counts["duplicate_possible"] == 0


async def test_what_settles_a_row_may_fail_once(tmp_path: Path) -> None:
    """The message is there and its end was not kept: it is looked up, and not sent again."""
    script, row, told = Script(found=True), _row(), list[Outcome]()
    ended = asyncio.Event()

    def settle(_row: OutboxRow, outcome: Outcome, _unit: Unit) -> None:
        told.append(outcome)
        if len(told) == 1:
            raise KeyError
        ended.set()

    async with await Store.open(tmp_path / "atdesk.db") as store:
        await store.commit(Unit(outbox=(row,)))
        box = Outbox(script, store, settle, time.time)
        box.add([row])
        async with asyncio.timeout(10):
            await ended.wait()
        await box.aclose()
    assert (len(script.delivered), told[-1].detail) == (1, "found")


@pytest.mark.parametrize(
    ("reference", "error"),
    [("env:ATDESK_NO_SUCH_ADDRESS", CredentialsBad), ("env:NOTICES", GiveUp)],
)
async def test_an_address_of_the_integrator_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, reference: str, error: type[AdapterError]
) -> None:
    monkeypatch.setenv("NOTICES", "no-scheme.example/secret-path")
    delivery = PlatformDelivery({}, cast(Any, None), cast(Any, None), reference)
    row = storm_notice("a group", 3, time.time())
    with pytest.raises(error, match=r"service\.integrator_webhook") as caught:
        await delivery.deliver(row, sent_before=False)
    assert "secret-path" not in str(caught.value)


@pytest.mark.parametrize("later_s", [1, 0, -1])
async def test_a_change_that_had_to_wait_is_not_shown_over_a_newer_one(tmp_path: Path, later_s: int) -> None:
    """The platform is busy when the flag is confirmed, and has time when it is dismissed.

    That may be in the same moment by a clock that stands still, and before it by one that was set.
    """
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
            OutboxRow(one, None, OutboxKind.FLAG_UPDATE, "a", "{}", now + at * later_s, now)
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


async def test_a_change_that_had_to_wait_is_not_shown_over_a_newer_one_after_a_restart(
    tmp_path: Path,
) -> None:
    names = ("flag-AB-update-acknowledged-1@a", "flag-AB-update-dismissed-2@a")
    now, keeping = time.time(), list[asyncio.Task[None]]()
    rows = [OutboxRow(one, None, OutboxKind.FLAG_UPDATE, "a", "{}", now, now) for one in names]
    async with await Store.open(tmp_path / "atdesk.db") as store:
        shown = asyncio.Event()

        def settle(row: OutboxRow, _outcome: Outcome, unit: Unit) -> None:
            keeping.append(asyncio.create_task(store.commit(unit)))
            if row.row_id == names[1]:
                shown.set()

        async def kept() -> None:
            await asyncio.gather(*keeping)

        box = Outbox(Script([TryLater("busy", retry_after_s=30.0)]), store, settle, time.time, kept)
        await store.commit(Unit(outbox=tuple(rows)))
        box.add(rows)
        async with asyncio.timeout(10):
            await shown.wait()
            await kept()
        await box.aclose()
        assert await store.open_outbox() == [], "nothing is left that could be shown over it"


async def test_the_next_message_goes_out_once_it_can_be_read_what_became_of_the_last(tmp_path: Path) -> None:
    """It may be a change of the same message, or one more flag for the same list."""
    script, is_kept, waited = Script(), asyncio.Event(), asyncio.Event()
    post, change = _row(), replace(_row(OutboxKind.FLAG_UPDATE), row_id="flag-AB-update-expired-1@a")
    ended = asyncio.Event()

    def settle(row: OutboxRow, _outcome: Outcome, _unit: Unit) -> None:
        if row is change:
            ended.set()

    async def kept() -> None:
        waited.set()
        await is_kept.wait()

    async with await Store.open(tmp_path / "atdesk.db") as store:
        box = Outbox(script, store, settle, time.time, kept)
        await store.commit(Unit(outbox=(post, change)))
        box.add([post, change])
        async with asyncio.timeout(10):
            await waited.wait()
            assert script.delivered == [post.row_id]
            is_kept.set()
            await ended.wait()
        await box.aclose()
    assert script.delivered == [post.row_id, change.row_id]


async def test_what_is_decided_of_flags_during_a_start_goes_out_after_what_was_left_open(
    tmp_path: Path,
) -> None:
    """Before that it is not known who reads a sink; a notice or a state waits for nobody."""
    script, ended, now = Script(), list[str](), time.time()
    flag = OpenFlag("AB", "absence", FindingKind.ABSENT, now, now, now + 60.0, 1.0, reached=True)
    payload = FLAG.dump_json(flag).decode()

    class Room:
        async def flushed(self) -> None:
            """All is kept at once."""

        def keep(self, unit: Unit) -> None:
            ended.extend(one.row_id for one in unit.settled)

    class Platforms:
        def view(self, _row: OutboxRow) -> OpenFlag:
            return flag

    other = cast(Any, None)
    async with await Store.open(tmp_path / "atdesk.db") as store:
        room, platforms = cast(Any, Room()), cast(Any, Platforms())
        owing = Owing(room, platforms, script, store, other, lambda work: work.close(), time.time)
        left = OutboxRow("flag-AB-update-returned-1@a", None, OutboxKind.FLAG_UPDATE, "a", payload, now, now)
        new = replace(left, row_id="flag-AB-update-expired-2@a")
        storm = replace(left, row_id="storm", kind=OutboxKind.INTEGRATOR_NOTICE)
        await store.commit(Unit(outbox=(left,)))
        entries = await store.open_outbox()
        owing.count(entries)
        owing.take([new, storm])
        await until(lambda: ended == ["storm"])
        owing.begin(entries)
        await until(lambda: len(ended) == 3)
        await owing.outbox.aclose()
    assert script.delivered == ["storm", left.row_id, new.row_id]


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
