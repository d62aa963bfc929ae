"""A platform's own idle state begins a silence and ends it, also by way of an Away."""

from functools import partial

import pytest

from atdesk_core.policy import InputIdleRule
from atdesk_sdk import FindingKind, Presence
from tests.core.session.desk import EVERY_RULE, POLICY, scene, state
from tests.core.session.test_beside import at_home, flagged

ALONE = EVERY_RULE.model_copy(
    update={
        "absence": POLICY.absence.model_copy(update={"enabled": False}),
        "input_idle": InputIdleRule(enabled=True, agent_first_s=30, idle_s=60, only_with_empty_seat=False),
    }
)


def played(*presences: tuple[float, Presence]) -> list[FindingKind]:
    """Let the platform show these, with no camera to tell otherwise; what was flagged in the end."""
    run, desk = at_home(scene((0, "off")), ALONE)

    def become(at: float, presence: Presence) -> None:
        run.take(state(desk, at, presence))

    for at, presence in presences:
        run.call_at(at, partial(become, at, presence))
    run.run(400)
    return flagged(desk)


@pytest.mark.parametrize("after", [Presence.AVAILABLE, Presence.ON_QUEUE, Presence.BUSY], ids=str)
def test_an_idle_that_ended_is_no_silence(after: Presence) -> None:
    assert played((20, Presence.IDLE), (60, after)) == []


@pytest.mark.parametrize("after", [Presence.AVAILABLE, Presence.ON_QUEUE], ids=str)
def test_whoever_comes_out_of_an_away_over_an_idle_is_not_silent(after: Presence) -> None:
    """The Away was ours or the agent's: the idle before it is over when the Away is."""
    assert played((20, Presence.IDLE), (40, Presence.AWAY), (50, after)) == []


def test_idle_again_after_an_away_counts_from_there() -> None:
    assert played((20, Presence.AWAY), (40, Presence.IDLE)) == [FindingKind.INPUT_IDLE]
