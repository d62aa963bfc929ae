"""Does a new version allow anything that was not allowed? Then the works council of a two-key site signs too.

Pure. Compared is what comes out for the people of each site, not what one file says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from atdesk_core.agreements.agreements import Agreements, Caps, Place
from atdesk_core.agreements.errors import AgreementError
from atdesk_core.agreements.in_force import Declared, InForce, Policies
from atdesk_core.agreements.scopes import Scope, ScopeKind, site_scope
from atdesk_core.policy import Precondition, SitePolicy
from atdesk_core.policy.direction import gives_more
from atdesk_core.policy.settings import SETTINGS, value_at


@dataclass(frozen=True, slots=True)
class Change:
    """What a new version would do at one site.

    Attributes:
        site: Where.
        before: What is in force; None when nothing is.
        after: What would be.
    """

    site: str
    before: SitePolicy | None
    after: SitePolicy

    @property
    def loosened(self) -> tuple[str, ...]:
        """Paths of the settings that would allow more than now."""
        before = self.before
        if before is None:
            return tuple(SETTINGS)
        return tuple(
            path
            for path, one in SETTINGS.items()
            if gives_more(one.direction, value_at(self.after, path), value_at(before, path))
        )

    @property
    def needs_council(self) -> bool:
        """Two keys, and it loosens."""
        policies = (self.before, self.after)
        two_keys = any(one is not None and Precondition.CO_SIGNATURE in one.requires for one in policies)
        return two_keys and bool(self.loosened)


def changes(
    scope: Scope,
    new: InForce,
    policies: Policies,
    declared: Declared,
    sites: Iterable[str],
    caps: Caps,
) -> tuple[Change, ...]:
    """What a new version would do at each site that it concerns.

    Args:
        scope: Whose version.
        new: As if it were in force.
        policies: Verified for the jurisdictions that each site was signed for (`signed_for`).
        declared: By the configuration.
        sites: With people whom it concerns.
        caps: Of the jurisdictions.

    Raises:
        AgreementError: Together with what is in force it makes no policy.
    """
    # What does not hold is left out of what is to come, so that one scope after the other can be mended.
    after = replace(policies, in_force={**policies.in_force, scope: new}, faults={})
    old = Agreements(policies, (), signed_for(declared, policies.in_force), caps=caps)
    coming = Agreements(after, (), declared, caps=caps)
    concerned = [site for site in sites if site_scope(site) in after.in_force]
    return tuple(_change(site, scope, old, coming) for site in concerned)


def signed_for(declared: Declared, in_force: Mapping[Scope, InForce]) -> Declared:
    """The same with the jurisdictions that each site's version in force was signed for."""
    signed = {
        scope.name: found.content.jurisdictions
        for scope, found in in_force.items()
        if scope.kind is ScopeKind.SITE
    }
    return replace(declared, sites={**declared.sites, **signed})


def _change(site: str, scope: Scope, old: Agreements, coming: Agreements) -> Change:
    place = _somebody(site, scope)
    applied = coming.applied(place)
    if applied.policy is None:
        says = applied.fault.message if applied.fault else "it makes no policy"
        about = applied.fault.scope if applied.fault else scope
        raise AgreementError(f"{about}: {says}")
    return Change(site, old.applied(place).policy, applied.policy)


def _somebody(site: str, scope: Scope) -> Place:
    """A person whom a version concerns; narrower levels can only hide what it would loosen."""
    team = scope.name if scope.kind is ScopeKind.TEAM else ""
    agent = scope.name if scope.kind is ScopeKind.AGENT else ""
    return Place(site, team, agent)
