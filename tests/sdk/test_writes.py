"""A repeat is no second write, and a write whose answer was lost is settled by what can be read."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import pytest

from atdesk_sdk import (
    AccountRef,
    AgentState,
    Interaction,
    OutcomeUnknown,
    Presence,
    Routing,
    StateChange,
    TryLater,
)
from atdesk_sdk.testing import VirtualClock, run_virtual
from atdesk_sdk.writes import Sent, read_until, settle

ANN = AccountRef("zoom", "acme", "ann")
LOST = OutcomeUnknown("set presence: the answer was lost")
PAUSES_S = (0.0, 0.2, 0.5)


def wish(number: int = 1, *, sent_before: bool = False) -> StateChange:
    return StateChange(f"change-{number}", ANN, Presence.AWAY, "r1", sent_before)


def state(revision: str) -> AgentState:
    return AgentState(ANN, Presence.AWAY, Routing.OFF_QUEUE, Interaction.NONE, 1.0, "read", revision)


# -- repeats -----


def test_a_change_that_took_effect_is_answered_by_what_stands_now() -> None:
    sent = Sent()
    assert sent.answer(wish(), state("r2")) is None
    sent.took_effect(wish(), "r2")
    stands, replaced = sent.answer(wish(), state("r2")), sent.answer(wish(), state("r3"))
    assert stands is not None
    assert (stands.written, stands.reason) == (True, "")
    assert replaced is not None
    assert (replaced.written, replaced.state.revision) == (False, "r3")
    assert "someone else changed the state since" in replaced.reason


def test_one_that_went_out_is_not_answered_but_what_stands_may_be_its_doing() -> None:
    sent = Sent()
    assert not sent.may_have(wish())
    assert sent.may_have(wish(sent_before=True)), "before a restart"
    sent.went(wish())
    assert (sent.answer(wish(), state("r2")), sent.may_have(wish())) == (None, True)


def test_a_bounded_number_is_remembered() -> None:
    sent = Sent()
    for number in range(10_001):
        sent.went(wish(number))
    assert (sent.may_have(wish(0)), sent.may_have(wish(1))) == (False, True)


# -- lost answers -----


def reads(clock: VirtualClock, *answers: str) -> tuple[Callable[[], Awaitable[str]], list[float]]:
    """Gives one answer after the other, the last one for ever; an empty one cannot be read."""
    left, at = list(answers), list[float]()

    async def look() -> str:
        at.append(clock.elapsed)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if not answer:
            raise TryLater("read a state: out of reach")
        return answer

    return look, at


def is_away(shown: str) -> bool:
    return shown == "away"


def settled(*answers: str) -> tuple[Coroutine[None, None, str], VirtualClock, list[float]]:
    clock = VirtualClock()
    look, at = reads(clock, *answers)
    return settle(look, is_away, PAUSES_S, LOST, 7.0), clock, at


def test_it_took_effect_once_a_read_shows_it() -> None:
    settling, clock, at = settled("", "available", "away")
    assert run_virtual(settling, clock) == "away"
    assert at == pytest.approx([0.0, 0.2, 0.7])


def test_no_more_is_read_than_is_needed() -> None:
    settling, clock, at = settled("away")
    run_virtual(settling, clock)
    assert at == [0.0]


@pytest.mark.parametrize("answers", [("available",), ("available", "")])
def test_what_no_read_shows_was_not_carried_out(answers: tuple[str, ...]) -> None:
    settling, clock, _ = settled(*answers)
    with pytest.raises(TryLater, match="the answer was lost; a fresh read shows that it was not") as raised:
        run_virtual(settling, clock)
    assert raised.value.retry_after_s == 7.0


def test_of_what_cannot_be_read_nothing_is_known() -> None:
    settling, clock, _ = settled("")
    with pytest.raises(OutcomeUnknown) as raised:
        run_virtual(settling, clock)
    assert raised.value is LOST


def test_a_cancellation_is_no_failure_to_read() -> None:
    async def look() -> str:
        await asyncio.sleep(60.0)
        return "away"

    async def story() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await read_until(look, is_away, PAUSES_S)

    run_virtual(story())
