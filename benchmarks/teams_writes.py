"""From an Away that falls due to its POST at Teams, in the whole service with Teams as the authority."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from atdesk_core.identity import FileKeyRing
from atdesk_core.policy import AbsenceRule, LookRules, MeetingRule, SitePolicy
from atdesk_core.runtime.config import StateTable
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.plugins import load_plugins
from atdesk_core.runtime.service import Service, Wiring
from atdesk_core.store import Store
from atdesk_teams.simulator import TeamsSimulator
from benchmarks import cameras
from benchmarks.cameras import MEETING, ScriptedEyes
from benchmarks.figures import Figure, median, percentile
from benchmarks.stage import Agent, agree, no_caps, stage
from benchmarks.teams_tenant import user_id
from benchmarks.writes import AGENT_FIRST_S, LEAVERS_SHARE, RATE, Decisions

PERIOD_S = 30.0
SECRET = "ATDESK_BENCH_TEAMS"  # noqa: S105 - the name of a variable

NOTES = (
    "Due and arrival as in `writes`: from the end of the delay in which only the agent is told to the POST "
    "at the simulated Graph. In between: the session's step, its transaction with a flush, the outbox's "
    "mark, the adapter's fresh read, and its own journal with a flush. Service and simulators share one "
    "process and one event loop here, so the figures are upper bounds.",
)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    figures: tuple[Figure, ...]
    detail: dict[str, Any]


def with_secret(secret: str) -> dict[str, str]:
    """The environment with a simulator's secret where the table's reference finds it."""
    return {**os.environ, SECRET: secret}


def measure() -> Written:
    """Measure."""
    return asyncio.run(_measure())


async def _measure() -> Written:
    agents, eyes, decisions = _agents(), ScriptedEyes(), Decisions()
    async with _running(agents, eyes, decisions) as tenant:
        print(f"{len(agents)} agents in Teams; about {2 * PERIOD_S + 30:.0f} s", flush=True)
        await asyncio.sleep(PERIOD_S + 5)
        leavers = [one.agent_id for one in agents if one.team.startswith("leavers")]
        now = time.time()
        eyes.away = dict.fromkeys(leavers, (now, float("inf")))
        give_up = now + 2 * PERIOD_S + 60
        while time.time() < give_up and len(_sent(tenant)) < len(leavers):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # the engine has no event for it
        return _written(tenant, agents, decisions)


def _agents() -> list[Agent]:
    leavers = round(RATE * PERIOD_S)
    total = round(leavers / LEAVERS_SHARE)
    leaving = {number * total // leavers for number in range(leavers)}
    return [
        Agent(
            agent_id=f"{number + 1}",
            team=f"leavers {number}" if number in leaving else "others",
            site="writes",
            more={cameras.PLATFORM: f"camera-{number + 1}", "teams": user_id(number)},
        )
        for number in range(total)
    ]


def _policies() -> dict[str, SitePolicy]:
    policy = SitePolicy(
        site="writes",
        accountable="Bench",
        absence=AbsenceRule(agent_first_s=AGENT_FIRST_S, min_flag_s=86_400),
        looks=LookRules(watch_every_s=PERIOD_S),
        meetings=(MeetingRule(id=MEETING, purpose="benchmark"),),
        needs_consent=False,
    )
    return {"writes": policy}


@asynccontextmanager
async def _running(
    agents: list[Agent], eyes: ScriptedEyes, decisions: Decisions
) -> AsyncIterator[TeamsSimulator]:
    accounts = [one.more[cameras.PLATFORM] for one in agents]
    videos = {"name": "cameras", "tenant": cameras.TENANT, "accounts": accounts, "spread_s": PERIOD_S}
    specs = {spec.platform: spec for plugin in load_plugins() for spec in plugin.adapters}
    async with AsyncExitStack() as stack:
        people = [(one.more["teams"], one.name) for one in agents]
        tenant = await stack.enter_async_context(TeamsSimulator(people=people, leads=()))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="atdesk-bench-"))
        more = [(cameras.spec(), videos), (specs["teams"], _table(tenant, folder))]
        scene = await stack.enter_async_context(stage(agents, _policies(), more=more))
        config = replace(scene.config, state=StateTable(authority="teams"))
        store = await Store.open(config.service.database)
        stack.push_async_callback(store.aclose)
        await agree(config, store)
        ring = await FileKeyRing.for_store(config.service.key_file, store)
        wiring = Wiring(config, store, eyes, PluginCaller([]), time.time, ring, decisions.take, caps=no_caps)
        service = decisions.service = await Service.create(wiring)
        stack.push_async_callback(service.aclose)
        await service.start()
        yield tenant


def _table(tenant: TeamsSimulator, folder: str) -> Mapping[str, Any]:
    os.environ[SECRET] = tenant.client_secret
    return {
        "name": "teams",
        "tenant": tenant.tenant_id,
        "client_id": tenant.client_id,
        "client_secret": f"env:{SECRET}",
        "authority": tenant.base_url,
        "graph_url": tenant.graph_url,
        "ca_file": str(tenant.ca_file),
        "state_dir": folder,
    }


def _sent(tenant: TeamsSimulator) -> dict[str, float]:
    """When each user's Away arrived, seconds since the epoch."""
    entries = tenant.journal.find("graph", "setUserPreferredPresence", "in")
    return {entry.what.split("/users/")[1].split("/")[0]: entry.at_ms / 1000 for entry in entries}


def _written(tenant: TeamsSimulator, agents: list[Agent], decisions: Decisions) -> Written:
    by_user = {one.more["teams"]: one.agent_id for one in agents}
    sent = {by_user[user]: at for user, at in _sent(tenant).items()}
    aways = [one for one in decisions.writes if one[1] == "away"]
    late = [sent.get(agent_id, float("inf")) - due for agent_id, _, due, _ in aways]
    after = [sent.get(agent_id, float("inf")) - decided for agent_id, _, _, decided in aways]
    n = len(late)
    figures = (
        Figure("write falls due to its POST, median", median(late) * 1000, "ms", n),
        Figure("write falls due to its POST, p95", percentile(late, 0.95) * 1000, "ms", n, at_most=300.0),
        Figure("... counted from the decision, p95", percentile(after, 0.95) * 1000, "ms", n),
    )
    return Written(figures, {"due_to_post_s": late, "decided_to_post_s": after})
