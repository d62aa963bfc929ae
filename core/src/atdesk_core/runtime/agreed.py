"""Between the configuration and the agreements: what it declares, and what its policy files say."""

from pathlib import Path

from atdesk_core.agreements import (
    ORGANISATION,
    Approval,
    Caps,
    Content,
    Declared,
    Desk,
    Outcome,
    Place,
    Scope,
    ScopeKind,
    put_in_force,
    site_scope,
)
from atdesk_core.agreements.contents import level_kind
from atdesk_core.identity import Directory, Site, declare_sites
from atdesk_core.identity.signing import Signer
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.levels import load_level
from atdesk_core.runtime.config import Config, SiteTable
from atdesk_core.store import Store


def declared_of(config: Config) -> Declared:
    """Whose policies have to be in force before anybody is looked at."""
    return Declared(
        sites={site.id: codes_of(site) for site in config.sites},
        organisation=config.organisation is not None,
        teams=frozenset(team.id for team in config.teams),
        agents=frozenset(agent.id for agent in config.agents),
    )


def codes_of(site: SiteTable) -> tuple[str, ...]:
    """Every jurisdiction that applies at a site, sorted."""
    return tuple(sorted({site.jurisdiction, *site.jurisdictions}))


def policy_files(config: Config) -> dict[Scope, Path]:
    """The policy file of each scope."""
    files = {ORGANISATION: config.organisation} if config.organisation is not None else {}
    files |= {site_scope(site.id): site.policy for site in config.sites}
    files |= {Scope(ScopeKind.TEAM, team.id): team.policy for team in config.teams}
    return files | {Scope(ScopeKind.AGENT, agent.id): agent.policy for agent in config.agents}


def contents_of(config: Config) -> dict[Scope, Content]:
    """What the policy files say, by scope.

    Raises:
        ConfigError: A file that cannot be read, an unknown key, a value out of bounds: each by name.
    """
    return {scope: content_of(config, scope, path) for scope, path in policy_files(config).items()}


def content_of(config: Config, scope: Scope, path: Path) -> Content:
    """What a file says as the policy of a scope.

    Raises:
        ConfigError: As `contents_of`.
    """
    level = load_level(path, level_kind(scope), scope.name or str(scope))
    return Content(level, declared_of(config).sites.get(scope.name, ()) if _is_site(scope) else ())


async def sign_everything(
    config: Config, store: Store, approval: Approval, caps: Caps = cap_of
) -> tuple[Outcome, ...]:
    """Put every policy file of a configuration in force, with the service's key, made where there is none.

    For setting up; `atdesk policy sign --all` does the same and shows what changes.

    Args:
        config: Checked.
        store: Open.
        approval: Who does it, and why.
        caps: Of the jurisdictions.

    Raises:
        AgreementError: One of them cannot be put in force; then none is.
        ConfigError: A policy file is faulty.
        SigningKeyError: The key cannot be used.
    """
    await declare_sites(store, [Site(one.id, one.jurisdiction, one.time_zone) for one in config.sites])
    desk = Desk(store, Signer.for_service(config.service.signing_key), declared_of(config), caps)
    return await put_in_force(desk, contents_of(config), approval)


def place_of(directory: Directory, agent_id: str) -> Place:
    """Where an agent is, as far as policies go; somebody unknown is at no site, which has no policy."""
    person = directory.people.get(agent_id)
    return Place.of(person) if person else Place("", "", agent_id)


def _is_site(scope: Scope) -> bool:
    return scope.kind is ScopeKind.SITE
