"""From leaving the desk to the decision: under the policy's schedule, and with six agents in one meeting.

First, recordings in which the agent sits for half a minute and some seconds more, then is away, replayed
with `--schedule policy`: two frames every 15 s until somebody may be gone. Second, the real service before
a simulated meeting of six: real RTMS sockets with the platform's one slot, the real vision pool.
"""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import track

from atdesk_core.policy import LookRules, MeetingRule, SitePolicy
from atdesk_core.runtime.live import Running, running
from atdesk_core.runtime.replay import Schedule, Script, replay
from atdesk_core.runtime.replay.recording import Recording
from atdesk_core.session import Record, RecordKind
from atdesk_core.store import Store
from atdesk_core.vision.worker import load_models, start
from atdesk_core.web.app import build_app
from atdesk_core.web.server import serving
from atdesk_zoom.simulator import Participant
from benchmarks import footage
from benchmarks.desk import enrolled
from benchmarks.figures import Figure, median, percentile
from benchmarks.footage import Scenario
from benchmarks.results import CACHE, Options, Result
from benchmarks.stage import Agent, Stage, agree, no_caps, stage

AGENTS = 6
DEPARTURES = 10
REPLAYS = 20
SITS_S, AWAY_S = 30.0, 60.0
# Nobody waits longer for a decision.
LONGEST_S = 120.0
# Four people who turn absent within a minute would be a storm, and the platform would be doubted.
APART_S = 21.0

NOTES = (
    "Policy: the defaults (watch: two frames every 15 s, one a second as soon as nobody may be there). The "
    "agent is enrolled in the replays, nobody is in the meeting.",
    "Replays: each departure comes 30 to 45 s into its recording, at a moment drawn with a fixed seed.",
    "Meeting: leaving is the moment from which the simulated camera shows the empty room, the decision when "
    "the engine knew. One slot: agents are visited in turn, whoever may be absent first. One departure at a "
    "time, at least 21 s apart.",
)


def run(options: Options) -> Result:
    """Measure."""
    data = options.footage()
    count = options.scenarios or REPLAYS
    by_policy, missed = _replays(footage.scenarios(data, count))
    people = footage.scenarios(data, AGENTS)
    findings = Findings()
    meeting = asyncio.run(_meeting(people, options.departures or DEPARTURES, findings))
    found = [one for one in meeting if one is not None]
    figures = [
        *_figures("policy", by_policy, missed, AWAY_S),
        *_figures("six in a meeting", found, len(meeting) - len(found), LONGEST_S),
    ]
    detail = {"policy_s": by_policy, "meeting_s": meeting, "instead": findings.instead}
    return Result("watch", tuple(figures), NOTES, detail)


def _figures(where: str, found: list[float], missed: int, longest_s: float) -> list[Figure]:
    """What was not decided counts as the longest wait, so that it cannot make the figures look better."""
    seconds = [*found, *[longest_s] * missed]
    note = f"{missed} not decided, counted as {longest_s:g} s" if missed else ""
    what = f"{where}: leaving to decision"
    return [
        Figure(f"{what}, median", median(seconds), "s", len(seconds), note=note),
        Figure(f"{what}, p95", percentile(seconds, 0.95), "s", len(seconds)),
        Figure(f"{what}, slowest", max(seconds), "s", len(seconds)),
    ]


def _replays(scenarios: list[Scenario]) -> tuple[list[float], int]:
    """Seconds from leaving to the decision, of each that was made; how many were not."""
    start()
    models, chance = load_models(), random.Random(1)  # noqa: S311  (moments of a benchmark)
    found: list[float] = []
    for one in track(scenarios, description="Under the policy's schedule"):
        sits_s = round(SITS_S + chance.random() * 15, 1)
        person = enrolled(sorted(one.enrol.glob("*.jpg")), models)
        with Recording(_departure(one, sits_s)) as recording:
            script = Script("agent", person, schedule=Schedule.POLICY)
            outcome = replay(recording, models, script)
        absences = [said for said in outcome.stretches if said.what == "absent"]
        found += [said.decided_s - sits_s for said in absences[:1]]
    return found, len(scenarios) - len(found)


def _departure(one: Scenario, sits_s: float) -> Path:
    """The agent sits, then is away."""
    path = CACHE / "watch" / f"{one.name}-{sits_s:g}.mp4"
    if path.is_file():
        return path
    sits, away = footage.stretch(one, None), footage.stretch(one, "away")
    counts = round(sits_s * footage.FPS), round(AWAY_S * footage.FPS)
    frames = itertools.chain(footage.to_and_fro(sits, counts[0]), footage.to_and_fro(away, counts[1]))
    return footage.write_video(path, frames)


def _camera(one: Scenario, label: str | None) -> Path:
    """A loop of the agent at the desk, or of the empty room, for a simulated camera."""
    path = CACHE / "watch" / f"{one.name}-{label or 'present'}.mp4"
    if path.is_file():
        return path
    frames = footage.stretch(one, label)
    return footage.write_video(path, footage.to_and_fro(frames, 2 * len(frames) - 2))


@dataclass(slots=True)
class Findings:
    """What the engine says of each agent: its newest verdict and when it was decided, engine's clock.

    Attributes:
        newest: By agent.
        instead: What was said of those whose absence was not found in time.
    """

    newest: dict[str, tuple[str, float]] = field(default_factory=dict)
    instead: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, agent_id: str, record: Record) -> None:
        """A row of the decision log."""
        if record.kind in (RecordKind.FINDING, RecordKind.COULD_NOT_TELL):
            self.newest[agent_id] = (str(record.data["what"]), float(record.data["decided_at"] or 0.0))
            self.changed.set()

    async def wait(self, agent_id: str, what: str, since: float, longest_s: float) -> float | None:
        """When this was found of this agent; None when it was not in time."""
        try:
            async with asyncio.timeout(longest_s):
                while True:
                    said, at = self.newest.get(agent_id, ("", 0.0))
                    if said == what and at >= since:
                        return at
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return None


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent in the meeting, with what the camera shows."""

    agent_id: str
    who: Participant
    present: Path
    away: Path


async def _meeting(people: list[Scenario], departures: int, findings: Findings) -> list[float | None]:
    """Seconds from leaving to the decision, of each departure; None: not in time."""
    async with _six(people, findings) as (scene, seats):
        began = time.time()
        for seat in seats:
            await findings.wait(seat.agent_id, "present", began - 60, LONGEST_S)
        print(f"{len(seats)} agents are at their desks; {departures} departures follow", flush=True)
        chance = random.Random(2)  # noqa: S311  (moments of a benchmark)
        taken: list[float | None] = []
        for number in track(range(departures), description="Departures"):
            await asyncio.sleep(APART_S * (0.5 + chance.random()))
            taken.append(await _leave(scene, seats[number % len(seats)], findings))
    return taken


async def _leave(scene: Stage, seat: Seat, findings: Findings) -> float | None:
    """One agent leaves, and comes back once that is known."""
    left_at = time.time()
    scene.zoom.room.play(seat.who.user_id, str(seat.away))
    decided = await findings.wait(seat.agent_id, "absent", left_at, LONGEST_S)
    if decided is None:
        findings.instead.append(
            f"agent {seat.agent_id}: {findings.newest.get(seat.agent_id, ('nothing',))[0]}"
        )
    scene.zoom.room.play(seat.who.user_id, str(seat.present))
    return None if decided is None else decided - left_at


@asynccontextmanager
async def _six(people: list[Scenario], findings: Findings) -> AsyncIterator[tuple[Stage, list[Seat]]]:
    """The service before a meeting of six, its stream started."""
    agents = [Agent(f"{number + 1}", "team", "home", {}) for number in range(len(people))]
    async with AsyncExitStack() as stack:
        # The room's number exists once the stage stands, so the policy is found by the site afterwards.
        policies: dict[str, SitePolicy] = {"home": _policy("not yet known")}
        scene = await stack.enter_async_context(stage(agents, policies))
        policies["home"] = _policy(scene.zoom.room.meeting.number)
        async with await Store.open(scene.config.service.database) as store:
            await agree(scene.config, store)
        live = await stack.enter_async_context(running(scene.config, on_record=[findings.take], caps=no_caps))
        await _join_webhooks(scene, live, stack)
        seats = [await _sit(scene, agent, one) for agent, one in zip(agents, people, strict=True)]
        scene.zoom.room.start_stream()
        yield scene, seats


async def _join_webhooks(scene: Stage, live: Running, stack: AsyncExitStack) -> None:
    app = build_app(live.service.ingresses(), live.service.health)
    port = await stack.enter_async_context(serving(app, "127.0.0.1", 0))
    scene.zoom.webhooks.url = f"http://127.0.0.1:{port}/ingress/zoom/events"
    scene.zoom.bot.url = f"http://127.0.0.1:{port}/ingress/zoom/bot"


async def _sit(scene: Stage, agent: Agent, one: Scenario) -> Seat:
    present, away = await asyncio.to_thread(_camera, one, None), await asyncio.to_thread(_camera, one, "away")
    who = await scene.zoom.room.join(agent.name, str(present), person_id=agent.zoom)
    return Seat(agent.agent_id, who, present, away)


def _policy(meeting: str) -> SitePolicy:
    rule = MeetingRule(id=meeting, purpose="benchmark")
    return SitePolicy(
        site="home", accountable="Bench", looks=LookRules(), meetings=(rule,), needs_consent=False
    )
