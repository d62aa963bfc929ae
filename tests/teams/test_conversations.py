"""Where the bot may write, over restarts: one small file, ids alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from atdesk_sdk.condition import Condition
from atdesk_sdk.errors import ConfigError
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.testing import RecordingHost
from atdesk_teams.conversations import Conversations, Talk

HERE, THERE = "https://smba.trafficmanager.net/emea", "https://smba.trafficmanager.net/amer"
DAY = 86_400.0


async def opened(folder: Path, now: float = 0.0, host: RecordingHost | None = None) -> Conversations:
    condition = Condition("teams", host or RecordingHost())
    talks = Conversations(folder / "deep" / "talks.db", HERE, condition)
    await talks.open(now)
    return talks


async def test_what_is_known_is_known_after_a_restart(tmp_path: Path) -> None:
    talks = await opened(tmp_path)
    await talks.keep_person("ann", Talk("a:1", THERE + "/"))
    await talks.keep_channel("19:x@thread.tacv2", THERE)
    await talks.aclose()
    again = await opened(tmp_path)
    assert again.person("ann") == Talk("a:1", THERE)
    assert again.service_of("19:x@thread.tacv2;messageid=1") == THERE
    assert again.service_of("a:1") == THERE
    assert again.person("ben") is None
    await again.aclose()


async def test_what_is_not_known_lives_where_the_last_one_did(tmp_path: Path) -> None:
    talks = await opened(tmp_path)
    assert talks.service_of("a:9") == HERE, "as it is configured"
    await talks.seen(THERE)
    await talks.aclose()
    again = await opened(tmp_path)
    assert again.service_of("a:9") == THERE
    await again.aclose()


async def test_who_took_the_app_away_is_forgotten_on_the_disk_too(tmp_path: Path) -> None:
    talks = await opened(tmp_path)
    await talks.keep_person("ann-object-id", Talk("a:1", HERE))
    await talks.forget_person("ann-object-id")
    await talks.forget_person("ann-object-id")
    await talks.keep_channel("19:x@thread.tacv2", THERE)
    await talks.forget_channel("19:x@thread.tacv2")
    assert talks.service_of("19:x@thread.tacv2") == HERE
    await talks.aclose()
    again = await opened(tmp_path)
    assert again.person("ann-object-id") is None
    await again.aclose()


async def test_what_was_told_is_not_told_again_and_goes_in_time(tmp_path: Path) -> None:
    talks = await opened(tmp_path)
    await talks.keep_told("K7Q2", 0.0)
    await talks.aclose()
    again = await opened(tmp_path, 30 * DAY)
    assert again.was_told("K7Q2")
    await again.aclose()
    much_later = await opened(tmp_path, 91 * DAY)
    assert not much_later.was_told("K7Q2")
    await much_later.aclose()


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    talks = await opened(tmp_path)
    await talks.aclose()
    await talks.aclose()
    folder = tmp_path / "deep"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "talks.db").stat().st_mode & 0o777 == 0o600


async def test_a_file_that_is_none_is_said_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "talks.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(ConfigError, match="check state_dir"):
        await opened(tmp_path)


async def test_what_a_full_disk_does_not_take_is_known_and_kept_once_it_does(tmp_path: Path) -> None:
    host = RecordingHost()
    talks = await opened(tmp_path, host=host)
    file = talks._file
    assert file is not None
    file.execute("PRAGMA max_page_count = 1")
    ann = Talk("a:" + "1" * 10_000, THERE)
    await talks.keep_person("ann", ann)
    assert talks.person("ann") == ann
    (said,) = host.reports
    assert said.status is HealthStatus.DEGRADED
    assert "talks.db cannot be written (OperationalError)" in said.message
    assert "check the disk" in said.message
    file.execute("PRAGMA max_page_count = 1000")
    await talks.keep_channel("19:x@thread.tacv2", THERE)
    assert host.reports[-1].status is HealthStatus.UP
    await talks.aclose()
    again = await opened(tmp_path)
    assert again.person("ann") == ann
    await again.aclose()


async def test_a_write_after_the_end_changes_nothing(tmp_path: Path) -> None:
    talks = await opened(tmp_path)
    await talks.aclose()
    await talks.keep_person("ann", Talk("a:1", HERE))
    with sqlite3.connect(tmp_path / "deep" / "talks.db") as file:
        assert file.execute("SELECT count(*) FROM talks").fetchone() == (0,)
    file.close()
