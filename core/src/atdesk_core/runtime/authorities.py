"""Whose state counts where: one platform for each site, and what it takes to be that one. Pure.

Of an agent with accounts on several platforms the authority's is the one that allows looks, the one that is
written, and the one that a shift by sign-in goes by. The others only tighten.
"""

from collections.abc import Iterable, Mapping
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
        if ours and not any(isinstance(one, StateSource) for one in ours):
            raise ConfigError(
                f"{config.path}: {platform} is the authority of {site.id}, but [[{platform}]] as it stands "
                "tells no states: enable them there, or name another platform"
            )
        if ours and not any(isinstance(one, StateWriter) for one in ours):
            raise ConfigError(
                f"{config.path}: {platform} is the authority of {site.id}, but [[{platform}]] as it stands "
                "cannot write a state: enable that there, or name another platform"
            )
