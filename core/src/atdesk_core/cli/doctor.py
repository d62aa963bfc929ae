"""`atdesk doctor`: what is wrong, and what to do about it, before anybody is judged."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from atdesk_core.agreements import Agreements, load_agreements
from atdesk_core.cli.agreements_check import agreement_lines
from atdesk_core.cli.forwarders_check import forwarder_lines
from atdesk_core.cli.output import console
from atdesk_core.cli.platforms_check import account_lines, authority_lines, platform_line
from atdesk_core.cli.running_check import running_lines
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.cli.sign_in_check import sign_in_lines
from atdesk_core.cli.sinks_check import Line, cover_lines, link_lines, sink_lines
from atdesk_core.cli.sources_check import source_lines
from atdesk_core.cli.teams_check import effect_lines
from atdesk_core.identity import Directory, FileKeyRing, KeyRingError, load_directory, template_encoders
from atdesk_core.looking import revisit_s
from atdesk_core.reviewing import standing_shadows
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.authorities import authorities_of
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.log_keeping import bounds_of, kept_for
from atdesk_core.runtime.plugins import Plugin, PluginStatus
from atdesk_core.runtime.sources import abilities_of
from atdesk_core.runtime.supervisor import Supervisor
from atdesk_core.store import RuleShadowRow, Store
from atdesk_core.vision.encoder import EncoderUnavailable, space_of
from atdesk_core.vision.models import ModelRefused
from atdesk_sdk import Adapter, VideoSource

# A connection attempt may take this long here.
CONNECT_S = 20.0
# So many agents are named in one line.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's."""

    what: str
    is_well: bool
    says: str


def doctor_command(path: Path) -> None:
    """Print every check; exit status 1 when one is not well."""
    config, plugins = load_setting(path)
    logging.disable(logging.ERROR)  # each fault has a line of its own here
    out = console()
    with out.status("Checking the models, the directory and the platforms"):
        checks = [
            *_plugins(plugins),
            *_models(config),
            *_policies(config),
            *(Check(*line) for line in forwarder_lines(config)),
            *(Check(*line) for line in effect_lines(config)),
            *asyncio.run(_running_parts(config)),
        ]
    for check in checks:
        mark = "[green]well[/]" if check.is_well else "[red]mend[/]"
        out.print(f"{mark}  {check.what}: ", end="")
        out.print(check.says, markup=False, soft_wrap=True)
    leave(0 if all(check.is_well for check in checks) else 1)


def _plugins(plugins: list[Plugin]) -> Iterator[Check]:
    for plugin in plugins:
        is_well = plugin.status is not PluginStatus.REFUSED
        yield Check(f"plugin {plugin.name}", is_well, plugin.reason or f"{plugin.version}, loaded")


def _models(config: Config) -> Iterator[Check]:
    from atdesk_core.vision import worker  # noqa: PLC0415  (loads the models)

    try:
        models = worker.load_models(config.vision.encoder)
    except (ModelRefused, EncoderUnavailable) as error:
        yield Check("models", False, str(error))
        return
    parts = [getattr(models, part.name) for part in fields(models) if part.name != "encoder"]
    loaded = ", ".join(dict.fromkeys(part.name for part in parts if part is not None))
    backend, space = getattr(models.encoder, "backend", "none"), space_of(config.vision.encoder)
    yield Check("models", True, f"{loaded}; faces are matched by {backend} ({space})")


def _policies(config: Config) -> Iterator[Check]:
    if not config.sites:
        yield Check("sites", False, "no [[site]] in the configuration: nobody is looked at")
    for site in config.sites:
        policy = config.policies[site.id]
        listed = len(policy.meetings)
        says = f"policy {policy.version}, {listed} meetings may be looked into"
        has_any = listed > 0 or policy.looks.page
        yield Check(f"site {site.id}", has_any, says if has_any else says + ": list them under [[meetings]]")


async def _running_parts(config: Config) -> list[Check]:
    checks: list[Check] = []
    async with await Store.open(config.service.database) as store:
        directory = await load_directory(store)
        checks += _directory(directory, config.roles.everybody)
        checks += [Check(*line) for line in await sign_in_lines(config, directory, time.time())]
        agreements = await load_agreements(store, declared_of(config), config.service.signing_key)
        sites = [site.id for site in config.sites]
        checks += [Check(*line) for line in agreement_lines(agreements, sites, time.time())]
        checks += _log(agreements, directory)
        checks += _shadows(await standing_shadows(store))
        checks += _templates(await template_encoders(store), space_of(config.vision.encoder))
        try:
            await FileKeyRing.for_store(config.service.key_file, store)
            checks.append(Check("key file", True, str(config.service.key_file)))
        except KeyRingError as error:
            checks.append(Check("key file", False, str(error)))
    adapters = [spec.build(table) for spec, table in config.adapters]
    checks += [Check(*line) for line in authority_lines(config, adapters)]
    checks += [Check(*line) for line in account_lines(config, directory, _excused(directory, config))]
    abilities = abilities_of(adapters, forwarded=bool(config.forwarders) or config.teams_effect.is_on)
    checks += [Check(*line) for line in source_lines(config, agreements, directory, abilities)]
    authorities = authorities_of(config)
    by_site = {site.id: authorities.at(site.id) for site in config.sites}
    checks += await _platforms(adapters, directory, by_site)
    checks += [Check(*line) for line in await running_lines(config.service)]
    checks += [Check(*line) for line in cover_lines(directory)]
    checks += [Check(*line) for line in link_lines(adapters, config.service.public_url)]
    checks += [check for adapter in adapters for check in _visits(adapter, directory, config)]
    return checks


def _directory(directory: Directory, named: Collection[str] = ()) -> Iterator[Check]:
    """Whoever leads somebody, or is named under `[roles]`, need not be looked at."""
    people = directory.people
    yield Check(
        "directory", bool(people), f"{len(people)} people" if people else "empty: atdesk agents import"
    )
    for agent_id in people:
        missing = [
            what
            for what, is_there in (
                ("a confirmed account", bool(directory.accounts_of(agent_id))),
                ("a consent", directory.has_consent(agent_id)),
                ("a template", directory.is_enrolled(agent_id)),
                ("a lead", bool(directory.lead_ids(agent_id))),
            )
            if not is_there
        ]
        if missing and agent_id not in named and not _leads_somebody(directory, agent_id):
            yield Check(f"agent {agent_id}", False, f"without {', '.join(missing)}")


def _log(agreements: Agreements, directory: Directory) -> Iterator[Check]:
    """There is one log for all sites: for how long, and whether that is right for each of them."""
    keeping = kept_for(bounds_of(agreements, directory))
    if keeping is not None:
        yield Check("decision log", keeping.meets, keeping.says)


def _shadows(standing: Sequence[RuleShadowRow]) -> Iterator[Check]:
    """Rules that people overturned too often: they tell nobody until a named person lifts that."""
    for row in standing:
        says = (
            "in shadow mode since too many of its flags were overturned: look at its settings and its camera "
            f"angles, then atdesk flags lift {row.site} {row.rule} --by PERSON"
        )
        yield Check(f"rule {row.rule} at {row.site}", False, says)


def _templates(made_with: Mapping[str, str], space: str) -> Iterator[Check]:
    """Templates that the encoder in use cannot read: whose they are is seen, and not matched."""
    unread = sorted(agent_id for agent_id, encoder in made_with.items() if encoder != space)
    if unread:
        many = f"{len(unread)} templates were" if len(unread) > 1 else "1 template was"
        named = ", ".join(unread[:NAMED]) + (", ..." if len(unread) > NAMED else "")
        says = f"{many} made with another encoder: enrol again ({named}); until then they are not matched"
        yield Check("templates", False, says)


def _excused(directory: Directory, config: Config) -> frozenset[str]:
    """Who need not be looked at: whoever leads somebody, or is named under `[roles]`."""
    leads = (agent_id for agent_id in directory.people if _leads_somebody(directory, agent_id))
    return frozenset(leads) | frozenset(config.roles.everybody)


def _leads_somebody(directory: Directory, agent_id: str) -> bool:
    leads = {lead for other in directory.people for lead in directory.lead_ids(other)}
    return agent_id in leads or any(agent_id in directory.cover_ids(lead) for lead in leads)


async def _platforms(
    adapters: list[Adapter], directory: Directory, authority_at: Mapping[str, str | None] | None = None
) -> list[Check]:
    """Connect to each platform for a moment; nothing is written there."""
    supervisor = Supervisor(
        adapters, lambda _event: None, lambda _report: None, lambda _adapter: None, time.time
    )
    sinks: list[Line] = []
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_S):
                await supervisor.start()
                sinks = await sink_lines(adapters, directory)
    finally:
        await supervisor.aclose()
    lines = [platform_line(supervisor.hosts[one.name].health, one, authority_at or {}) for one in adapters]
    return [Check(*line) for line in (*lines, *sinks)]


def _visits(adapter: Adapter, directory: Directory, config: Config) -> Iterator[Check]:
    """How long nobody is looked at where a stream shows only some people at a time."""
    slots = adapter.capabilities.looks_per_stream
    if not isinstance(adapter, VideoSource) or slots is None:
        return
    people = sum(bool(directory.accounts_of(agent_id, adapter.platform)) for agent_id in directory.people)
    for site in config.sites:
        looks = config.policies[site.id].looks
        dwell_s = looks.watch_frames * looks.alert_interval_s
        every_s = max(looks.watch_every_s, revisit_s(max(people, 1), slots, dwell_s))
        says = (
            f"{slots} at a time, {dwell_s:g} s each: with all {people} in one meeting each is visited every "
            f"{every_s:g} s, and is not seen in between"
        )
        yield Check(f"visits of {adapter.name} at {site.id}", True, says)
