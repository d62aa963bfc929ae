"""How soon what is decided reaches the platforms, and what a burst does.

Everything but vision is the real thing: sessions, looks, SQLite with a flush for each commit, the outbox,
the adapters, and both simulators over HTTP on loopback, with the platform's own limit of 300 requests a
minute. Who is at the desk comes from a script (`benchmarks.cameras`).

All agents are looked at once a period. In it the *leavers* are found gone at an even two a second, are told,
and their Away falls due; the agents of the site "cards" are found gone too, and a flag falls due for each.
After a minute of quiet a stop order lets every Away of ours be undone at the same moment: the burst. Some
agents choose another state of their own at that moment, and their undoing is stale.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from atdesk_core.identity import FileKeyRing
from atdesk_core.policy import AbsenceRule, LookRules, MeetingRule, SitePolicy
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.service import Service, Wiring
from atdesk_core.session import Record, RecordKind
from atdesk_core.store import ALL_SITES, StopOrder, Store, Unit
from atdesk_genesys.simulator import Arrival
from atdesk_sdk import FindingKind
from benchmarks import cameras
from benchmarks.cameras import MEETING, ScriptedEyes
from benchmarks.figures import Figure, median, percentile
from benchmarks.results import Options, Result
from benchmarks.stage import Agent, Stage, agree, no_caps, stage

RATE = 2
PERIOD_S = 60.0
AGENT_FIRST_S = 10.0
# The storm guard doubts the platform when a fifth of a group turns absent within a minute.
LEAVERS_SHARE = 0.15
CARDS_SHARE = 0.0375
BUDGET, WINDOW_S = 300, 60.0
STALE_EVERY = 10

NOTES = (
    "Due: the end of the delay in which only the agent is told (agent_first_s, here 10 s instead of 60), by "
    "the engine's clock. Arrival: when the simulator has the request. In between: the session's step, its "
    "transaction with a flush, the outbox's own mark, the adapter's read of the state, and the write.",
    "Service and simulators share one process and one event loop here, so the figures are upper bounds.",
    "The burst is a stop order that undoes every Away of ours at once; one in ten of the agents has just "
    "chosen a state of their own, which is left alone.",
)


@dataclass(slots=True)
class Decisions:
    """What the engine decided, and when; seconds since the epoch.

    Attributes:
        writes: (agent, wished state, due, decided) of each state write.
        cards: Number of a flag to (due, decided).
    """

    service: Service | None = None
    writes: list[tuple[str, str, float, float]] = field(default_factory=list)
    cards: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, agent_id: str, record: Record) -> None:
        """A row of the decision log, as it is decided."""
        if self.service is None or record.data.get("what") not in ("asked", "raised"):
            return
        now = time.time()
        episode = self.service.room.session(agent_id).episode(FindingKind.ABSENT)
        due = now if episode is None or episode.told_at is None else episode.told_at + AGENT_FIRST_S
        if record.kind is RecordKind.STATE_WRITE:
            self.writes.append((agent_id, str(record.data["to"]), min(due, now), now))
        elif record.kind is RecordKind.FLAG:
            self.cards[str(record.data["number"])] = (min(due, now), now)


def run(options: Options) -> Result:
    """Measure."""
    return asyncio.run(_measure(options.seconds or PERIOD_S))


async def _measure(period_s: float) -> Result:
    agents = _agents(period_s)
    eyes, decisions = ScriptedEyes(), Decisions()
    async with _running(agents, eyes, decisions, period_s) as (scene, service):
        print(f"{len(agents)} agents; about {3 * period_s + WINDOW_S + 60:.0f} s", flush=True)
        await asyncio.sleep(period_s + 5)
        leavers = [one.agent_id for one in agents if one.team.startswith("leavers")]
        carded = [one.agent_id for one in agents if one.site == "cards"]
        now = time.time()
        eyes.away = dict.fromkeys([*leavers, *carded], (now, float("inf")))
        await _until(lambda: len(decisions.writes) >= len(leavers), period_s + 60)
        await _until(lambda: len(decisions.cards) >= len(carded), 60)
        await _until(lambda: service.outbox.depth == 0, 60)
        await asyncio.sleep(WINDOW_S)
        burst = await _burst(scene, service, decisions, leavers)
        return _result(scene, service, decisions, burst, period_s)


def _agents(period_s: float) -> list[Agent]:
    """So many that two a second leave in a period without looking like a fault of the platform."""
    leavers = round(RATE * period_s)
    total = round(leavers / LEAVERS_SHARE)
    leaving = {number * total // leavers for number in range(leavers)}
    cards = round(CARDS_SHARE * total)
    # The one after somebody who leaves is not leaving: seven people go to each who does.
    carded = {number * leavers // cards * total // leavers + 1 for number in range(cards)}
    return [
        Agent(
            agent_id=f"{number + 1}",
            team=f"leavers {number}" if number in leaving else "others",
            site="cards" if number in carded else "writes",
            more={cameras.PLATFORM: f"camera-{number + 1}"},
        )
        for number in range(total)
    ]


def _policies(period_s: float) -> dict[str, SitePolicy]:
    looks = LookRules(watch_every_s=period_s)
    meetings = (MeetingRule(id=MEETING, purpose="benchmark"),)
    rules = {
        "writes": AbsenceRule(agent_first_s=AGENT_FIRST_S, min_flag_s=86_400),
        "cards": AbsenceRule(agent_first_s=AGENT_FIRST_S, min_flag_s=0, write_away=False),
    }
    return {
        site: SitePolicy(
            site=site, accountable="Bench", absence=rule, looks=looks, meetings=meetings, needs_consent=False
        )
        for site, rule in rules.items()
    }


@asynccontextmanager
async def _running(
    agents: list[Agent], eyes: ScriptedEyes, decisions: Decisions, period_s: float
) -> AsyncIterator[tuple[Stage, Service]]:
    accounts = [one.more[cameras.PLATFORM] for one in agents]
    table = {"name": "cameras", "tenant": cameras.TENANT, "accounts": accounts, "spread_s": period_s}
    async with AsyncExitStack() as stack:
        more = [(cameras.spec(), table)]
        scene = await stack.enter_async_context(stage(agents, _policies(period_s), more=more))
        store = await Store.open(scene.config.service.database)
        stack.push_async_callback(store.aclose)
        await agree(scene.config, store)
        ring = await FileKeyRing.for_store(scene.config.service.key_file, store)
        wiring = Wiring(
            scene.config, store, eyes, PluginCaller([]), time.time, ring, decisions.take, caps=no_caps
        )
        service = decisions.service = await Service.create(wiring)
        stack.push_async_callback(service.aclose)
        await service.start()
        yield scene, service


@dataclass(frozen=True, slots=True)
class Burst:
    """What became of it; seconds since the epoch.

    Attributes:
        began: When the engine decided the first of its writes.
        asked: Agents in the order of the decisions.
        stale: Agents who had just chosen a state of their own.
        arrived: (time, agent) of the writes that reached Genesys, in order.
        dropped: Writes that the outbox ended as stale.
    """

    began: float
    asked: list[str]
    stale: set[str]
    arrived: list[tuple[float, str]]
    dropped: int


async def _burst(scene: Stage, service: Service, decisions: Decisions, leavers: list[str]) -> Burst:
    """Undo everything at once."""
    first, dropped = len(decisions.writes), service.outbox.counts["stale"]
    claimed = [one for one in leavers if service.room.session(one).claim is not None]
    stale = set(claimed[::STALE_EVERY])
    ordered = time.time()
    await service.store.commit(Unit(stop_orders=(StopOrder(ALL_SITES, ordered),)))
    await _until(lambda: len(decisions.writes) > first, 10)
    for agent_id in sorted(stale):
        scene.genesys.world.set_presence(scene.agents[agent_id].genesys, "Meal")
    await _until(lambda: len(decisions.writes) - first >= len(claimed), 20)
    await _until(lambda: all(service.room.session(one).write is None for one in claimed), 150)
    asked = [agent_id for agent_id, _, _, _ in decisions.writes[first:]]
    arrived = [(at, who) for at, who in _patches(scene) if at >= ordered]
    return Burst(decisions.writes[first][3], asked, stale, arrived, service.outbox.counts["stale"] - dropped)


async def _until(holds: Callable[[], bool], longest_s: float) -> None:
    """Wait for what no event tells of; what has not happened by then shows in the figures."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + longest_s
    while not holds() and loop.time() < give_up:  # noqa: ASYNC110  (the engine has no event for it)
        await asyncio.sleep(0.05)


def _patches(scene: Stage) -> list[tuple[float, str]]:
    """(time since the epoch, agent) of every state write that reached Genesys."""
    offset = time.time() - time.monotonic()
    by_user = {one.genesys: agent_id for agent_id, one in scene.agents.items()}
    arrivals: list[Arrival] = scene.genesys.log.all("^PATCH ")
    return [(one.at_s + offset, by_user[one.what.split("/users/")[1].split("/")[0]]) for one in arrivals]


def _result(scene: Stage, service: Service, decisions: Decisions, burst: Burst, period_s: float) -> Result:
    aways = [one for one in decisions.writes if one[1] == "away"]
    patches = _patches(scene)
    late = [_arrival(patches, agent_id, decided) - due for agent_id, _, due, decided in aways]
    after = [_arrival(patches, agent_id, decided) - decided for agent_id, _, _, decided in aways]
    cards = _cards(scene, decisions)
    detail = {
        "agents": len(scene.agents),
        "period_s": period_s,
        "due_to_arrival_s": late,
        "decided_to_arrival_s": after,
        "due_to_card_s": cards,
        "outbox": dict(service.outbox.counts),
        "looks": dict(service.broker.counts),
    }
    figures = (*_write_figures(aways, late, after), *_card_figures(cards), *_burst_figures(scene, burst))
    return Result("writes", figures, NOTES, detail)


def _arrival(patches: list[tuple[float, str]], agent_id: str, decided: float) -> float:
    """When the first write of this agent after the decision reached Genesys; for ever when none did."""
    return next((at for at, who in patches if who == agent_id and at >= decided), float("inf"))


def _cards(scene: Stage, decisions: Decisions) -> list[float]:
    """Seconds from a flag's due time to its card in the lead's channel."""
    posts = scene.zoom.journal.find("rest", "POST /im/chat/messages", "in")
    taken: list[float] = []
    for number, (due, _) in decisions.cards.items():
        arrived = next((one.at_ms / 1000 for one in posts if number in str(one.body)), float("inf"))
        taken.append(arrived - due)
    return taken


def _write_figures(
    aways: list[tuple[str, str, float, float]], late: list[float], after: list[float]
) -> list[Figure]:
    n, span_s = len(late), max(one[3] for one in aways) - min(one[3] for one in aways)
    return [
        Figure("state writes a second", n / span_s, "a second", n, note=f"over {span_s:.0f} s"),
        Figure("write falls due to arrival, median", median(late) * 1000, "ms", n),
        Figure("write falls due to arrival, p95", percentile(late, 0.95) * 1000, "ms", n, at_most=300.0),
        Figure("... counted from the decision, p95", percentile(after, 0.95) * 1000, "ms", n),
        Figure("... slowest, from due", max(late) * 1000, "ms", n),
    ]


def _card_figures(cards: list[float]) -> list[Figure]:
    n = len(cards)
    return [
        Figure("flag falls due to the lead's card, median", median(cards) * 1000, "ms", n),
        Figure(
            "flag falls due to the lead's card, p95", percentile(cards, 0.95) * 1000, "ms", n, at_most=1000.0
        ),
    ]


def _burst_figures(scene: Stage, burst: Burst) -> list[Figure]:
    arrived = [who for _, who in burst.arrived]
    wanted = [who for who in burst.asked if who not in burst.stale]
    place = {who: number for number, who in enumerate(burst.asked)}
    inversions = sum(place[one] > place[other] for one, other in itertools.pairwise(arrived))
    last_s = max((at for at, _ in burst.arrived), default=burst.began) - burst.began
    written_over = len(set(arrived) & burst.stale)
    busiest, refused = _budget(scene)
    return [
        Figure("burst: writes due at once", len(burst.asked), "", len(burst.asked), at_least=100),
        Figure(
            "burst: of the wanted ones, arrived",
            len(set(arrived) & set(wanted)),
            "",
            len(wanted),
            at_least=len(wanted),
        ),
        Figure("burst: arrived out of order", inversions, "", len(arrived), at_most=0),
        Figure("burst: stale ones that were written", written_over, "", len(burst.stale), at_most=0),
        Figure("burst: dropped as stale", burst.dropped, "", len(burst.stale)),
        Figure("burst: drained after", last_s, "s", len(arrived)),
        Figure("most requests in any 60 s", busiest, "", None, at_most=BUDGET, note="the platform's limit"),
        Figure("requests refused for the limit (429)", refused, "", None, at_most=0),
    ]


def _budget(scene: Stage) -> tuple[int, int]:
    """(most API requests within any minute, requests that were answered 429)."""
    requests = [one for one in scene.genesys.log.all("/api/v2/") if one.kind == "http"]
    times = [one.at_s for one in requests]
    busiest, first = 0, 0
    for number, at_s in enumerate(times):
        while times[first] <= at_s - WINDOW_S:
            first += 1
        busiest = max(busiest, number - first + 1)
    return busiest, sum(one.status == 429 for one in requests)
