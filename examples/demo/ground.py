"""What stands before the service starts: the database with its directory, consent and template."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from atdesk_core.agreements import Approval, Entry, record_precondition, site_scope
from atdesk_core.cli.enrol import judge_photos
from atdesk_core.identity import (
    Consent,
    FileKeyRing,
    Grounds,
    Known,
    PersonKeys,
    Site,
    Templates,
    Vouching,
    ask_code,
    enrol,
    import_roster,
    make_code,
    read_roster,
    record_consent,
)
from atdesk_core.runtime.agreed import sign_everything
from atdesk_core.runtime.config import Config, load_config
from atdesk_core.runtime.plugins import Plugin, load_plugins
from atdesk_core.store import Store
from atdesk_sdk import ConfigError
from examples.demo import setting
from examples.demo.consoles.console import Console
from examples.demo.setting import AGENT, LEAD


@dataclass(frozen=True, slots=True)
class Ground:
    """What the service is built on.

    Attributes:
        config: Checked.
        plugins: Loaded.
        store: Open.
        templates: In it.
    """

    config: Config
    plugins: Sequence[Plugin]
    store: Store
    templates: Templates


async def prepare(
    stack: AsyncExitStack, config_file: Path, console: Console, *, agreed: bool = True
) -> Ground:
    """Read the configuration, open the store, import the directory, put the consent on record.

    Args:
        stack: Closes the store.
        config_file: `atdesk.toml`.
        console: Open.
        agreed: The agent has; else that is still to be asked.

    Raises:
        ConfigError: Names what is wrong; an adapter that did not load is among it.
    """
    plugins = await asyncio.to_thread(load_plugins)
    config = _read(config_file, plugins)
    store = await Store.open(config.service.database)
    stack.push_async_callback(store.aclose)
    ring = await FileKeyRing.for_store(config.service.key_file, store)
    sites = {one.id: Site(one.id, one.jurisdiction, one.time_zone) for one in config.sites}
    known = Known(sites, console.tenants())
    rows = read_roster(setting.roster(console), known)
    await import_roster(store, rows, known, Vouching(LEAD.name, time.time()), lambda: secrets.token_hex(8))
    if agreed:
        await record_consent(store, _consent())
    await _agree(config, store)
    return Ground(config, plugins, store, Templates(store, PersonKeys(store, ring)))


async def _agree(config: Config, store: Store) -> None:
    """Sign the policy, and put on record what its preset asks for."""
    now, by = time.time(), "The operator of this demo"
    await sign_everything(config, store, Approval(by, "to show how it works", now), setting.shortened)
    (site,) = config.sites
    required = setting.shortened(site.jurisdiction).values["requires"]
    assert isinstance(required, frozenset)  # noqa: S101  (a set in the model)
    for kind in sorted(required):
        await record_precondition(store, site_scope(site.id), kind, Entry(f"DEMO-{kind}", now, None, by), now)


async def enrol_agent(ground: Ground, photos: Sequence[Path]) -> None:
    """Make the agent's template, with the photos going through the same judgement as anybody's.

    Raises:
        EnrolmentError: No photo was fit.
    """
    now = time.time()
    code = await make_code(ground.store, await ask_code(ground.store, AGENT.agent_id, now))
    # Whoever runs the demo plays the agent too, who gets the code and gives it back.
    grounds = Grounds(code or "", release_needed=False)
    await enrol(ground.store, ground.templates, AGENT.agent_id, lambda: judge_photos(photos), now, grounds)


def _consent() -> Consent:
    return Consent(secrets.token_hex(8), AGENT.agent_id, "demo-1", "en", "a desk without checks", time.time())


def _read(path: Path, plugins: Sequence[Plugin]) -> Config:
    specs = {spec.platform: spec for plugin in plugins for spec in plugin.adapters}
    try:
        return load_config(path, specs)
    except ConfigError as error:
        refused = "; ".join(f"{one}: {one.reason}" for one in plugins if one.reason)
        raise ConfigError(f"{error} {refused}".strip()) from None
