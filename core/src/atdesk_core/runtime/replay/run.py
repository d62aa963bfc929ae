"""Puts a recording, the vision pipeline and a session together."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from atdesk_core.policy import LookReason, LookRules, MeetingRule, SitePolicy
from atdesk_core.runtime.measuring import plan_for
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.runtime.replay.happenings import Happening
from atdesk_core.runtime.replay.outcome import ReplayedFlag, ReplayedNotice, ReplayOutcome, Steps, Timeline
from atdesk_core.runtime.replay.recording import Recording
from atdesk_core.session import Facts, Input, PostFlag, ShiftNow, Wanted
from atdesk_core.vision.encoder.thresholds import Thresholds
from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.pipeline import Models, observe
from atdesk_sdk import AccountRef, CouldNotTell, FindingKind, Meeting, Observation, StreamKey, VideoOpened

MEETING = Meeting("recording", "recording", participants=1, outside_guests=False, people_told=True)
KEY = StreamKey("recording", "recording", "1")
# Recordings are shorter than a day.
DAY_S = 86_400.0


class Schedule(StrEnum):
    """When frames are looked at."""

    CONTINUOUS = "continuous"
    POLICY = "policy"


def own_recording_policy() -> SitePolicy:
    """The built-in policy for one's own recordings: the defaults, with nobody else to ask."""
    return SitePolicy(site="recording", accountable="whoever runs the replay")


def _with_schedule(policy: SitePolicy, schedule: Schedule) -> SitePolicy:
    """The recording is the one meeting that may be looked into; continuous is one frame a second."""
    meetings = (*policy.meetings, MeetingRule(id="recording", purpose="replay of a recording"))
    looks = policy.looks
    if schedule is Schedule.CONTINUOUS:
        looks = LookRules(
            reasons=frozenset(LookReason),
            max_frames=60,
            max_s=60,
            watch_every_s=0,
            returning_every_s=0,
            watch_frames=60,
            frames_per_shift=1_000_000,
            returning_frames_per_shift=1_000_000,
        )
    return policy.model_copy(update={"meetings": meetings, "looks": looks})


def _facts(agent_id: str, policy: SitePolicy) -> Facts:
    return Facts(
        policy=policy,
        authority=AccountRef("recording", "local", agent_id),
        consent=True,
        shift=ShiftNow("recording", -1.0, DAY_S),
        stopped=False,
    )


class _Camera:
    """Measures the frames that the session asks for."""

    def __init__(self, recording: Recording, models: Models, enrolment: Enrolment | None) -> None:
        self.steps = Steps()
        self.observations: list[Observation] = []
        self._recording = recording
        self._models = models
        self._enrolment = enrolment
        self._memory = Memory()
        self._plan = Plan()

    def see(self, look_id: str, at_s: float, wanted: Wanted) -> Observation | CouldNotTell:
        frame = self._recording.frame_at(at_s, look_id)
        if frame is None:
            return CouldNotTell.NO_SIGNAL
        plan = plan_for(wanted, self._plan)
        enrolment = self._enrolment if wanted.match else None
        seen, self._memory = observe(frame, self._memory, enrolment, plan, self._models)
        self.steps.add(seen)
        self.observations.append(seen)
        return seen


@dataclass(frozen=True, slots=True)
class Script:
    """How a recording is replayed.

    Attributes:
        agent_id: For the ids.
        enrolment: Of the agent; None: nobody is matched.
        policy: None takes the built-in one.
        schedule: One frame a second throughout, or what the policy's looks ask for.
        happenings: (seconds, what happens): state changes, calls and pauses.
    """

    agent_id: str = "agent"
    enrolment: Enrolment | None = None
    policy: SitePolicy | None = None
    schedule: Schedule = Schedule.CONTINUOUS
    happenings: Sequence[Happening] = ()


def replay(
    recording: Recording,
    models: Models,
    script: Script,
    *,
    setup_s: float = 0.0,
    progress: Callable[[float], None] = lambda _at_s: None,
) -> ReplayOutcome:
    """Replay a recording.

    Args:
        recording: At its beginning.
        models: Loaded.
        script: How.
        setup_s: What loading took, for the report.
        progress: Told the seconds that have been read.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    camera = _Camera(recording, models, script.enrolment)
    policy = _with_schedule(script.policy or own_recording_policy(), script.schedule)
    facts = _facts(script.agent_id, policy)
    timeline = Timeline(policy)
    desk = Desk(AccountRef("recording", "local", script.agent_id))
    run = Rehearsal(script.agent_id, facts, camera.see, desk, on_step=timeline.follow)
    run.send_at(0.0, VideoOpened(KEY, desk.account, MEETING, 0.0, 0.0))
    for at_s, make in script.happenings:
        run.call_at(at_s, partial(_happen, run, make, desk))
    duration_s = _run_to_end(run, recording, progress)
    timeline.end(duration_s)
    return ReplayOutcome(
        schedule=script.schedule.value,
        frames_read=recording.frames_read,
        frames_analysed=camera.steps.frames,
        duration_s=duration_s,
        setup_s=setup_s,
        wall_s=time.perf_counter() - wall,
        cpu_s=time.process_time() - cpu,
        stretches=timeline.stretches,
        flags=_flags(desk),
        states=[(at_s, presence.value) for at_s, presence in desk.states],
        steps=camera.steps,
        observations=camera.observations,
        notices=[ReplayedNotice(one.kind.value, at_s, one.lead_sees_at) for at_s, one in desk.notices],
        asked=frozenset(kind for kind in FindingKind if policy.asks_for(kind)),
        bands=_bands(models) if script.enrolment else None,
    )


def _bands(models: Models) -> tuple[float, float] | None:
    """The limits of the encoder that is in use; None where it names none."""
    limits = getattr(models.encoder, "thresholds", None)
    return (limits.same_below, limits.other_above) if isinstance(limits, Thresholds) else None


def _happen(run: Rehearsal, make: Callable[[Desk], Input], desk: Desk) -> None:
    run.take(make(desk))


def _run_to_end(run: Rehearsal, recording: Recording, progress: Callable[[float], None]) -> float:
    """Virtual time goes on second by second while there is a picture."""
    at_s = 0.0
    while at_s <= recording.expected_s:
        run.run(at_s)
        progress(at_s)
        at_s += 1.0
    recording.read_to_end()
    duration_s = recording.frames_read / recording.fps
    run.run(duration_s)
    return duration_s


def _flags(desk: Desk) -> list[ReplayedFlag]:
    told = [(at_s, notice.since) for at_s, notice in desk.notices if notice.lead_sees_at is not None]
    return [
        ReplayedFlag(
            kind=command.flag.finding.value,
            raised_s=at_s,
            told_agent_s=next((when for when, since in told if since == command.flag.since), None),
        )
        for at_s, command in desk.flags
        if isinstance(command, PostFlag)
    ]
