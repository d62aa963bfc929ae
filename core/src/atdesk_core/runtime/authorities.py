"""Whose state counts where: one platform for each site, and what it takes to be that one. Pure.

Of an agent with accounts on several platforms the authority's is the one that allows looks, the one that is
written, and the one that a shift by sign-in goes by. The others only tighten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from atdesk_core.runtime.config import Config
from atdesk_sdk import Adapter, ConfigError, StateSource, StateWriter


@dataclass(frozen=True, slots=True)
class Authorities:
    """Platforms whose states count.

    Attributes:
        everywhere: Where a site names none of its own; None: none.
        by_site: Of the sites that name one.
    """

    everywhere: str | None = None
    by_site: Mapping[str, str] = field(default_factory=dict)

    def at(self, site_id: str | None) -> str | None:
        """The authority at a site; None: none."""
        return self.by_site.get(site_id, self.everywhere) if site_id is not None else self.everywhere


def authorities_of(config: Config) -> Authorities:
    """As configured."""
    by_site = {site.id: site.authority for site in config.sites if site.authority is not None}
    return Authorities(config.state.authority, by_site)


def writes_states(adapter: Adapter) -> bool:
    """Whether it can write a state, and its table has not switched that off."""
    return isinstance(adapter, StateWriter) and adapter.capabilities.writes_state


def check_authorities(config: Config, adapters: Iterable[Adapter]) -> None:
    """Refuse an authority that could never be one: nobody would be looked at, and nobody would know why.

    One whose table has switched writing off is none of these: absences are flagged there, nothing is written.

    Args:
        config: For the sites.
        adapters: Built.

    Raises:
        ConfigError: Names the site, the platform, and the way out.
    """
    there, authorities = tuple(adapters), authorities_of(config)
    for site in config.sites:
        platform = authorities.at(site.id)
        ours = [one for one in there if one.platform == platform]
        lacks = _lacking(ours)
        if lacks:
            raise ConfigError(
                f"{config.path}: {platform} is the authority of {site.id}, but [[{platform}]] as it stands "
                f"{lacks}: enable that there, or name another platform"
            )


def _lacking(ours: Sequence[Adapter]) -> str:
    """What the adapters of a platform lack to be an authority; empty where nothing."""
    if not ours:
        return ""
    if not any(isinstance(one, StateSource) for one in ours):
        return "tells no states"
    can_write = any(isinstance(one, StateWriter) for one in ours)
    switched_off = any(not one.capabilities.writes_state for one in ours)
    return "" if can_write or switched_off else "cannot write a state"
