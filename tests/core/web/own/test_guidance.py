"""Guidance in the log: one look for each sitting, whose row comes before its first picture."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from atdesk_core.evidence.attesting import LONGEST_LOOK_S
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.web.own.guidance import LONGEST_S, QUIET_S, Guidance

PAIR = [LedgerKind.LOOK_OPENED, LedgerKind.LOOK_ENDED]


@dataclass
class Waiting:
    """Something that is done at its time, unless it was cancelled."""

    at: float
    act: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Room:
    """A clock, the log, and what waits for its time."""

    now: float = 1000.0
    rows: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    def log(self, kind: LedgerKind, **data: str | float) -> None:
        entry(kind, self.now, "home", "ref1", data)  # the vocabulary is closed: another word is refused here
        self.rows.append({"kind": kind, **data})

    def later(self, delay_s: float, act: Callable[[], None]) -> Waiting:
        waiting = Waiting(self.now + delay_s, act)
        self.waiting.append(waiting)
        return waiting

    def wait(self, seconds: float) -> None:
        """Time goes by, and what was to be done meanwhile is done."""
        self.now += seconds
        due = [one for one in self.waiting if one.at <= self.now]
        self.waiting = [one for one in self.waiting if one.at > self.now]
        for one in due:
            if not one.cancelled:
                one.act()

    def kinds(self) -> list[LedgerKind]:
        return [row["kind"] for row in self.rows]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def guidance(room: Room) -> Guidance:
    return Guidance(lambda: room.now, room.later)


def shows(guidance: Guidance, room: Room, agent_id: str = "ann", pictures: int = 1) -> None:
    guidance.opens(agent_id, pictures, "1a2b3c4d", room.log)


def test_a_sitting_is_one_look_that_is_logged_before_its_first_picture(
    guidance: Guidance, room: Room
) -> None:
    shows(guidance, room)
    assert room.kinds() == [LedgerKind.LOOK_OPENED]
    assert room.rows[0]["reason"] == "enrolment"
    for _ in range(30):
        room.wait(1.0)
        shows(guidance, room)
    assert room.kinds() == [LedgerKind.LOOK_OPENED]
    room.wait(QUIET_S)
    opened, ended = room.rows
    assert room.kinds() == PAIR
    assert ended["look_id"] == opened["look_id"]
    assert (ended["frames"], ended["seconds"], ended["why"]) == (31, 30.0, "complete")


def test_the_photos_of_the_template_are_pictures_of_the_sitting(guidance: Guidance, room: Room) -> None:
    shows(guidance, room)
    shows(guidance, room, pictures=4)
    guidance.ends("ann")
    assert room.rows[-1]["frames"] == 5
    room.wait(QUIET_S)
    guidance.ends("ann")
    assert room.kinds() == PAIR


def test_after_a_quiet_time_it_is_another_sitting(guidance: Guidance, room: Room) -> None:
    shows(guidance, room)
    room.wait(QUIET_S)
    shows(guidance, room)
    room.wait(QUIET_S)
    assert room.kinds() == PAIR * 2
    assert room.rows[0]["look_id"] != room.rows[2]["look_id"]


def test_a_long_sitting_goes_on_as_another_look_long_before_it_would_count_as_ended(
    guidance: Guidance, room: Room
) -> None:
    assert LONGEST_S + QUIET_S < LONGEST_LOOK_S / 2
    for _ in range(int(LONGEST_S) + 10):
        shows(guidance, room)
        room.wait(1.0)
    room.wait(QUIET_S)
    assert room.kinds() == PAIR * 2
    assert sum(row["frames"] for row in room.rows if row["kind"] is PAIR[1]) == int(LONGEST_S) + 10


def test_a_clock_that_goes_back_begins_another_look(guidance: Guidance, room: Room) -> None:
    shows(guidance, room)
    room.now -= 3600.0
    shows(guidance, room)
    assert room.kinds() == [*PAIR, LedgerKind.LOOK_OPENED]
    assert room.rows[1]["seconds"] == 0.0


def test_why_it_ended_is_in_the_log_and_each_agent_has_a_sitting_of_their_own(
    guidance: Guidance, room: Room
) -> None:
    shows(guidance, room, "ann")
    shows(guidance, room, "bob")
    guidance.ends("ann", "paused")
    assert room.rows[-1]["why"] == "paused"
    guidance.close()
    assert room.rows[-1]["why"] == "stopped"
    assert room.kinds().count(LedgerKind.LOOK_ENDED) == 2
    room.wait(QUIET_S)
    assert len(room.rows) == 4
