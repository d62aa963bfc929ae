"""Observations written by hand, one second apart unless said otherwise."""

from collections.abc import Iterable

from atdesk_core.judging import JudgeState, JudgingRules, begin, observe
from atdesk_sdk.detector import Box, Face, Match, MatchBand, Observation, Obstacle, Skipped

FACE = Face(Box(0.4, 0.3, 0.2, 0.3, 0.9), 128, 0.05)
TINY = Face(Box(0.4, 0.3, 0.05, 0.07, 0.9), 30, 0.05)
PATTERN = Face(Box(0.1, 0.1, 0.2, 0.3, 0.65), 128, 0.05)
RULES = JudgingRules()


def seen(
    *,
    face: Face | None = None,
    band: MatchBand | None = None,
    body: float | None = None,
    obstacle: Obstacle | None = None,
    skipped: tuple[Skipped, ...] = (),
    moved: bool = False,
) -> Observation:
    """One observation at time 0; `script` sets the time."""
    return Observation(
        look_id="look-1",
        occurred_at=0.0,
        received_at=0.0,
        obstacle=obstacle,
        faces=(face,) if face else (),
        people=None if body is None else ((Box(0.2, 0.2, 0.6, 0.8, body),) if body else ()),
        match=Match(0, band, 0.5) if band else None,
        skipped=skipped,
        moved=moved,
    )


EMPTY = seen(body=0.0)
MURKY = seen(body=0.27)
SAME = seen(face=FACE, band=MatchBand.SAME)
OTHER = seen(face=FACE, band=MatchBand.OTHER)
UNSURE = seen(face=FACE, band=MatchBand.UNSURE)
UNMATCHED = seen(face=FACE)
BODY = seen(body=0.6)
BACK = seen(body=0.6, skipped=(Skipped("match", "no face"),))
SMALL = seen(face=TINY, skipped=(Skipped("match", "face too small"),))
CARRIED_FACE = seen(face=FACE, skipped=(Skipped("faces", "nothing moved"),))
CARRIED = seen(skipped=(Skipped("faces", "nothing moved"),))
DARK = seen(obstacle=Obstacle.TOO_DARK)
COVERED = seen(obstacle=Obstacle.COVERED)
FROZEN = seen(obstacle=Obstacle.FROZEN)
UNREADABLE = seen(obstacle=Obstacle.UNREADABLE)


def at(observation: Observation, time: float, look_id: str = "look-1") -> Observation:
    """The same observation at another time."""
    return Observation(
        look_id=look_id,
        occurred_at=time,
        received_at=time,
        obstacle=observation.obstacle,
        faces=observation.faces,
        people=observation.people,
        match=observation.match,
        moved=observation.moved,
        skipped=observation.skipped,
    )


def run(
    frames: Iterable[Observation],
    *,
    state: JudgeState | None = None,
    start: float = 1.0,
    step: float = 1.0,
    rules: JudgingRules = RULES,
    look_id: str = "look-1",
) -> JudgeState:
    """Feed frames `step` seconds apart, the first at `start`."""
    state = begin(0.0) if state is None else state
    for number, frame in enumerate(frames):
        state = observe(state, at(frame, start + number * step, look_id), rules)
    return state
