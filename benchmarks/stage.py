"""A stage for the real service: both simulators, a directory, policies, a database, in a folder of its own.

Nothing here stands in for a part of the product but the two cloud platforms; a benchmark that does not
measure vision brings cameras of its own (`benchmarks.cameras`).
"""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atdesk_core.agreements import Approval, Content, Desk, put_in_force, site_scope
from atdesk_core.identity import Known, Site, Vouching, declare_sites, import_roster, read_roster
from atdesk_core.identity.signing import Signer
from atdesk_core.policy import SitePolicy
from atdesk_core.policy.levels import Level, LevelKind, level_of
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.config import Config, ServiceTable, SiteTable, StateTable, VisionTable
from atdesk_core.runtime.plugins import load_plugins
from atdesk_core.store import Store
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk import AdapterSpec
from atdesk_zoom.simulator import Timing, ZoomSimulator
from atdesk_zoom.simulator.people import Person

TENANT = "acme"
LEADS = "leads@conference.xmpp.zoom.us"
# Every minute of the week: what the hour is must not matter.
ALWAYS = "Mon-Sun 00:00-00:00"


@dataclass(frozen=True, slots=True)
class Agent:
    """One person of the stage.

    Attributes:
        agent_id: In the directory.
        team: Of the directory.
        site: Whose policy applies.
        more: Accounts on further platforms: platform to id.
    """

    agent_id: str
    team: str
    site: str
    more: Mapping[str, str]

    @property
    def name(self) -> str:
        """For display; the meeting's participants bear it too."""
        return f"Agent {self.agent_id}"

    @property
    def genesys(self) -> str:
        """Id of the Genesys user."""
        return f"7c1f0e52-3a0b-4a3e-8f6d-{int(self.agent_id):012x}"

    @property
    def zoom(self) -> str:
        """Id of the Zoom user."""
        return f"aGeNt{self.agent_id:0>17}"


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs before the service starts.

    Attributes:
        genesys: Everybody there is Available.
        zoom: Its chatbot and its meeting room.
        config: For the service.
        agents: By id.
    """

    genesys: GenesysSimulator
    zoom: ZoomSimulator
    config: Config
    agents: Mapping[str, Agent]


@asynccontextmanager
async def stage(
    agents: Sequence[Agent],
    policies: Mapping[str, SitePolicy],
    *,
    more: Sequence[tuple[AdapterSpec, Mapping[str, Any]]] = (),
    zoom: Mapping[str, Any] | None = None,
) -> AsyncIterator[Stage]:
    """Set it up; everything is gone afterwards.

    Args:
        agents: Who there is.
        policies: By site.
        more: Further adapters with their tables.
        zoom: Further keys of the Zoom table.
    """
    people = [Person(one.zoom, one.name, f"agent{one.agent_id}@example.com") for one in agents]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atdesk-bench-")))
        genesys = GenesysSimulator(people=[(one.genesys, one.name) for one in agents])
        await stack.enter_async_context(genesys)
        cloud = await stack.enter_async_context(ZoomSimulator(people=people, timing=Timing()))
        for one in agents:
            genesys.world.set_presence(one.genesys, "Available")
        tables = [("genesys", _genesys_table(genesys)), ("zoom", _zoom_table(cloud) | dict(zoom or {}))]
        config = _config(folder, policies, tables, more)
        await _fill(config, agents, cloud, more)
        yield Stage(genesys, cloud, config, {one.agent_id: one for one in agents})


def _genesys_table(simulator: GenesysSimulator) -> dict[str, Any]:
    return {
        "name": "genesys",
        "tenant": TENANT,
        "base_url": simulator.base_url,
        "client_id": simulator.client_id,
        "client_secret": _secret("GENESYS", simulator.client_secret),
    }


def _zoom_table(simulator: ZoomSimulator) -> dict[str, Any]:
    mine = simulator.credentials
    return {
        "name": "zoom",
        "tenant": mine.account_id,
        "app": {
            "client_id": mine.client_id,
            "client_secret": _secret("APP", mine.client_secret),
            "webhook_secret": _secret("EVENTS", mine.webhook_secret),
        },
        "server": {"client_id": mine.s2s_client_id, "client_secret": _secret("S2S", mine.s2s_client_secret)},
        "chatbot": {
            "client_id": mine.chatbot_client_id,
            "client_secret": _secret("BOT", mine.chatbot_client_secret),
            "webhook_secret": _secret("PRESSES", mine.bot_secret),
            "robot_jid": mine.robot_jid,
            "user_jid": mine.bot_user_jid,
            "lead_channel": LEADS,
            "channels_private": True,
        },
        "simulator": {"base_url": simulator.base_url, "ca_file": str(simulator.ca_file)},
    }


def _secret(name: str, value: str) -> str:
    """Put a simulator's secret where a reference finds it."""
    variable = f"ATDESK_BENCH_{name}"
    os.environ[variable] = value
    return f"env:{variable}"


def _config(
    folder: Path,
    policies: Mapping[str, SitePolicy],
    tables: Sequence[tuple[str, Mapping[str, Any]]],
    more: Sequence[tuple[AdapterSpec, Mapping[str, Any]]],
) -> Config:
    specs = {spec.platform: spec for plugin in load_plugins() for spec in plugin.adapters}
    pairs = [(specs[platform], table) for platform, table in tables] + list(more)
    return Config(
        path=folder / "atdesk.toml",
        service=ServiceTable(
            database=folder / "atdesk.db",
            key_file=folder / "atdesk.keys",
            signing_key=folder / "atdesk.sign.key",
        ),
        state=StateTable(authority="genesys"),
        vision=VisionTable(),
        sites=tuple(
            SiteTable(id=site, jurisdiction="PE", time_zone="UTC", policy=folder / f"{site}.toml")
            for site in policies
        ),
        policies=policies,
        adapters=tuple((spec, spec.config.model_validate(dict(table))) for spec, table in pairs),
    )


def no_caps(jurisdiction: str) -> Level:
    """A place without limits: what is measured is the engine, not a preset."""
    return Level(LevelKind.JURISDICTION, jurisdiction, {})


async def agree(config: Config, store: Store) -> None:
    """Put the policies of a stage in force."""
    desk = Desk(store, Signer.for_service(config.service.signing_key), declared_of(config), no_caps)
    contents = {
        site_scope(site): Content(level_of(policy, LevelKind.SITE, site), desk.declared.sites[site])
        for site, policy in config.policies.items()
    }
    await put_in_force(desk, contents, Approval("Bench", "a measurement", 0.0))


async def _fill(
    config: Config,
    agents: Sequence[Agent],
    cloud: ZoomSimulator,
    more: Sequence[tuple[AdapterSpec, Mapping[str, Any]]],
) -> None:
    """The directory, as `agents import` fills it, every link vouched for."""
    sites = {one.id: Site(one.id, one.jurisdiction, one.time_zone) for one in config.sites}
    others = {spec.platform: (str(table["tenant"]),) for spec, table in more}
    tenants = {"genesys": (TENANT,), "zoom": (cloud.credentials.account_id,), **others}
    known = Known(sites, tenants)
    header = ["agent_id", "name", "team", "site", "shift", "genesys", "zoom", *others]
    lines = [",".join(header)]
    for one in agents:
        own = [one.agent_id, one.name, one.team, one.site, ALWAYS, one.genesys, one.zoom]
        lines.append(",".join([*own, *(one.more.get(platform, "") for platform in others)]))
    async with await Store.open(config.service.database) as store:
        await declare_sites(store, list(sites.values()))
        rows = read_roster("\n".join(lines) + "\n", known)
        await import_roster(store, rows, known, Vouching("Bench", 0.0), lambda: secrets.token_hex(8))
