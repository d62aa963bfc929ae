"""The promises about decisions, over any story: random scenes, calls, pauses and changes of state."""

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.policy import DuringCalls, SitePolicy
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    Command,
    Input,
    NotifyAgent,
    OpenLook,
    PostFlag,
    Record,
    Session,
    SetState,
    dump,
    load,
    new_session,
    step,
)
from atdesk_sdk import (
    AgentStateChanged,
    CouldNotTell,
    FindingKind,
    InputActivity,
    Interaction,
    NoticeKind,
    PauseChanged,
    PausedBy,
    Presence,
    StateReceipt,
    VideoClosed,
    VideoOpened,
)
from tests.core.session.desk import (
    EVERY_RULE,
    FACTS,
    GENESYS,
    KEY,
    MEETING,
    POLICY,
    ZOOM,
    Scene,
    camera,
    scene,
)

SCENES = ["agent", "nobody", "other", "dark", "covered", "frozen", "off", "elsewhere"]
SCENES += ["company", "phone", "drink", "book"]
SHOWS = {
    FindingKind.ABSENT: {"nobody"},
    FindingKind.DIFFERENT_PERSON: {"other"},
    FindingKind.EXTRA_PERSON: {"company"},
    FindingKind.PHONE: {"phone"},
    FindingKind.FOOD_OR_DRINK: {"drink"},
    FindingKind.BANNED_OBJECT: {"book"},
    FindingKind.INPUT_IDLE: {"nobody"},
}
"""What has to be before the camera for a finding, by default."""
CALLS = ("call", "acw", "meeting", "free")
OWN = ("break", "on_queue", "available", "away")
WHATS = (*CALLS, *OWN, "pause", "resume", "video_off", "video_on", "input_idle", "input_active")
LONG_S = 900.0


@dataclass(frozen=True)
class Happening:
    """Something beside the picture, at a time."""

    at: float
    what: str


PARTS = st.lists(st.tuples(st.sampled_from(SCENES), st.floats(3, 300)), min_size=1, max_size=8)
HAPPENINGS = st.lists(
    st.builds(
        Happening,
        st.floats(2, LONG_S),
        st.sampled_from(WHATS),
    ),
    max_size=8,
)


def _scene(parts: list[tuple[str, float]]) -> Scene:
    at, pieces = 0.0, []
    for what, length in parts:
        pieces.append((at, what))
        at += length
    return scene(*pieces)


class WatchedDesk(Desk):
    """Checks each write in the moment in which it comes."""

    def __init__(self, at_desk: Scene) -> None:
        super().__init__(GENESYS)
        self.at_desk = at_desk
        self.ours: str | None = None

    def write(self, change: SetState, at: float) -> StateReceipt | None:
        before = self.state
        receipt = super().write(change, at)
        assert change.to in (Presence.AWAY, Presence.AVAILABLE)
        if receipt is None or not receipt.written:
            return receipt
        assert before.interaction not in (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL)
        if change.to is Presence.AWAY:
            assert before.presence in POLICY.write_over
            told = [when for when, notice in self.notices if notice.kind is NoticeKind.ABSENT]
            assert told
            assert max(told) + POLICY.absence.agent_first_s <= at
            assert self._was_empty_lately(at)
            self.ours = receipt.state.revision
        else:
            assert before.revision == self.ours
        return receipt

    def _was_empty_lately(self, at: float) -> bool:
        """The newest frame is three seconds old at the most, and shows nobody; so do those before it."""
        return any(
            {self.at_desk(at - newest - before) for before in (0.0, 1.0, 2.0)} == {"nobody"}
            for newest in (0.0, 1.0, 2.0, 3.0)
        )


def _event(run: Rehearsal, desk: Desk, one: Happening) -> Input:
    at = one.at
    interactions = {
        "call": Interaction.CUSTOMER_CALL,
        "acw": Interaction.AFTER_CALL,
        "meeting": Interaction.MEETING,
        "free": Interaction.NONE,
    }
    if one.what in interactions:
        desk.state = replace(desk.state, interaction=interactions[one.what])
        return AgentStateChanged(desk.state, at, at)
    if one.what in ("input_idle", "input_active"):
        return InputActivity(GENESYS, one.what == "input_idle", 0.0, at, at)
    if one.what in ("pause", "resume"):
        return PauseChanged(ZOOM, one.what == "pause", PausedBy.HOST, at, at)
    if one.what == "video_off":
        return VideoClosed(KEY, CouldNotTell.CAMERA_OFF, at, at)
    if one.what == "video_on":
        return VideoOpened(KEY, ZOOM, MEETING, at, at)
    desk.state = replace(desk.state, presence=Presence(one.what), since=at, revision=f"own-{at}")
    return AgentStateChanged(desk.state, at, at)


def play(
    parts: list[tuple[str, float]], happenings: list[Happening], policy: SitePolicy = POLICY
) -> tuple[Rehearsal, WatchedDesk]:
    at_desk = _scene(parts)
    desk = WatchedDesk(at_desk)
    run = Rehearsal("ann", replace(FACTS, policy=policy), camera(at_desk), desk)
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    for one in sorted(happenings, key=lambda one: one.at):
        run.call_at(one.at, lambda one=one: run.take(_event(run, desk, one)))  # type: ignore[misc]
    run.run(LONG_S)
    return run, desk


@settings(max_examples=80, deadline=None)
@given(PARTS, HAPPENINGS)
def test_every_write_is_told_first_stands_on_fresh_evidence_and_is_the_agents_state(
    parts: list[tuple[str, float]], happenings: list[Happening]
) -> None:
    play(parts, happenings)  # the desk checks each write as it comes


@settings(max_examples=80, deadline=None)
@given(PARTS, HAPPENINGS)
def test_nobody_is_flagged_without_evidence_or_before_being_told(
    parts: list[tuple[str, float]], happenings: list[Happening]
) -> None:
    _, desk = play(parts, happenings, EVERY_RULE)
    for at, command in desk.flags:
        if isinstance(command, PostFlag):
            assert {what for what, _ in parts} & SHOWS[command.flag.finding]
            told = [when for when, notice in desk.notices if notice.since == command.flag.since]
            assert told
            assert min(told) + 30 <= at


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["agent", "dark", "covered", "frozen", "off"]), st.floats(3, 300))))
def test_without_an_empty_seat_nothing_is_ever_told_written_or_flagged(
    parts: list[tuple[str, float]],
) -> None:
    _, desk = play(parts or [("off", 10.0)], [])
    assert all(notice.kind is NoticeKind.MORE_LIGHT for _, notice in desk.notices)
    assert desk.states == []
    assert desk.flags == []


@settings(max_examples=50, deadline=None)
@given(PARTS, HAPPENINGS)
def test_while_paused_no_frame_is_opened(parts: list[tuple[str, float]], happenings: list[Happening]) -> None:
    run, _ = play(parts, [*happenings, Happening(200.0, "pause"), Happening(400.0, "pause")])
    ends = [one.at for one in happenings if one.what == "resume" and one.at >= 200.0]
    until = min(ends, default=LONG_S)
    opened = [at for at, command in run.commands if isinstance(command, OpenLook)]
    assert not [at for at in opened if 200.0 < at < until]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["available", "on_queue"]), st.floats(70, 400))
def test_on_queue_at_genesys_with_zoom_in_a_meeting_may_be_written(presence: str, leaves: float) -> None:
    parts = [("agent", leaves), ("nobody", LONG_S)]
    _, desk = play(parts, [Happening(5.0, presence), Happening(10.0, "meeting")])
    assert [state for _, state in desk.states] == [Presence.AWAY]


@settings(max_examples=30, deadline=None)
@given(st.floats(70, 400), st.floats(10, 60))
def test_a_connected_call_is_flagged_at_the_most_and_after_it(leaves: float, call_at: float) -> None:
    absence = POLICY.absence.model_copy(update={"during_calls": DuringCalls.FLAG_AFTER})
    policy = POLICY.model_copy(update={"absence": absence})
    call_ends = leaves + 400.0
    happenings = [Happening(call_at, "call"), Happening(call_ends, "free")]
    _, desk = play([("agent", leaves), ("nobody", LONG_S)], happenings, policy)
    assert not [at for at, state in desk.states if at < call_ends and state is Presence.AWAY]
    raised = [at for at, command in desk.flags if isinstance(command, PostFlag)]
    assert raised
    assert min(raised) >= call_ends


@settings(max_examples=30, deadline=None)
@given(PARTS, HAPPENINGS)
def test_on_queue_is_never_asked_for(parts: list[tuple[str, float]], happenings: list[Happening]) -> None:
    run, _ = play(parts, happenings)
    asked = {command.to for _, command in run.commands if isinstance(command, SetState)}
    assert asked <= {Presence.AWAY, Presence.AVAILABLE}


@settings(max_examples=30, deadline=None)
@given(PARTS, HAPPENINGS)
def test_the_same_events_give_the_same_commands_bit_for_bit(
    parts: list[tuple[str, float]], happenings: list[Happening]
) -> None:
    first, _ = play(parts, happenings)
    second, _ = play(parts, happenings)
    assert first.commands == second.commands
    assert dump(first.session) == dump(second.session)


@settings(max_examples=40, deadline=None)
@given(PARTS, HAPPENINGS, st.integers(0, 400))
def test_a_session_that_was_written_and_read_again_goes_on_as_if_nothing_had_been(
    parts: list[tuple[str, float]], happenings: list[Happening], cut: int
) -> None:
    events: list[Input] = []
    run = _recorded(parts, happenings, events)
    session: Session = new_session("ann", 0.0)
    commands: list[Command] = []
    for number, event in enumerate(events):
        session, given = step(session, event, run.facts)
        commands += given
        if number == cut:
            session = load(dump(session))
    assert dump(session) == dump(run.session)
    assert [one for one in commands if isinstance(one, NotifyAgent | SetState | Record)] == [
        one for _, one in run.commands if isinstance(one, NotifyAgent | SetState | Record)
    ]


def _recorded(parts: list[tuple[str, float]], happenings: list[Happening], events: list[Input]) -> Rehearsal:
    at_desk = _scene(parts)
    desk = WatchedDesk(at_desk)

    class Recording(Rehearsal):
        def take(self, event: Input) -> None:
            events.append(event)
            super().take(event)

    run = Recording("ann", FACTS, camera(at_desk), desk)
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    for one in sorted(happenings, key=lambda one: one.at):
        run.call_at(one.at, lambda one=one: run.take(_event(run, desk, one)))  # type: ignore[misc]
    run.run(LONG_S)
    return run
