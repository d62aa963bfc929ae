"""Open pages: one of each agent, and what was not said for ten seconds is not so."""

import asyncio
from itertools import permutations

import pytest

from atdesk_core.runtime.pages.screens import Attachment, Screens
from atdesk_core.runtime.pages.taking import Taken
from atdesk_sdk import Notice

BEFORE = Taken(0.0)
"""Of pages that were taken up in the order in which they came."""


class Clock:
    """Set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Screen:
    """Notes what it is told, and says nothing by itself."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def look_begins(self, look_id: str, source: str, reason: str) -> None:
        self.told.append(("begins", look_id, source, reason))

    def look_ends(self, look_id: str) -> None:
        self.told.append(("ends", look_id))

    async def notify(self, notice: Notice) -> None:
        self.told.append(("notice", notice.text))

    def superseded(self) -> None:
        self.told.append(("superseded",))


class Desk:
    """Screens with the changes that they told of."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.changes: list[str] = []
        self.screens = Screens(self.clock, self.changes.append)

    def open(self, agent_id: str = "ann", taken: Taken = BEFORE) -> tuple[Screen, Attachment]:
        screen = Screen()
        return screen, self.screens.attach(agent_id, screen, taken)


def test_a_page_is_ready_while_it_answers_and_for_ten_seconds_after() -> None:
    desk = Desk()
    assert not desk.screens.ready("ann", 100.0)
    _, page = desk.open()
    assert desk.screens.ready("ann", 110.0)
    assert not desk.screens.ready("ann", 110.1)
    desk.clock.now = 109.0
    page.alive()
    assert desk.screens.ready("ann", 119.0)
    assert not desk.screens.ready("bob", 109.0)


def test_a_page_that_answers_again_is_told_of_once() -> None:
    desk = Desk()
    _, page = desk.open()
    page.alive()
    assert desk.changes == ["ann"]
    desk.clock.now = 200.0
    page.alive()
    page.alive()
    assert desk.changes == ["ann", "ann"]
    page.detach()
    page.detach()
    assert desk.changes == ["ann", "ann", "ann"]
    assert not desk.screens.ready("ann", 200.0)


def test_a_newer_page_supersedes_the_older_which_is_mute_from_then_on() -> None:
    desk = Desk()
    first, old = desk.open()
    second, new = desk.open()
    assert first.told == [("superseded",)]
    assert desk.screens.screen_of("ann") is second
    desk.clock.now = 109.0
    old.alive()
    assert not desk.screens.ready("ann", 110.5)
    old.detach()
    assert desk.screens.screen_of("ann") is second
    new.detach()
    assert desk.screens.screen_of("ann") is None


FIRST_OPENED = Taken(10.0, "first", 1)
SECOND_OPENED = Taken(20.0, "second", 1)
FIRST_AGAIN = Taken(30.0, "first", 2)
"""The person opened one page, then another, then said "use it here" in the first."""


@pytest.mark.parametrize("order", [*permutations([FIRST_OPENED, SECOND_OPENED, FIRST_AGAIN])])
def test_whatever_order_sockets_come_in_the_page_stands_that_was_taken_up_last(
    order: tuple[Taken, ...],
) -> None:
    desk = Desk()
    opened = [(taken, *desk.open(taken=taken)) for taken in order]
    assert [taken for taken, _, page in opened if page.stands] == [FIRST_AGAIN]
    assert [taken for taken, screen, _ in opened if not screen.told] == [FIRST_AGAIN]


def test_a_page_that_lost_its_line_is_not_taken_for_another_by_what_the_network_takes() -> None:
    desk = Desk()
    lost, _ = desk.open(taken=Taken(10.2, "first", 1))
    _, back = desk.open(taken=Taken(10.1, "first", 2))
    assert back.stands
    assert lost.told == [("superseded",)]
    _, late = desk.open(taken=Taken(10.3, "first", 1))
    assert back.stands
    assert not late.stands


def test_where_no_other_page_is_open_one_that_was_taken_up_long_ago_may_come_back() -> None:
    desk = Desk()
    _, newer = desk.open(taken=SECOND_OPENED)
    newer.detach()
    _, older = desk.open(taken=FIRST_OPENED)
    assert older.stands


def test_a_page_that_comes_too_late_is_asked_for_nothing_and_heard_in_nothing() -> None:
    desk = Desk()
    _, newer = desk.open(taken=SECOND_OPENED)
    desk.screens.begin("ann", "look-1", "page", "watch")
    newer.shown("look-1")
    screen, older = desk.open(taken=FIRST_OPENED)
    older.shown("look-1")
    older.alive()
    older.detach()
    assert screen.told == [("superseded",)]
    assert desk.screens.shown("ann", "look-1", 110.0)
    assert desk.changes == ["ann"]


def test_an_indicator_is_up_when_the_page_says_so_and_as_long_as_it_goes_on_saying_so() -> None:
    desk = Desk()
    screen, page = desk.open()
    desk.screens.begin("ann", "look-1", "page", "watch")
    assert screen.told == [("begins", "look-1", "page", "watch")]
    page.alive()
    assert not desk.screens.shown("ann", "look-1", 100.0)
    page.shown("look-1")
    assert desk.screens.shown("ann", "look-1", 110.0)
    assert not desk.screens.shown("ann", "look-1", 110.1)
    assert not desk.screens.shown("ann", "look-2", 100.0)
    desk.screens.end("ann", "look-1")
    desk.screens.end("ann", "look-1")
    assert screen.told[-1] == ("ends", "look-1")
    assert len(screen.told) == 2
    page.shown("look-1")
    assert not desk.screens.shown("ann", "look-1", 100.0)


def test_what_the_older_page_showed_the_newer_one_has_to_show_by_itself() -> None:
    desk = Desk()
    _, old = desk.open()
    desk.screens.begin("ann", "look-1", "meeting", "watch")
    old.shown("look-1")
    screen, new = desk.open()
    assert screen.told == [("begins", "look-1", "meeting", "watch")]
    old.shown("look-1")
    assert not desk.screens.shown("ann", "look-1", 100.0)
    new.shown("look-1")
    assert desk.screens.shown("ann", "look-1", 100.0)
    new.detach()
    assert not desk.screens.shown("ann", "look-1", 100.0)


def test_a_page_of_somebody_else_shows_nothing_for_this_agent() -> None:
    desk = Desk()
    _, bob = desk.open("bob")
    desk.screens.begin("ann", "look-1", "page", "watch")
    bob.shown("look-1")
    assert not desk.screens.shown("ann", "look-1", 100.0)


async def test_the_wait_ends_as_soon_as_the_page_says_so() -> None:
    desk = Desk()
    _, page = desk.open()
    desk.screens.begin("ann", "look-1", "page", "watch")
    asyncio.get_running_loop().call_soon(page.shown, "look-1")
    assert await desk.screens.wait_shown("ann", "look-1", 5.0)


async def test_the_wait_is_bounded_and_where_no_page_is_open_there_is_none() -> None:
    desk = Desk()
    desk.screens.begin("ann", "look-1", "page", "watch")
    assert not await desk.screens.wait_shown("ann", "look-1", 5.0)
    desk.open()
    assert not await desk.screens.wait_shown("ann", "look-1", 0.01)
    assert not await desk.screens.wait_shown("ann", "look-2", 0.01)
