"""What `atdesk doctor` says of several platforms: whose state counts, who has none there, what is down."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from atdesk_core.identity import Directory
from atdesk_core.runtime.authorities import Authorities, authorities_of, check_authorities, writes_states
from atdesk_core.runtime.config import Config
from atdesk_sdk import (
    Adapter,
    AgentNotice,
    ConfigError,
    FlagSink,
    HealthReport,
    HealthStatus,
    StateSource,
    VideoSource,
)

Line = tuple[str, bool, str]
"""What was checked, whether it is well, and what is said of it."""


def authority_lines(config: Config, adapters: Sequence[Adapter]) -> Iterator[Line]:
    """One line for each site: whose states count there, and whether they can be written.

    Args:
        config: For the sites.
        adapters: Built.
    """
    try:
        check_authorities(config, adapters)
    except ConfigError as error:
        yield "authority", False, str(error)
        return
    authorities = authorities_of(config)
    for site in config.sites:
        platform = authorities.at(site.id)
        if platform is None:
            says = (
                "none: nobody is looked at and nothing is written; set state.authority, or one for the site"
            )
            yield f"authority of {site.id}", False, says
            continue
        writes = any(writes_states(one) for one in adapters if one.platform == platform)
        wanted = config.policies[site.id].absence.write_away
        yield f"authority of {site.id}", writes or not wanted, _says(platform, writes=writes, wanted=wanted)


def _says(platform: str, *, writes: bool, wanted: bool) -> str:
    if writes and wanted:
        return f"{platform}: its states count, and an absence is written there; other platforms only forbid"
    if wanted:
        return (
            f"{platform}: its states count, and its table has switched writing off: absences are flagged "
            "alone, though the policy says that they are written (absence.write_away)"
        )
    return f"{platform}: its states count, and nothing is written by the policy: absences are flagged alone"


def account_lines(config: Config, directory: Directory, excused: Collection[str]) -> Iterator[Line]:
    """A line for each agent without exactly one account on the authority of their site.

    Args:
        config: For the authorities.
        directory: Who has which accounts.
        excused: Who need not be looked at.
    """
    authorities = authorities_of(config)
    for agent_id, person in directory.people.items():
        if agent_id not in excused and not directory.has_left(agent_id):
            yield from _account_line(agent_id, person.site_id, authorities, directory)


def _account_line(
    agent_id: str, site_id: str, authorities: Authorities, directory: Directory
) -> Iterator[Line]:
    platform = authorities.at(site_id)
    count = len(directory.accounts_of(agent_id, platform)) if platform else 1
    if platform is None or count == 1:
        return
    has = "no confirmed account" if count == 0 else f"{count} accounts"
    out = "confirm one" if count == 0 else "remove all but one"
    says = (
        f"{has} on {platform}, the authority of {site_id}: nobody looks at {agent_id}, nothing is written "
        f"and nothing is flagged; {out} (atdesk agents link)"
    )
    yield f"state of {agent_id}", False, says


def platform_line(report: HealthReport, adapter: Adapter, authority_at: Mapping[str, str | None]) -> Line:
    """How a platform is now; where it is down, what that means until it is back.

    Args:
        report: Of its adapter.
        adapter: Built.
        authority_at: Of each site.
    """
    says = report.message or report.status.value
    if not report.knows_states:
        says = "; ".join((says, *_meanings(report, adapter, authority_at)))
    is_well = report.status in (HealthStatus.UP, HealthStatus.DEGRADED)
    return f"platform {report.adapter}", is_well, says


def _meanings(
    report: HealthReport, adapter: Adapter, authority_at: Mapping[str, str | None]
) -> Iterator[str]:
    sites = [site for site, platform in authority_at.items() if platform == adapter.platform]
    if isinstance(adapter, StateSource):
        if sites:
            yield f"until it is back nobody at {', '.join(sites)} is looked at, made Away or flagged"
        if len(sites) < len(authority_at):
            where = "elsewhere " if sites else ""
            yield f"{where}what it forbade last stands for an hour, and looks go on without it"
    if report.status in (HealthStatus.UP, HealthStatus.DEGRADED):
        return
    if isinstance(adapter, VideoSource):
        yield "its meetings cannot be looked into"
    if isinstance(adapter, AgentNotice):
        yield "its notices do not reach agents: other channels carry them, or policy says hold or go on"
    if isinstance(adapter, FlagSink):
        yield "its flags wait until they expire"
