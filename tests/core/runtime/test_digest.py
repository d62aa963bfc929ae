"""Whether a flag gets a message of its own or stands in a list: the decision alone."""

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.runtime.digest import (
    JOIN_S,
    MOST_ALONE,
    MOST_LISTED,
    WINDOW_S,
    Alone,
    Gather,
    Join,
    Listing,
    Raised,
    placed,
)
from atdesk_sdk import MessageRef

NOW = 1_000.0


def raised(count: int, *, told: int = 0, at: float = NOW) -> list[Raised]:
    """So many flags of as many agents; the first `told` have a message."""
    return [Raised(f"F{one:02d}", f"a{one}", at - count + one, one < told) for one in range(count)]


def listing(*numbers: str, opened_at: float = NOW) -> Listing:
    return Listing(MessageRef("zoom", "leads", "m1"), opened_at, numbers)


def test_a_few_flags_have_a_message_each() -> None:
    assert placed("F00", raised(MOST_ALONE), [], NOW, can_join=True) == Alone()


def test_many_of_one_agent_are_not_many() -> None:
    flags = [Raised(f"F{one}", "ann", NOW, False) for one in range(9)]
    assert placed("F0", flags, [], NOW, can_join=True) == Alone()


def test_those_of_a_while_ago_are_not_at_once() -> None:
    flags = raised(MOST_ALONE + 3, at=NOW - WINDOW_S - 10)
    assert placed("F00", flags, [], NOW, can_join=True) == Alone()


def test_many_at_once_share_a_message_in_the_order_in_which_they_were_raised() -> None:
    place = placed("F03", raised(7), [], NOW, can_join=True)
    assert place == Gather(("F00", "F01", "F02", "F03", "F04", "F05", "F06"))


def test_who_has_a_message_already_is_not_told_again() -> None:
    assert placed("F06", raised(7, told=5), [], NOW, can_join=True) == Gather(("F05", "F06"))


def test_a_further_one_joins_the_message_that_stands() -> None:
    there = listing("F00", "F01")
    assert placed("F06", raised(7, told=6), [there], NOW, can_join=True) == Join(there)


def test_the_newest_message_is_joined_and_neither_an_old_nor_a_full_one() -> None:
    old, newer = listing("F00", opened_at=NOW - 30), listing("F01", opened_at=NOW - 5)
    assert placed("F06", raised(7, told=6), [old, newer], NOW, can_join=True) == Join(newer)
    over = listing("F00", opened_at=NOW - JOIN_S - 1)
    full = listing(*(f"X{one}" for one in range(MOST_LISTED)))
    assert placed("F06", raised(7, told=6), [over, full], NOW, can_join=True) == Gather(("F06",))


def test_what_cannot_be_changed_is_not_joined_and_lists_nobody_alone() -> None:
    there = listing("F00")
    assert placed("F06", raised(7, told=6), [there], NOW, can_join=False) == Alone()
    assert placed("F06", raised(7, told=5), [there], NOW, can_join=False) == Gather(("F05", "F06"))


@given(count=st.integers(0, 60), told=st.integers(0, 60), this=st.integers(0, 59), can_join=st.booleans())
def test_nobody_is_told_twice_nobody_is_left_out_and_no_list_is_too_long(
    count: int, told: int, this: int, can_join: bool
) -> None:
    flags = raised(count, told=told)
    number = f"F{this:02d}"
    place = placed(number, flags, [], NOW, can_join=can_join)
    if isinstance(place, Gather):
        assert number in place.numbers
        assert len(place.numbers) == len(set(place.numbers)) <= MOST_LISTED
        untold = {one.number for one in flags if not one.told} | {number}
        assert set(place.numbers) <= untold
