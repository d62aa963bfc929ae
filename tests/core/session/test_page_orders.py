"""No order of events opens a frame of the page that must not be: an oracle stands beside the session.

The oracle keeps its own account of meetings, calls, pauses, answers and policies, and looks at each frame as
it is opened. Nothing of the session's own bookkeeping is used for that.
"""

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.policy import LookRules, SitePolicy
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    Facts,
    FactsChanged,
    Input,
    LookSource,
    OpenLook,
    RecordKind,
    Wanted,
)
from atdesk_sdk import (
    AccountRef,
    AgentStateChanged,
    CouldNotTell,
    InputActivity,
    Interaction,
    Meeting,
    Observation,
    PauseChanged,
    PausedBy,
    Presence,
    StreamKey,
    VideoClosed,
    VideoOpened,
)
from tests.core.session.desk import EVERY_RULE, FACTS, GENESYS, KEY, MEETING, ZOOM, Scene, camera, scene

LONG_S = 400.0
ANSWER_S = 10.0
PAGE = AccountRef("page", "", "ann")
PAGE_KEY = StreamKey("page", "ann", "1")
OTHER_KEY = StreamKey("zoom", "stream-2", "7")
NOT_LISTED = replace(MEETING, meeting_id="1", series_id="1")
UNTOLD = replace(MEETING, people_told=False)
ANY_STATE = frozenset(Presence)

RULES = {
    "page_off": LookRules(while_presence=ANY_STATE),
    "page_on": LookRules(page=True, while_presence=ANY_STATE),
    "page_in_call": LookRules(page=True, page_in_call=True, while_presence=ANY_STATE),
}
OPENS: dict[str, tuple[StreamKey, AccountRef, Meeting | None]] = {
    "meeting_opens": (KEY, ZOOM, MEETING),
    "untold_opens": (OTHER_KEY, ZOOM, UNTOLD),
    "unlisted_opens": (OTHER_KEY, ZOOM, NOT_LISTED),
    "page_opens": (PAGE_KEY, PAGE, None),
}
CLOSES = {
    "meeting_left": (KEY, CouldNotTell.NO_SIGNAL),
    "meeting_dark": (KEY, CouldNotTell.CAMERA_OFF),
    "meeting_stopped": (KEY, CouldNotTell.STREAM_PAUSED),
    "other_left": (OTHER_KEY, CouldNotTell.NO_SIGNAL),
    "other_dark": (OTHER_KEY, CouldNotTell.CAMERA_OFF),
    "page_gap": (PAGE_KEY, CouldNotTell.CAMERA_OFF),
    "page_gone": (PAGE_KEY, CouldNotTell.NO_SIGNAL),
}
STATES = {
    "call": (GENESYS, Interaction.CUSTOMER_CALL, Presence.ON_QUEUE),
    "after_call": (GENESYS, Interaction.AFTER_CALL, Presence.ON_QUEUE),
    "meeting_state": (GENESYS, Interaction.MEETING, Presence.AVAILABLE),
    "meeting_presence": (GENESYS, Interaction.NONE, Presence.MEETING),
    "free": (GENESYS, Interaction.NONE, Presence.AVAILABLE),
    "idle": (GENESYS, Interaction.NONE, Presence.IDLE),
    "zoom_meeting": (ZOOM, Interaction.MEETING, Presence.AVAILABLE),
    "zoom_call": (ZOOM, Interaction.CUSTOMER_CALL, Presence.AVAILABLE),
    "zoom_free": (ZOOM, Interaction.NONE, Presence.AVAILABLE),
}
ANSWERS = ("answers", "answers_told", "silent", "closed")
PAUSES = {"pause": True, "resume": False}
TYPING = {"types": False, "types_not": True}
WHATS = [*RULES, *OPENS, *CLOSES, *STATES, *ANSWERS, *PAUSES, *TYPING]
BEGINS = [(0.0, "page_opens"), (0.0, "answers_told")]
SCENES = ["agent", "nobody", "nobody", "other", "dark", "off"]


@dataclass
class Oracle:
    """What stands, by its own account.

    Attributes:
        in_meetings: Videos of meetings that the agent has not left.
        dark: Meetings without a video that the agent has not left, by their number.
        states: (interaction, presence) by account.
        answers: Whether the page goes on answering.
        answered_at: When it answered last.
    """

    rules: LookRules
    in_meetings: dict[StreamKey, Meeting] = field(default_factory=dict)
    dark: dict[StreamKey, str] = field(default_factory=dict)
    states: dict[AccountRef, tuple[Interaction, Presence]] = field(default_factory=dict)
    paused: bool = False
    answers: bool = False
    answered_at: float | None = None

    def answered(self, at: float) -> bool:
        return self.answered_at is not None and at - self.answered_at <= ANSWER_S

    @property
    def in_call(self) -> bool:
        calls = (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL)
        return any(live in calls for live, _ in self.states.values())

    @property
    def in_meeting(self) -> bool:
        told = any(
            live is Interaction.MEETING or shown is Presence.MEETING for live, shown in self.states.values()
        )
        return told or bool(self.in_meetings) or bool(self.dark)


class Watched(Rehearsal):
    """A rehearsal in which the oracle sees every event, every look and every frame."""

    def __init__(self, at_desk: Scene, facts: Facts, desk: Desk) -> None:
        assert facts.policy is not None
        self.oracle = Oracle(facts.policy.looks)
        self.desk = desk
        self.frames = dict.fromkeys(LookSource, 0)
        self._camera = camera(at_desk)
        self._source: OpenLook | None = None
        super().__init__("ann", facts, self._open_eyes, desk)

    def take(self, event: Input) -> None:
        self._learn(event)
        before = len(self.commands)
        super().take(event)
        for at, command in self.commands[before:]:
            if isinstance(command, OpenLook):
                self._source = command
                self._may_open(command, at)

    def _learn(self, event: Input) -> None:
        oracle = self.oracle
        match event:
            case VideoOpened(meeting=Meeting() as meeting):
                oracle.in_meetings[event.key] = meeting
                again = [key for key, number in oracle.dark.items() if number == meeting.meeting_id]
                for key in {*again, event.key}:
                    oracle.dark.pop(key, None)
            case VideoClosed() if event.key != PAGE_KEY:
                left = oracle.in_meetings.pop(event.key, None)
                if event.reason is CouldNotTell.NO_SIGNAL:
                    oracle.dark.pop(event.key, None)
                elif left is not None:
                    oracle.dark[event.key] = left.meeting_id
            case AgentStateChanged():
                oracle.states[event.state.account] = (event.state.interaction, event.state.presence)
            case PauseChanged():
                oracle.paused = event.paused

    def _open_eyes(self, look_id: str, at: float, wanted: Wanted) -> Observation | CouldNotTell:
        look = self.session.look
        assert look is not None
        assert self._source is not None
        assert (look.look_id, look.key) == (self._source.look_id, self._source.key), "two sources in a look"
        self._may_open(self._source, at)
        seen = self._camera(look_id, at, wanted)
        self.frames[self._source.source] += isinstance(seen, Observation)
        return seen

    def _may_open(self, look: OpenLook, at: float) -> None:
        oracle = self.oracle
        assert not oracle.paused
        if look.source is LookSource.PAGE:
            assert look.key == PAGE_KEY
            assert look.page_must_show
            assert oracle.rules.page
            assert not oracle.in_meeting
            assert not oracle.in_call or oracle.rules.page_in_call
            assert oracle.answered(at)
        else:
            meeting = oracle.in_meetings[look.key]
            assert meeting.meeting_id == MEETING.meeting_id
            assert meeting.people_told or (look.page_must_show and oracle.answered(at))


def happen(run: Watched, what: str) -> None:
    """Carry it out, now."""
    at = run.now
    if what in RULES:
        run.oracle.rules = RULES[what]
        run.facts = replace(run.facts, policy=policy(RULES[what]))
    elif what in ANSWERS:
        _answers(run, what)
    elif what in OPENS:
        run.take(VideoOpened(*OPENS[what], at, at))
    elif what in CLOSES:
        run.take(VideoClosed(*CLOSES[what], at, at))
    elif what in STATES:
        account, live, presence = STATES[what]
        state = replace(run.desk.state, account=account, interaction=live, presence=presence, since=at)
        run.take(AgentStateChanged(replace(state, revision=f"own-{at}"), at, at))
    elif what in PAUSES:
        run.take(PauseChanged(PAGE, PAUSES[what], PausedBy.AGENT, at, at))
    else:
        run.take(InputActivity(PAGE, TYPING[what], 0.0, at, at))


def _answers(run: Watched, what: str) -> None:
    """A page that begins or ceases to answer; silence is told by nobody, what was closed is."""
    run.oracle.answers = what.startswith("answers")
    if what == "closed":
        run.oracle.answered_at = None
        run.facts = replace(run.facts, page_answered_at=None)
    else:
        _beat(run)
    if what in ("answers_told", "closed"):
        run.take(FactsChanged(run.now))


def _beat(run: Watched) -> None:
    """A heartbeat of the page: a fact, not an event."""
    if run.oracle.answers:
        run.oracle.answered_at = run.now
        run.facts = replace(run.facts, page_answered_at=run.now)


def policy(rules: LookRules) -> SitePolicy:
    return EVERY_RULE.model_copy(update={"looks": rules})


PARTS = st.lists(st.tuples(st.sampled_from(SCENES), st.floats(5, 150)), min_size=1, max_size=5)
HAPPENINGS = st.lists(st.tuples(st.floats(0, LONG_S), st.sampled_from(WHATS)), max_size=18)
# Mostly on: where the page is off there is little to forbid.
FIRST = st.sampled_from(["page_on", "page_in_call", "page_on", "page_off"])


def play(parts: list[tuple[str, float]], happenings: list[tuple[float, str]], first: str) -> Watched:
    """The whole story, under the eyes of the oracle."""
    at, pieces = 0.0, []
    for what, length in parts:
        pieces.append((at, what))
        at += length
    run = Watched(scene(*pieces), replace(FACTS, policy=policy(RULES[first])), Desk(GENESYS))
    for number in range(int(LONG_S / 4)):
        run.call_at(4.0 * number, lambda: _beat(run))
    for at, what in sorted(happenings):
        run.call_at(at, lambda what=what: happen(run, what))  # type: ignore[misc]
    run.run(LONG_S)
    return run


@settings(max_examples=300, deadline=None)
@given(PARTS, HAPPENINGS, FIRST)
def test_no_order_of_events_opens_a_frame_that_must_not_be(
    parts: list[tuple[str, float]], happenings: list[tuple[float, str]], first: str
) -> None:
    """The page is open and answers at first, so that there is something to forbid."""
    play(parts, [*BEGINS, *happenings], first)  # the oracle looks at each look and each frame as it comes


@settings(max_examples=60, deadline=None)
@given(HAPPENINGS, FIRST)
def test_a_page_without_pictures_is_never_absence(happenings: list[tuple[float, str]], first: str) -> None:
    run = play([("off", LONG_S)], [*BEGINS, *happenings], first)
    assert not run.desk.states
    assert not [one for one in run.records if one.kind is RecordKind.FINDING]


def test_the_oracle_is_not_blind() -> None:
    """With nothing in the way, frames come from the page, then from the meeting, then from the page again."""
    story = [
        (1.0, "answers_told"),
        (1.0, "page_opens"),
        (100.0, "meeting_opens"),
        (200.0, "meeting_left"),
        (300.0, "untold_opens"),
    ]
    run = play([("agent", LONG_S)], story, "page_on")
    sources = [(at, one.source) for at, one in run.commands if isinstance(one, OpenLook)]
    assert {source for at, source in sources if at < 100} == {LookSource.PAGE}
    assert {source for at, source in sources if 100 <= at < 200} == {LookSource.MEETING}
    assert {source for at, source in sources if 200 <= at < 300} == {LookSource.PAGE}
    assert {source for at, source in sources if at >= 300} == {LookSource.MEETING}
    assert min(run.frames.values()) > 10
