"""A page that waits for looks: what it is told, and which of its sockets serves."""

import asyncio
from dataclasses import dataclass, field

import pytest

from atdesk_core.runtime.pages.link import LookOrder
from atdesk_core.runtime.pages.waiting import ALONE_S, KEPT_S, WaitingLink

ORDER = LookOrder("look-1", "watch", 1.0, 2)


@dataclass
class Socket:
    """Keeps what it is asked."""

    asked: list[str] = field(default_factory=list)

    def start_look(self, order: LookOrder) -> None:
        self.asked.append(f"start {order.look_id}")

    def end_look(self, look_id: str) -> None:
        self.asked.append(f"end {look_id}")

    def pace(self, fps: float) -> None:
        self.asked.append(f"pace {fps:g}")

    def superseded(self) -> None:
        self.asked.append("superseded")

    def over(self) -> None:
        self.asked.append("over")


@dataclass
class Waits:
    """A link that notes what its page is told."""

    told: list[bool] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, is_open: bool) -> None:
        self.told.append(is_open)
        if not is_open:
            self.closed.set()


@pytest.fixture
async def waits() -> Waits:
    return Waits()


def link_of(waits: Waits) -> WaitingLink:
    return WaitingLink("tab", waits.tell)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that comes alone does not keep its socket for long."""
    monkeypatch.setattr("atdesk_core.runtime.pages.waiting.ALONE_S", 0.01)


async def test_an_order_waits_for_the_socket_and_goes_over_it(waits: Waits) -> None:
    link, socket = link_of(waits), Socket()
    link.start_look(ORDER)
    assert waits.told == [True]
    link.joined(socket)
    link.pace(0.5)
    link.end_look("look-1")
    assert socket.asked == ["start look-1", "pace 0.5", "end look-1"]
    link.start_look(ORDER)
    assert waits.told == [True], "the socket is there"
    link.over()


async def test_an_order_that_was_withdrawn_meanwhile_does_not_reach_the_socket(waits: Waits) -> None:
    link, socket = link_of(waits), Socket()
    link.start_look(ORDER)
    link.pace(0.5)
    link.end_look("look-1")
    link.joined(socket)
    assert socket.asked == []
    link.over()
    assert socket.asked == ["over"]


@pytest.mark.usefixtures("soon")
async def test_after_a_look_that_came_alone_it_is_let_go_and_serves_no_other(waits: Waits) -> None:
    link, older, newer = link_of(waits), Socket(), Socket()
    link.start_look(ORDER)
    link.joined(older)
    link.end_look("look-1")
    async with asyncio.timeout(20):
        await waits.closed.wait()
    link.start_look(ORDER)
    assert waits.told == [True, False, True]
    assert older.asked == ["start look-1", "end look-1"], "what is being closed is not asked again"
    link.joined(newer)
    assert older.asked[-1] == "over", "a page that keeps it has one all the same"
    assert newer.asked == ["start look-1"]
    link.over()


@pytest.mark.usefixtures("soon")
async def test_looks_that_keep_coming_keep_it_from_the_second_on(waits: Waits) -> None:
    assert (ALONE_S, KEPT_S > 3 * 15.0) == (2.0, True), "a watch of 15 s does not lose it"
    link, socket = link_of(waits), Socket()
    link.joined(socket)
    for _ in range(2):
        link.start_look(ORDER)
        link.end_look("look-1")
    await asyncio.sleep(0.05)
    assert waits.told == []
    link.over()


@pytest.mark.usefixtures("soon")
async def test_it_stays_while_a_look_is_on(waits: Waits) -> None:
    link, socket = link_of(waits), Socket()
    link.joined(socket)
    link.start_look(ORDER)
    await asyncio.sleep(0.05)
    assert waits.told == []
    link.over()


async def test_a_socket_that_is_lost_says_whether_a_look_was_lost_with_it(waits: Waits) -> None:
    link, socket = link_of(waits), Socket()
    link.joined(socket)
    assert not link.left(Socket()), "it served nobody"
    assert not link.left(socket), "no look was on"
    link.joined(socket)
    link.start_look(ORDER)
    assert link.left(socket)
    link.end_look("look-1")
    link.start_look(ORDER)
    assert waits.told == [True]
    link.over()


@pytest.mark.usefixtures("soon")
async def test_the_end_of_the_page_ends_its_socket_once(waits: Waits) -> None:
    link, socket = link_of(waits), Socket()
    link.joined(socket)
    link.superseded()
    link.over()
    await asyncio.sleep(0.05)
    assert socket.asked == ["superseded"]
    assert waits.told == [], "nobody is told anything any more"
