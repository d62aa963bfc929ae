"""A scripted desk: who sits there when, seen by the real session in virtual time."""

from collections.abc import Callable
from dataclasses import replace

from atdesk_core.policy import (
    AbsenceRule,
    BannedObjectRule,
    DifferentPersonRule,
    ExtraPersonRule,
    FoodOrDrinkRule,
    InputIdleRule,
    MeetingRule,
    PhoneRule,
    SitePolicy,
)
from atdesk_core.runtime.rehearsal import Desk, Rehearsal, See
from atdesk_core.session import Facts, ShiftNow, Wanted
from atdesk_sdk import (
    AccountRef,
    AgentStateChanged,
    Box,
    CouldNotTell,
    Face,
    Interaction,
    Match,
    MatchBand,
    Meeting,
    Observation,
    Obstacle,
    Presence,
    Quality,
    SeenObject,
    StreamKey,
    VideoOpened,
)

GENESYS = AccountRef("genesys", "org", "user-1")
ZOOM = AccountRef("zoom", "org", "zoom-1")
KEY = StreamKey("zoom", "stream-1", "101")
MEETING = Meeting("900", "900", participants=6, outside_guests=False, people_told=True)
POLICY = SitePolicy(
    site="home",
    accountable="A. Person",
    absence=AbsenceRule(agent_first_s=30, min_flag_s=120),
    different_person=DifferentPersonRule(agent_first_s=30),
    meetings=(MeetingRule(id="900", purpose="team room"),),
)
EVERY_RULE = POLICY.model_copy(
    update={
        "extra_person": ExtraPersonRule(enabled=True, agent_first_s=30),
        "phone": PhoneRule(enabled=True, agent_first_s=30),
        "food_or_drink": FoodOrDrinkRule(enabled=True, agent_first_s=30),
        "banned_object": BannedObjectRule(enabled=True, agent_first_s=30, classes=frozenset({"book"})),
        "input_idle": InputIdleRule(enabled=True, agent_first_s=30, idle_s=60),
    }
)
FACTS = Facts(
    policy=POLICY, authority=GENESYS, consent=True, shift=ShiftNow("s1", 0.0, 50_000.0), stopped=False
)

Scene = Callable[[float], str]
"""What is before the camera at a time; `off` and `elsewhere` give no picture."""

THINGS = {
    "phone": ("cell phone", Box(0.62, 0.35, 0.08, 0.12, 0.8)),
    "drink": ("cup", Box(0.48, 0.46, 0.1, 0.12, 0.8)),
    "book": ("book", Box(0.3, 0.7, 0.3, 0.2, 0.8)),
}
"""What an object model would give beside the agent: its label, and where."""

REFUSALS = {"off": CouldNotTell.CAMERA_OFF, "elsewhere": CouldNotTell.NOT_OUR_TURN}


def scene(*parts: tuple[float, str]) -> Scene:
    """`scene((0, "agent"), (60, "nobody"))`: each part holds from its time on."""

    def at(time: float) -> str:
        return next(what for begin, what in reversed(parts) if time >= begin)

    return at


def observation(what: str, look_id: str, at: float) -> Observation:
    """What the detectors would measure."""
    blank = Observation(look_id, at, at, quality=Quality(120, 50, 300, 4.0), people=())
    face = Face(Box(0.4, 0.2, 0.25, 0.4, 0.95), 160, 0.1)
    agent = replace(
        blank, faces=(face,), people=None, match=Match(0, MatchBand.SAME, 0.3), seat=0, objects=()
    )
    if what == "agent":
        return agent
    if what == "company":
        return replace(agent, faces=(face, replace(face, box=Box(0.7, 0.2, 0.22, 0.36, 0.9))))
    if what in THINGS:
        label, box = THINGS[what]
        return replace(agent, objects=(SeenObject(label, box),))
    if what == "other":
        return replace(blank, faces=(face,), people=None, match=Match(0, MatchBand.OTHER, 0.9))
    if what in ("dark", "covered", "frozen"):
        obstacle = {"dark": Obstacle.TOO_DARK, "covered": Obstacle.COVERED, "frozen": Obstacle.FROZEN}[what]
        return replace(blank, obstacle=obstacle, people=None)
    return blank


def camera(at_desk: Scene) -> See:
    """The scene as a camera shows it."""

    def see(look_id: str, at: float, _wanted: Wanted) -> Observation | CouldNotTell:
        what = at_desk(at)
        return REFUSALS.get(what) or observation(what, look_id, at)

    return see


def rehearse(at_desk: Scene, facts: Facts = FACTS, desk: Desk | None = None) -> tuple[Rehearsal, Desk]:
    """A rehearsal with a video that is open from second 1 on, not run yet."""
    desk = desk or Desk(GENESYS)
    run = Rehearsal("ann", facts, camera(at_desk), desk)
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    return run, desk


def state(
    desk: Desk, at: float, presence: Presence, interaction: Interaction = Interaction.NONE
) -> AgentStateChanged:
    """The agent, or somebody else, changed the authority's state."""
    desk.state = replace(
        desk.state, presence=presence, interaction=interaction, since=at, revision=f"own-{at}"
    )
    return AgentStateChanged(desk.state, at, at)


def busy(desk: Desk, at: float, interaction: Interaction) -> AgentStateChanged:
    """A call began or ended: the presence, and so its revision, stays as it is."""
    desk.state = replace(desk.state, interaction=interaction)
    return AgentStateChanged(desk.state, at, at)
