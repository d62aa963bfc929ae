"""A full disk: no look, a clear message, nothing written is lost, and it goes on once there is room."""

import asyncio
import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atdesk_core.ledger import verify
from atdesk_core.runtime.service import Service
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import Office, account, until


def test_what_was_acknowledged_is_on_a_disk_that_filled_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.ledger.small_disk", str(tmp_path / "atdesk.db")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    message, full, after = done.stdout.splitlines()
    assert message.startswith("the database did not take the write:")
    kept, rows, faults = map(int, full.split())
    assert kept > 20
    assert (rows, faults) == (kept, 0)
    assert after == f"{kept + 1} 0"  # in the same process, as soon as there is room


async def no_room(service: Service) -> None:
    """From now on the database may not grow by a single page, and has none to spare."""

    async def bound(connection: object) -> None:
        run = connection.exec_driver_sql  # type: ignore[attr-defined]  # the writing connection
        await run("CREATE TABLE filler (content TEXT)")
        await run("PRAGMA max_page_count = 1")  # never below what there is

    await service.store.run(bound)


async def test_without_room_nobody_is_looked_at_and_after_a_restart_it_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(tmp_path, ScriptedPlatform([account("ann"), account("lee")], time.time))
    async with office.open() as service:
        office.show("agent")
        await until(lambda: service.broker.counts["frames"] > 1)
        await no_room(service)
        with caplog.at_level(logging.CRITICAL):
            await until(service.room.failed.is_set, 30)
        assert "the store failed, and every look has stopped" in caplog.text
        assert "Make room or mend the disk, then start the service again" in caplog.text
        frames = service.broker.counts["frames"]
        office.show("nobody")
        await asyncio.sleep(1.5)  # two of the looks that there would be
        assert service.broker.counts["frames"] == frames
        assert not office.platform.notices
        whole = await verify(service.store)
        assert whole.faults == ()
    async with office.open() as service:
        again = await verify(service.store)
        assert (again.rows >= whole.rows, again.faults) == (True, ())
        office.show("agent")
        await until(lambda: service.broker.counts["frames"] > 0)


async def test_a_look_that_cannot_be_logged_is_not_opened(tmp_path: Path) -> None:
    """Not even its first frame, before the disk has answered."""
    office = Office(tmp_path, ScriptedPlatform([account("ann"), account("lee")], time.time))
    async with office.open() as service:
        await service.room.flushed()
        await service.store.run(lambda connection: connection.exec_driver_sql("PRAGMA query_only = 1"))
        office.show("agent")
        await until(lambda: any(record.kind.value == "look_opened" for _, record in office.records))
        await until(service.room.failed.is_set)
        logged = [row.kind for row in await service.store.ledger_page(0)]
        await asyncio.sleep(1.0)  # longer than a look takes to its first frame
        assert service.broker.counts["frames"] == 0
        assert "look_opened" not in logged


async def test_a_look_is_in_the_log_before_its_first_frame_is_opened(tmp_path: Path) -> None:
    office = Office(tmp_path, ScriptedPlatform([account("ann"), account("lee")], time.time))
    async with office.open() as service:
        office.show("agent")
        await until(lambda: service.broker.counts["frames"] > 0)
        rows = await service.store.ledger_page(0)
        assert "look_opened" in {row.kind for row in rows}
