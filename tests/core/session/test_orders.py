"""No order of events lets a frame be opened that must not be: an oracle stands beside the session.

Policy, consent, shift, preconditions and stop orders change in mid-run, with or without an event that says
so. The oracle keeps its own account of what stands, and looks at each frame as it is opened.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.policy import LookReason, LookRules, Precondition, SitePolicy
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    CloseLook,
    Facts,
    FactsChanged,
    Input,
    LookEnded,
    NotifyAgent,
    OpenLook,
    PostFlag,
    SetState,
    ShiftNow,
    UpdateFlag,
    Wanted,
)
from atdesk_sdk import (
    AgentStateChanged,
    CouldNotTell,
    FindingKind,
    InputActivity,
    Interaction,
    Observation,
    PauseChanged,
    PausedBy,
    Presence,
    TurnedIntoBreak,
    VideoClosed,
    VideoOpened,
)
from tests.core.session.desk import EVERY_RULE, FACTS, GENESYS, KEY, MEETING, ZOOM, Scene, camera, scene

LONG_S = 500.0
NEEDED = frozenset({Precondition.NOTICE_GIVEN, Precondition.LAWFUL_BASIS})
# Whatever a policy says, a break is a break.
ANY_STATE = frozenset(Presence)
FEW_FRAMES = LookRules(frames_per_shift=30, returning_frames_per_shift=12, while_presence=ANY_STATE)
FEW_SECONDS = LookRules(indicator_s_per_shift=12.5, while_presence=ANY_STATE)
POLICY = EVERY_RULE.model_copy(update={"looks": FEW_FRAMES, "requires": NEEDED})
START = replace(FACTS, policy=POLICY, met=NEEDED)
SCARCE = replace(START, policy=POLICY.model_copy(update={"looks": FEW_SECONDS}))

SCENES = ["agent", "nobody", "nobody", "other", "dark", "off", "company", "phone"]
FACTS_OF = {
    "no_consent": {"consent": False},
    "consent": {"consent": True},
    "off_shift": {"shift": None},
    "on_shift": {"shift": FACTS.shift},
    "next_shift": {"shift": ShiftNow("s2", 0.0, 50_000.0)},
    "lapse": {"met": NEEDED - {Precondition.NOTICE_GIVEN}, "lapsed": frozenset({Precondition.NOTICE_GIVEN})},
    "met": {"met": NEEDED, "lapsed": frozenset()},
    "not_signed": {"policy_signed": False},
    "signed": {"policy_signed": True},
    "stop": {"stopped": True},
    "go_on": {"stopped": False},
    "unlinked": {"accounts": frozenset({GENESYS})},
    "linked": {"accounts": frozenset({GENESYS, ZOOM})},
}
STATES = {
    "break": Presence.BREAK,
    "meal": Presence.MEAL,
    "away": Presence.AWAY,
    "available": Presence.AVAILABLE,
}
PAUSES = {
    "pause": (True, PausedBy.AGENT),
    "host_pauses": (True, PausedBy.HOST),
    "resume": (False, PausedBy.AGENT),
    "support_pauses": (True, PausedBy.SUPPORT),
    "support_resumes": (False, PausedBy.SUPPORT),
}
POLICIES = ("camera_forbidden", "camera_allowed", "no_policy")
OTHERS = ("call", "free", "video_off", "video_on", "types", "silent", "was_break", "zoom_meal", "zoom_back")
WHATS = [*FACTS_OF, *POLICIES, *STATES, *PAUSES, *OTHERS]


@dataclass(frozen=True)
class Happening:
    """Something at a time; a change of facts may come without being told."""

    at: float
    what: str
    told: bool


PARTS = st.lists(st.tuples(st.sampled_from(SCENES), st.floats(5, 200)), min_size=1, max_size=6)
HAPPENINGS = st.lists(
    st.builds(Happening, st.floats(2, LONG_S), st.sampled_from(WHATS), st.booleans()), max_size=14
)


@dataclass
class Oracle:
    """What stands, by its own account.

    Attributes:
        paused: Kinds of pauses that stand.
        shows: Presence by account.
        frames: Opened so far, by shift and by whether they were for the return.
        open_s: Seconds with a look open, by shift.
        opened: When the open look was opened.
    """

    paused: set[str] = field(default_factory=set)
    shows: dict[str, Presence] = field(default_factory=lambda: {"genesys": Presence.AVAILABLE})
    frames: Counter[tuple[str, bool]] = field(default_factory=Counter)
    open_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    opened: float | None = None

    @property
    def is_paused(self) -> bool:
        """Asked for, or shown as a break."""
        return bool(self.paused) or bool({Presence.BREAK, Presence.MEAL} & set(self.shows.values()))


class Watched(Rehearsal):
    """A rehearsal in which the oracle sees every event, every command and every frame."""

    def __init__(self, at_desk: Scene, facts: Facts, desk: Desk) -> None:
        self.oracle = Oracle()
        self._camera = camera(at_desk)
        self._shift_id = ""
        assert facts.policy is not None
        self.policy = facts.policy
        super().__init__("ann", facts, self._open_eyes, desk)

    def take(self, event: Input) -> None:
        self._learn(event)
        before = len(self.commands)
        super().take(event)
        for at, command in self.commands[before:]:
            self._judge(at, command)

    def _learn(self, event: Input) -> None:
        if isinstance(event, PauseChanged):
            kind = "support" if event.by is PausedBy.SUPPORT else "platform"
            (self.oracle.paused.add if event.paused else self.oracle.paused.discard)(kind)
        elif isinstance(event, AgentStateChanged):
            self.oracle.shows[event.state.account.platform] = event.state.presence
        elif isinstance(event, LookEnded):
            self._close(self.now)

    def _judge(self, at: float, command: object) -> None:
        if isinstance(command, OpenLook):
            self._no_frame_forbidden(command.reason)
            assert self.oracle.opened is None, "two looks at once"
            self.oracle.opened = at
        elif isinstance(command, CloseLook):
            self._close(at)
        elif isinstance(command, PostFlag):
            assert not self.oracle.is_paused, "a paused agent was flagged"
        elif isinstance(command, NotifyAgent) and command.lead_sees_at is not None:
            assert not self.oracle.is_paused, "a paused agent was told of a finding"

    def _close(self, at: float) -> None:
        if self.oracle.opened is not None:
            self.oracle.open_s[self._shift()] += at - self.oracle.opened
            assert self.oracle.open_s[self._shift()] <= self.policy.looks.indicator_s_per_shift + 1e-6
            self.oracle.opened = None

    def _shift(self) -> str:
        """The budget that is being spent: of the shift that runs, or of the last one."""
        if self.facts.shift is not None:
            self._shift_id = self.facts.shift.shift_id
        return self._shift_id

    def _open_eyes(self, look_id: str, at: float, wanted: Wanted) -> Observation | CouldNotTell:
        look = self.session.look
        assert look is not None
        self._no_frame_forbidden(look.reason)
        seen = self._camera(look_id, at, wanted)
        if isinstance(seen, Observation):
            self.oracle.frames[self._shift(), look.reason is LookReason.RETURNING] += 1
        return seen

    def _no_frame_forbidden(self, reason: LookReason) -> None:
        facts, oracle = self.facts, self.oracle
        returning = reason is LookReason.RETURNING
        assert facts.policy is not None
        assert facts.policy.camera
        assert not facts.stopped
        assert facts.policy_signed
        assert facts.consent
        assert facts.accounts is None or ZOOM in facts.accounts, "the video is nobody's"
        assert facts.shift is not None
        assert facts.met >= NEEDED
        assert not oracle.is_paused
        assert self.session.break_since is None
        if oracle.shows["genesys"] is Presence.AWAY:
            assert self.session.claim is not None
        looks = facts.policy.looks
        cap = looks.returning_frames_per_shift if returning else looks.frames_per_shift
        assert oracle.frames[self._shift(), returning] < cap
        open_s = 0.0 if oracle.opened is None else self.now - oracle.opened
        assert oracle.open_s[self._shift()] + open_s < looks.indicator_s_per_shift


def happen(run: Watched, desk: Desk, one: Happening) -> None:
    """Carry out a happening, now. A change of facts may come without an event that tells of it."""
    at = run.now
    if one.what in FACTS_OF:
        run.facts = replace(run.facts, **FACTS_OF[one.what])  # type: ignore[arg-type]  # fields by name
    elif one.what in POLICIES:
        camera_on = one.what == "camera_allowed"
        policy = run.policy.model_copy(update={"camera": camera_on})
        run.facts = replace(run.facts, policy=None if one.what == "no_policy" else policy)
    elif one.what in STATES:
        desk.state = replace(desk.state, presence=STATES[one.what], since=at, revision=f"own-{at}")
        run.take(AgentStateChanged(desk.state, at, at))
    elif one.what in PAUSES:
        run.take(PauseChanged(ZOOM, *PAUSES[one.what], at, at))
    else:
        run.take(_other(desk, one.what, at))
    if one.told:
        run.take(FactsChanged(at))


def _other(desk: Desk, what: str, at: float) -> Input:
    if what in ("call", "free"):
        live = Interaction.CUSTOMER_CALL if what == "call" else Interaction.NONE
        desk.state = replace(desk.state, interaction=live)
        return AgentStateChanged(desk.state, at, at)
    if what in ("zoom_meal", "zoom_back"):
        presence = Presence.MEAL if what == "zoom_meal" else Presence.AVAILABLE
        state = replace(desk.state, account=ZOOM, presence=presence, revision=f"zoom-{at}")
        return AgentStateChanged(state, at, at)
    if what == "video_off":
        return VideoClosed(KEY, CouldNotTell.CAMERA_OFF, at, at)
    if what == "video_on":
        return VideoOpened(KEY, ZOOM, MEETING, at, at)
    if what == "was_break":
        return TurnedIntoBreak(ZOOM, None, at, at)
    return InputActivity(GENESYS, what == "silent", 0.0, at, at)


def play(
    parts: list[tuple[str, float]], happenings: list[Happening], facts: Facts = START
) -> tuple[Watched, Desk]:
    """The whole story, under the eyes of the oracle."""
    run, desk = prepared(parts, happenings, facts)
    run.run(LONG_S)
    return run, desk


def prepared(
    parts: list[tuple[str, float]], happenings: list[Happening], facts: Facts
) -> tuple[Watched, Desk]:
    """The same before it begins."""
    at, pieces = 0.0, []
    for what, length in parts:
        pieces.append((at, what))
        at += length
    desk = Desk(GENESYS)
    run = Watched(scene(*pieces), facts, desk)
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    for one in sorted(happenings, key=lambda one: one.at):
        run.call_at(one.at, lambda one=one: happen(run, desk, one))  # type: ignore[misc]
    return run, desk


@settings(max_examples=150, deadline=None)
@given(PARTS, HAPPENINGS, st.sampled_from([START, SCARCE]))
def test_no_order_of_events_lets_a_frame_be_opened_that_must_not_be(
    parts: list[tuple[str, float]], happenings: list[Happening], facts: Facts
) -> None:
    play(parts, happenings, facts)  # the oracle looks at each frame, each look and each flag as it comes


@settings(max_examples=60, deadline=None)
@given(PARTS, HAPPENINGS)
def test_in_shadow_nothing_goes_out_whatever_happens(
    parts: list[tuple[str, float]], happenings: list[Happening]
) -> None:
    policy = POLICY.model_copy(update={"shadow_until": LONG_S + 1})
    run, desk = play(parts, happenings, replace(START, policy=policy))
    went_out = NotifyAgent | SetState | PostFlag | UpdateFlag
    assert not [command for _, command in run.commands if isinstance(command, went_out)]
    assert [desk.notices, desk.states, desk.flags] == [[], [], []]


@settings(max_examples=60, deadline=None)
@given(PARTS, HAPPENINGS, st.floats(10, 400))
def test_a_rule_in_shadow_tells_nobody_from_the_moment_on_in_which_it_falls_back(
    parts: list[tuple[str, float]], happenings: list[Happening], falls_at: float
) -> None:
    run, _ = prepared(parts, happenings, START)

    def fall() -> None:
        run.facts = replace(run.facts, shadow_rules=frozenset({"absence"}))

    run.call_at(falls_at, fall)
    run.run(LONG_S)
    for at, command in run.commands:
        if at > falls_at and isinstance(command, PostFlag):
            assert command.flag.finding is not FindingKind.ABSENT
        if at > falls_at and isinstance(command, SetState):
            assert command.to is Presence.AVAILABLE
        if at > falls_at and isinstance(command, NotifyAgent):
            assert command.kind != FindingKind.ABSENT.value


def test_the_oracle_is_not_blind() -> None:
    """With nothing in the way, frames are opened, Away is written and a flag is raised."""
    patient = POLICY.model_copy(update={"looks": LookRules()})
    facts: Facts = replace(START, policy=patient)
    assert isinstance(patient, SitePolicy)
    at_desk = scene((0, "agent"), (60, "nobody"))
    desk = Desk(GENESYS)
    run = Rehearsal("ann", facts, camera(at_desk), desk)
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    run.run(LONG_S)
    assert [presence for _, presence in desk.states] == [Presence.AWAY]
    assert [one for _, one in desk.flags if isinstance(one, PostFlag)]
    assert run.session.spent.frames > 0
