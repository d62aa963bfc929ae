"""Whoever acts after us has it, in whatever order Zoom's events and our reads arrive."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from atdesk_zoom.picture import Ours, Picture
from atdesk_zoom.presence import Shown, shown

WORDS = ("Available", "Away", "Busy", "Do_Not_Disturb")
BEGUN, HEARD = 100.2, 105.0


def _begun() -> tuple[Picture, Ours, itertools.count[int]]:
    """An Away of ours that was written at second 100 and verified by a read."""
    names = itertools.count()
    picture = Picture()
    picture.read(shown("Available"), 90.0, 90.0, lambda _: f"r{next(names)}")
    ours = picture.begin(Ours("away", "ours", BEGUN, before="available"))
    picture.read(shown("Away"), 100.5, 100.6, lambda _: f"r{next(names)}")
    ours.ended_at = 100.7
    return picture, ours, names


def _changes(chosen: list[str]) -> list[tuple[float, str]]:
    """What of the agent's choices was a change, one each second after our write."""
    at_s = itertools.count(101)
    steps = zip(["Away", *chosen], chosen, strict=False)
    return [(float(at), word) for at, (before, word) in zip(at_s, steps, strict=False) if word != before]


@given(
    chosen=st.lists(st.sampled_from(WORDS), max_size=3),
    echo=st.booleans(),
    chance=st.randoms(use_true_random=False),
    reads=st.sets(st.integers(0, 4)),
)
def test_an_away_stays_ours_exactly_until_somebody_else_acts(
    chosen: list[str], echo: bool, chance: object, reads: set[int]
) -> None:
    picture, _, names = _begun()

    def fresh(_: Shown) -> str:
        return f"r{next(names)}"

    changes = _changes(chosen)
    final = changes[-1][1] if changes else "Away"
    events = [*changes, *([(100.0, "Away")] if echo else [])]
    chance.shuffle(events)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    for number, (at_s, word) in enumerate(events):
        picture.hear(shown(word), at_s, HEARD, fresh)
        if number in reads or picture.read_again:
            picture.read(shown(final), HEARD, HEARD, fresh)
    picture.read(shown(final), HEARD, HEARD, fresh)
    assert picture.shown == shown(final)
    assert (picture.revision == "ours") is (not changes)


@given(st.lists(st.sampled_from(WORDS), max_size=8))
def test_no_change_is_named_twice_and_a_repeat_is_no_change(read: list[str]) -> None:
    names = itertools.count()
    picture, seen = Picture(), {""}
    for at_s, word in enumerate(read):
        before = picture.revision
        for _ in range(2):
            picture.read(shown(word), at_s, at_s, lambda _: f"r{next(names)}")
        if picture.revision != before:
            assert picture.revision not in seen
            seen.add(picture.revision)
    changes = sum(one != other for one, other in itertools.pairwise(["", *read]))
    assert len(seen) - 1 == changes


def test_a_time_from_the_future_does_not_hide_what_comes_after_it() -> None:
    picture = Picture()
    names = itertools.count()
    picture.hear(shown("Busy"), 1e12, 1000.0, lambda _: f"r{next(names)}")
    picture.hear(shown("Available"), 1400.0, 1400.0, lambda _: f"r{next(names)}")
    assert picture.shown == shown("Available")


def test_what_a_read_has_shown_and_an_event_tells_afterwards_is_one_change() -> None:
    picture = Picture()
    names = itertools.count()
    picture.read(shown("Busy"), 1000.0, 1000.5, lambda _: f"r{next(names)}")
    picture.hear(shown("Busy"), 1000.0, 1000.6, lambda _: f"r{next(names)}")
    assert picture.revision == "r0"
    picture.hear(shown("Busy"), 1002.0, 1002.1, lambda _: f"r{next(names)}")
    assert picture.revision == "r1", "told once more, it was chosen once more"


def test_two_changes_in_one_second_are_settled_by_a_read() -> None:
    picture = Picture()
    names = itertools.count()
    picture.hear(shown("Busy"), 1000.0, 1000.4, lambda _: f"r{next(names)}")
    picture.hear(shown("Available"), 1000.0, 1000.6, lambda _: f"r{next(names)}")
    assert picture.read_again
