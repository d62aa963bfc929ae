"""What a policy or a precondition is about: the organisation, a site, a team, an agent."""

from dataclasses import dataclass
from enum import StrEnum

from atdesk_core.agreements.errors import AgreementError


class ScopeKind(StrEnum):
    """From the widest to the narrowest. A narrower one may only tighten."""

    ORGANISATION = "organisation"
    SITE = "site"
    TEAM = "team"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Written as `organisation`, `site:london`, `team:sales` or `agent:101`.

    Attributes:
        kind: Which level.
        name: Id of the site, the team or the agent; empty for the organisation.
    """

    kind: ScopeKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


ORGANISATION = Scope(ScopeKind.ORGANISATION)


def site_scope(site: str) -> Scope:
    """Of one site."""
    return Scope(ScopeKind.SITE, site)


def parse_scope(text: str) -> Scope:
    """A scope as it is typed.

    Raises:
        AgreementError: It is none.
    """
    kind, _, name = text.strip().partition(":")
    known = kind in tuple(ScopeKind)
    if not known or (kind == ScopeKind.ORGANISATION) is bool(name):
        raise AgreementError(
            f"{text!r} is no scope: write organisation, site:NAME, team:NAME or agent:ID, such as site:london"
        )
    return Scope(ScopeKind(kind), name)
