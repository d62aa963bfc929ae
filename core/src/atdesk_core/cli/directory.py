"""The commands about people, with what they need out of the configuration."""

import time
from pathlib import Path

from atdesk_core.cli import agents, consent, enrol, leaving, notices
from atdesk_core.cli.enrol_grounds import grounds_of
from atdesk_core.cli.output import console
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity import Grounds, Known, Person, Site, declare_sites
from atdesk_core.runtime.config import Config
from atdesk_core.store import Store


def _config(path: Path) -> Config:
    """The configuration, with its sites known to the store."""
    config, _ = load_setting(path)
    sites = [Site(one.id, one.jurisdiction, one.time_zone) for one in config.sites]

    async def declare(store: Store) -> None:
        await declare_sites(store, sites)

    leave(act(config.service.database, console(), declare))
    return config


def import_command(path: Path, file: Path, vouched_by: str | None, *, complete: bool) -> None:
    """`atdesk agents import`."""
    config = _config(path)
    sites = {one.id: Site(one.id, one.jurisdiction, one.time_zone) for one in config.sites}
    known = Known(sites=sites, tenants=_tenants(config))
    database = config.service.database
    leave(
        agents.import_agents(
            database,
            file,
            known,
            confirmed_by=vouched_by,
            complete=complete,
            now=time.time,
            console=console(),
        )
    )


def _tenants(config: Config) -> dict[str, tuple[str, ...]]:
    """Tenants by platform: of the adapters, of forwarders' frames, and of people who sign in."""
    pairs = [(spec.platform, table.tenant) for spec, table in config.adapters]
    pairs += [(one.platform, one.tenant) for one in config.forwarders]
    pairs += [pair for one in config.sign_in for pair in one.accounts]
    tenants: dict[str, tuple[str, ...]] = {}
    for platform, tenant in dict.fromkeys(pairs):
        tenants[platform] = (*tenants.get(platform, ()), tenant)
    return tenants


def list_command(path: Path) -> None:
    """`atdesk agents list`."""
    leave(agents.list_agents(_config(path).service.database, now=time.time, console=console()))


def link_command(path: Path, agent: str, account: str, by: str) -> None:
    """`atdesk agents link`."""
    database = _config(path).service.database
    leave(agents.link_agent(database, agent, account, by=by, now=time.time, console=console()))


def unlink_command(path: Path, account: str, by: str) -> None:
    """`atdesk agents unlink`."""
    leave(
        agents.unlink_account(
            _config(path).service.database, account, by=by, now=time.time, console=console()
        )
    )


def forget_command(path: Path, agent: str, by: str) -> None:
    """`atdesk agents forget`."""
    leave(leaving.forget(_config(path).service.database, agent, by, now=time.time, console=console()))


def cover_command(path: Path, lead: str, cover: str, *, covers: bool) -> None:
    """`atdesk agents cover`."""
    database = _config(path).service.database
    leave(agents.cover_lead(database, lead, cover, covers=covers, now=time.time, console=console()))


def consent_command(path: Path, agent: str, text_version: str, language: str, alternative: str) -> None:
    """`atdesk consent record`."""
    leave(
        consent.record(
            _config(path).service.database,
            agent,
            text_version=text_version,
            language=language,
            alternative=alternative,
            now=time.time,
            console=console(),
        )
    )


def refuse_command(path: Path, agent: str, text_version: str, language: str, alternative: str) -> None:
    """`atdesk consent refuse`."""
    leave(
        consent.refuse(
            _config(path).service.database,
            agent,
            text_version=text_version,
            language=language,
            alternative=alternative,
            now=time.time,
            console=console(),
        )
    )


def withdraw_command(path: Path, agent: str) -> None:
    """`atdesk consent withdraw`."""
    leave(consent.withdraw(_config(path).service.database, agent, now=time.time, console=console()))


def silence_command(path: Path, agent: str, hint: str) -> None:
    """`atdesk notices silence`."""
    database = _config(path).service.database
    leave(notices.silence_hint(database, agent, hint, now=time.time, console=console()))


def hear_command(path: Path, agent: str, hint: str) -> None:
    """`atdesk notices hear`."""
    database = _config(path).service.database
    leave(notices.hear_hint(database, agent, hint, now=time.time, console=console()))


def enrol_code_command(path: Path, agent: str) -> None:
    """`atdesk enrol-code`."""
    leave(enrol.ask_for_code(_config(path).service.database, agent, now=time.time, console=console()))


def enrol_command(path: Path, agent: str, photos: list[Path], code: str) -> None:
    """`atdesk enrol`."""
    config = _config(path)

    async def grounds(store: Store, person: Person) -> Grounds:
        return await grounds_of(config, store, person, code, time.time())

    leave(
        enrol.enrol(
            config.service.database,
            config.service.key_file,
            agent,
            photos,
            grounds,
            now=time.time,
            console=console(),
            encoder=config.vision.encoder,
        )
    )
