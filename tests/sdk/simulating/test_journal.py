"""What passed is found, waited for and bounded; a wait that is in vain says what came instead."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from atdesk_sdk.simulating.journal import Entry, Journal, Lines


def test_entries_are_found_by_each_of_their_parts() -> None:
    journal = Journal()
    journal.add("in", "rest", "GET /users", {"page": 1}, "200")
    journal.add("in", "token", "POST /token", note="401")
    journal.add("out", "webhook", "POST /hook")
    found = [journal.find(), journal.find("rest"), journal.find(what="POST"), journal.find(way="out")]
    assert [[entry.what for entry in one] for one in found] == [
        ["GET /users", "POST /token", "POST /hook"],
        ["GET /users"],
        ["POST /token", "POST /hook"],
        ["POST /hook"],
    ]
    assert journal.find("token", "GET") == []


def test_an_entry_is_json_with_its_times() -> None:
    journal = Journal()
    journal.add("in", "rest", "GET /users", {"page": 1}, "200")
    (entry,) = journal.find()
    times = {"at_s": entry.at_s, "at_ms": entry.at_ms}
    passed = {"way": "in", "where": "rest", "what": "GET /users", "body": {"page": 1}, "note": "200"}
    assert entry.as_json() == times | passed
    assert entry.at_s >= 0
    assert entry.at_ms > 1.7e12


class _Discreet(Journal):
    def kept(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in body.items() if key != "secret"}

    def names(self, what: str, entry: Entry) -> bool:
        return entry.what == what


def test_a_simulator_says_what_is_kept_and_what_names_it() -> None:
    journal = _Discreet()
    journal.add("in", "socket", "15", {"secret": "x", "id": 1})
    assert [entry.body for entry in journal.find(what="15")] == [{"id": 1}]
    assert journal.find(what="1") == []


def test_the_oldest_fall_out_and_are_counted() -> None:
    lines = Lines[int](limit=2)
    for number in range(5):
        lines.write(number)
    assert (list(lines), lines.dropped) == ([3, 4], 3)
    lines.clear()
    assert list(lines) == []


async def test_a_wait_ends_with_the_line_that_was_wanted() -> None:
    journal = Journal()
    waits = [
        asyncio.create_task(journal.wait_entries(2, "rest", "GET", "in")),
        asyncio.create_task(journal.wait_for(lambda mine: bool(mine.find(what="/late")))),
    ]
    for what in ("GET /a", "POST /a", "GET /late"):
        await asyncio.sleep(0)
        assert not any(wait.done() for wait in waits)
        journal.add("in", "rest", what)
    async with asyncio.timeout(5):
        entries, _ = await asyncio.gather(*waits)
    assert [entry.what for entry in entries or []] == ["GET /a", "GET /late"]


async def test_what_is_there_already_is_not_waited_for() -> None:
    journal = Journal()
    journal.add("in", "rest", "GET /a")
    assert len(await journal.wait_entries(1, "rest", timeout_s=0)) == 1


async def test_a_wait_in_vain_says_what_came_instead() -> None:
    journal = Journal()
    for number in range(20):
        journal.add("in", "rest", f"GET /{number}", note="404")
    with pytest.raises(TimeoutError) as failed:
        await journal.wait_entries(3, "rest", "PUT", timeout_s=0.01)
    assert str(failed.value).startswith(
        "3 x 'rest PUT' did not come within 0.01 s; newest: in rest GET /5 404;"
    )
    assert str(failed.value).endswith("in rest GET /19 404")
    with pytest.raises(TimeoutError, match="what was waited for did not come"):
        await journal.wait_for(lambda _: False, timeout_s=0.01)
