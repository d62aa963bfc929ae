"""No combination of levels ever gives more than the tightest of them."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atdesk_core.policy import Level, LevelKind, LevelRef, Resolved, level_of, resolve
from atdesk_core.policy.direction import gives_more
from atdesk_core.policy.settings import SETTINGS, value_at
from tests.core.policy.drawn import levels, stacks

KEPT, LEAST = "retention.ledger_days", "retention.ledger_days_least"
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def looser_than(resolved: Resolved, level: Level) -> list[str]:
    """Settings in which the outcome gives more than this level does.

    The log is the agent's proof: where some level asks for a longer one, that counts as the tighter.
    """
    return [
        path
        for path, said in level.values.items()
        if gives_more(SETTINGS[path].direction, value_at(resolved.policy, path), said)
        and not (path == KEPT and value_at(resolved.policy, KEPT) == value_at(resolved.policy, LEAST))
    ]


@calm
@given(stacks())
def test_the_outcome_never_gives_more_than_any_level(stack: list[Level]) -> None:
    resolved = resolve(stack)
    assert [looser_than(resolved, level) for level in stack] == [[] for _ in stack]


@calm
@given(stacks())
def test_a_team_or_an_agent_never_gets_more_than_the_defaults_that_nobody_else_touched(
    stack: list[Level],
) -> None:
    granted = {
        path for one in stack if one.kind in (LevelKind.ORGANISATION, LevelKind.SITE) for path in one.values
    }
    resolved = resolve(stack)
    for path, setting in SETTINGS.items():
        if path not in granted and path != KEPT:
            assert not gives_more(setting.direction, value_at(resolved.policy, path), setting.default), path


@calm
@given(stacks(), st.data())
def test_one_more_level_never_loosens(stack: list[Level], data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from((LevelKind.JURISDICTION, LevelKind.TEAM, LevelKind.AGENT)))
    before = resolve(stack).policy
    after = resolve([*stack, data.draw(levels(kind, "xyz"))]).policy
    for path, setting in SETTINGS.items():
        if path != KEPT:
            assert not gives_more(setting.direction, value_at(after, path), value_at(before, path)), path


@calm
@given(stacks())
def test_resolving_again_changes_nothing(stack: list[Level]) -> None:
    policy = resolve(stack).policy
    caps = [one for one in stack if one.kind is LevelKind.JURISDICTION]
    assert resolve([*caps, level_of(policy, LevelKind.SITE, "again")]).policy == policy
    assert resolve([*stack, level_of(policy, LevelKind.AGENT, "again")]).policy == policy


@calm
@given(st.data())
def test_the_order_in_which_levels_are_given_does_not_matter(data: st.DataObject) -> None:
    stack = data.draw(stacks())
    one, other = resolve(stack), resolve(data.draw(st.permutations(stack)))
    assert one == other
    assert one.policy.version == other.policy.version


@calm
@given(stacks(), levels(LevelKind.AGENT, "z"))
def test_what_the_nearest_level_asked_and_did_not_get_is_listed(stack: list[Level], agent: Level) -> None:
    stack = [one for one in stack if one.kind is not LevelKind.AGENT]
    resolved, ref = resolve([*stack, agent]), LevelRef(LevelKind.AGENT, "z")
    for path, said in agent.values.items():
        more = gives_more(SETTINGS[path].direction, said, resolve(stack).decided[path].value)
        assert more == (ref in [one.level for one in resolved.decided[path].refused]), path
        if more:
            assert resolved.decided[path].value != said, path
