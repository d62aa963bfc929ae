"""What belongs to a closed, paused or foreign look is dropped and counted, and changes nothing."""

from dataclasses import replace

from atdesk_core.session import Observed, step
from atdesk_sdk import PauseChanged, PausedBy
from tests.core.session.desk import FACTS, ZOOM, observation, rehearse, scene


def test_a_frame_after_its_look_closed_changes_nothing() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.run(5.0)
    before = run.session
    for look_id in ("look-agent-1", "somebody-else's"):
        after, commands = step(before, Observed(observation("nobody", look_id, 6.0)), FACTS)
        assert after.judge == before.judge
        assert after.seen_at == before.seen_at
        assert [command.kind for command in commands if hasattr(command, "kind")] == ["dropped"]


def test_a_frame_that_was_under_way_when_the_agent_paused_is_dropped() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.run(1.0)
    look = run.session.look
    assert look is not None
    run.take(PauseChanged(ZOOM, paused=True, by=PausedBy.AGENT, occurred_at=1.1, received_at=1.1))
    judged = run.session.judge
    run.take(Observed(observation("nobody", look.look_id, 1.2)))
    assert run.session.judge == judged
    assert run.session.look is None


def test_time_never_goes_back() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.run(100.0)
    session, _ = step(run.session, Observed(replace(observation("agent", "x", 50.0))), FACTS)
    assert session.now == run.session.now
