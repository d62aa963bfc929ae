"""Four people and a fifth of a group within a minute: the platform is doubted, not the people."""

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.judging.storm import StormGuard


def guard(*turned: tuple[str, float]) -> StormGuard:
    made = StormGuard()
    for agent_id, at in turned:
        made = made.add(agent_id, at)
    return made


def group(size: int) -> dict[str, frozenset[str]]:
    return {"team:support": frozenset(f"a{number}" for number in range(size))}


FOUR = (("a0", 0.0), ("a1", 10.0), ("a2", 20.0), ("a3", 59.0))


def test_four_of_twenty_are_a_storm_and_name_everybody() -> None:
    (storm,) = guard(*FOUR).storms(group(20))
    assert storm.since == 0.0
    assert len(storm.agent_ids) == 20


def test_four_of_twenty_one_are_less_than_a_fifth() -> None:
    assert guard(*FOUR).storms(group(21)) == ()


def test_three_are_no_storm_however_small_the_group() -> None:
    assert guard(*FOUR[:3]).storms(group(3)) == ()


def test_one_who_turns_four_times_is_one() -> None:
    assert guard(*(("a0", float(at)) for at in range(4))).storms(group(5)) == ()


def test_who_turned_more_than_a_minute_ago_does_not_count() -> None:
    assert guard(("a0", 0.0), ("a1", 61.0), ("a2", 62.0), ("a3", 63.0)).storms(group(5)) == ()


@given(st.lists(st.tuples(st.sampled_from([f"a{n}" for n in range(9)]), st.floats(0, 300)), max_size=40))
def test_the_guard_remembers_a_minute_at_the_most(turned: list[tuple[str, float]]) -> None:
    made = guard(*sorted(turned, key=lambda pair: pair[1]))
    times = [at for at, _ in made.turned]
    assert times == sorted(times)
    assert not times or times[-1] - times[0] <= 60.0
