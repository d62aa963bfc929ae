"""Real processes: what waits for one is never begun once nobody wants it, and a death takes one job along."""

import asyncio
import os
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from atdesk_core.runtime.workers import Workers
from tests.core.runtime.office import until

BOUND_S = 60.0


def begin() -> None:
    """Nothing to prepare."""


def warm_up() -> None:
    """Nothing to load."""


def note(path: str, word: str) -> str:
    with Path(path).open("a") as file:
        file.write(f"{word} ")
    return word


def hold(path: str, until_there: str) -> str:
    """Busy until a file is there."""
    note(path, "begun")
    while not Path(until_there).exists():
        time.sleep(0.01)
    return note(path, "done")


def die() -> None:
    os._exit(1)


async def written(path: Path, words: str) -> None:
    await until(lambda: path.exists() and path.read_text().strip() == words, BOUND_S)


@pytest.fixture
async def one() -> Workers:
    workers = Workers(1, begin)
    await workers.start(warm_up)
    return workers


async def test_what_waits_behind_a_busy_process_is_never_begun_once_it_is_cancelled(
    one: Workers, tmp_path: Path
) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    try:
        busy = asyncio.create_task(one.run(hold, str(log), str(go)))
        await written(log, "begun")
        waiting = [asyncio.create_task(one.run(note, str(log), "opened")) for _ in range(3)]
        await asyncio.sleep(0)
        for job in waiting:
            job.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        go.touch()
        assert await busy == "done"
        assert await one.run(note, str(log), "next") == "next"
        assert log.read_text().split() == ["begun", "done", "next"]
    finally:
        go.touch()
        await one.aclose()


async def test_a_job_that_was_begun_keeps_its_process_although_nobody_waits_for_it(
    one: Workers, tmp_path: Path
) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    try:
        left = asyncio.create_task(one.run(hold, str(log), str(go)))
        await written(log, "begun")
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        after = asyncio.create_task(one.run(note, str(log), "opened"))
        await asyncio.sleep(0.2)  # nothing tells of a job that is not begun
        assert log.read_text().split() == ["begun"]
        after.cancel()
        await asyncio.gather(after, return_exceptions=True)
        go.touch()
        await written(log, "begun done")
        assert await one.run(note, str(log), "next") == "next"
        assert log.read_text().split() == ["begun", "done", "next"], "what was cancelled is not made up for"
    finally:
        go.touch()
        await one.aclose()


async def test_a_process_that_dies_takes_its_job_along_and_no_other(
    one: Workers, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BrokenProcessPool):
        await one.run(die)
    assert await one.run(note, str(tmp_path / "log"), "next") == "next"
    assert [row.message for row in caplog.records if "died" in row.message]
    await one.aclose()


async def test_nothing_is_run_before_the_start_and_after_the_end(one: Workers) -> None:
    await one.aclose()
    await one.aclose()
    for workers in (one, Workers(1, begin)):
        with pytest.raises(RuntimeError, match="not running"):
            await workers.run(begin)
