"""What the doctor says about sources: which parts of a day can be looked at, by site and team."""

from collections.abc import Iterator

from atdesk_core.agreements import Agreements, Place
from atdesk_core.identity import Directory
from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.config import Config, SiteTable
from atdesk_core.runtime.sources import Abilities, parts_of_day

Line = tuple[str, bool, str]
"""What was checked, whether it is well, and what to say."""


def source_lines(
    config: Config, agreements: Agreements, directory: Directory, abilities: Abilities
) -> Iterator[Line]:
    """One line for each part of a day, at each site and in each team with a policy of its own.

    Args:
        config: For the sites, the teams, and the policies where none is in force yet.
        agreements: Policies in force.
        directory: For who is in which team where.
        abilities: Of the configured adapters.
    """
    for site in config.sites:
        policy = agreements.applied(Place(site.id, "", "")).policy or config.policies[site.id]
        yield from _lines(f"site {site.id}", site, policy, abilities)
        here = {one.team for one in directory.people.values() if one.site_id == site.id}
        for team in config.teams:
            narrowed = agreements.applied(Place(site.id, team.id, "")).policy
            if team.id in here and narrowed is not None and narrowed != policy:
                yield from _lines(f"team {team.id} at {site.id}", site, narrowed, abilities)


def _lines(whose: str, site: SiteTable, policy: SitePolicy, abilities: Abilities) -> Iterator[Line]:
    """A gap is well: somebody may have decided for it. A day without any source is not."""
    parts = parts_of_day(policy, abilities)
    blind = policy.camera and not any(one.has_source for one in parts)
    hours = f" ({site.shifts.hours})" if site.shifts.hours else ""
    for one in parts:
        yield f"{whose}, {one.part}{hours}", not blind, one.says
