"""Which policies are in force: read from the store, verified, and merged for each agent.

Whatever does not hold (never signed, altered, older than one that was seen, without the council's signature,
not valid any more) leaves its scope without a policy: nobody in it is looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements.contents import Content, parse_content
from atdesk_core.agreements.councils import (
    CoSignature,
    CouncilKey,
    missing_councils,
    read_co_signatures,
    read_council_keys,
)
from atdesk_core.agreements.scopes import ORGANISATION, Scope, ScopeKind, site_scope
from atdesk_core.agreements.versions import PolicyVersion, all_versions, serials_seen
from atdesk_core.identity.signing import SignatureError, verify
from atdesk_sdk import ConfigError


class Refused(StrEnum):
    """Why a policy is not in force. Codes for the log."""

    NEVER_SIGNED = "never_signed"
    ALTERED = "altered"
    OLDER = "older"
    NOT_CO_SIGNED = "not_co_signed"
    OTHER_JURISDICTION = "other_jurisdiction"
    NOT_VALID = "not_valid"
    NO_KEY = "no_key"


@dataclass(frozen=True, slots=True)
class Fault:
    """A scope without a policy in force, and what to do about it."""

    scope: Scope
    why: Refused
    message: str


@dataclass(frozen=True, slots=True)
class InForce:
    """A version that holds.

    Attributes:
        version: As it is kept.
        content: What it says.
    """

    version: PolicyVersion
    content: Content


@dataclass(frozen=True, slots=True)
class Declared:
    """What the configuration says that there is: each of these needs a policy in force.

    Attributes:
        sites: ISO codes that apply at each site, sorted.
        organisation: Whether the organisation has a policy of its own.
        teams: Names of the teams that have one.
        agents: Ids of the agents who have one.
    """

    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    organisation: bool = False
    teams: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()

    def scopes(self) -> tuple[Scope, ...]:
        """Every scope, from the widest to the narrowest."""
        return (
            *((ORGANISATION,) if self.organisation else ()),
            *(site_scope(site) for site in sorted(self.sites)),
            *(Scope(ScopeKind.TEAM, team) for team in sorted(self.teams)),
            *(Scope(ScopeKind.AGENT, agent) for agent in sorted(self.agents)),
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds about policies.

    Attributes:
        versions: Of every scope, the earliest first.
        seen: The highest serial of each scope that was ever in force.
        keys: Of the councils.
        given: Signatures of the councils.
    """

    versions: Sequence[PolicyVersion]
    seen: Mapping[Scope, int]
    keys: Sequence[CouncilKey]
    given: Sequence[CoSignature]


async def read_kept(connection: AsyncConnection) -> Kept:
    """Everything about policies, from one view of the database."""
    return Kept(
        await all_versions(connection),
        await serials_seen(connection),
        await read_council_keys(connection),
        await read_co_signatures(connection),
    )


@dataclass(frozen=True, slots=True)
class Policies:
    """What holds, what does not, and where a council has signed.

    Attributes:
        in_force: By scope.
        faults: By scope.
        co_signed: Sites whose council has signed what is in force, or what it only tightens.
    """

    in_force: Mapping[Scope, InForce]
    faults: Mapping[Scope, Fault]
    co_signed: frozenset[str] = frozenset()


def verified(kept: Kept, declared: Declared, public_pem: bytes | None, no_key: str = "") -> Policies:
    """Check what the store holds. Pure.

    Args:
        kept: As read; `seen` may hold what this process itself has seen.
        declared: By the configuration.
        public_pem: The service's public key; None when it cannot be read.
        no_key: Then, why not.
    """
    scopes = dict.fromkeys([*declared.scopes(), *kept.seen, *(one.draft.scope for one in kept.versions)])
    if public_pem is None:
        return Policies({}, {scope: _without_key(scope, kept, no_key) for scope in scopes})
    outcomes = {scope: _checked(scope, kept, declared, public_pem) for scope in scopes}
    return Policies(
        {scope: one for scope, one in outcomes.items() if isinstance(one, InForce)},
        {scope: one for scope, one in outcomes.items() if isinstance(one, Fault)},
        frozenset(site for site in declared.sites if _is_co_signed(site, kept, public_pem)),
    )


def _without_key(scope: Scope, kept: Kept, no_key: str) -> Fault:
    """Where nothing was ever signed, that is what has to be said."""
    if scope in kept.seen or any(one.draft.scope == scope for one in kept.versions):
        return Fault(scope, Refused.NO_KEY, no_key)
    return Fault(scope, Refused.NEVER_SIGNED, _never(scope, kept))


def latest(versions: Iterable[PolicyVersion], scope: Scope) -> PolicyVersion | None:
    """The version of a scope that is in force, verified or not; None when there is none."""
    mine = [one for one in versions if one.draft.scope == scope and one.in_force_from is not None]
    return max(mine, key=lambda one: one.draft.serial, default=None)


def how_to_sign(scope: Scope) -> str:
    """The command that puts a policy of a scope in force."""
    return f"atdesk policy sign {scope} --by NAME --reason TEXT"


def _checked(scope: Scope, kept: Kept, declared: Declared, public_pem: bytes) -> InForce | Fault:
    version, seen = latest(kept.versions, scope), kept.seen.get(scope, 0)
    if version is None and not seen:
        return Fault(scope, Refused.NEVER_SIGNED, _never(scope, kept))
    if version is None or version.draft.serial < seen:
        says = f"serial {seen} was in force, and it is gone" + (
            f"; {version.draft.serial} is older" if version else ""
        )
        return Fault(scope, Refused.OLDER, f"{says}: restore the database, or {how_to_sign(scope)}")
    return _sound(version, kept, declared, public_pem)


def _sound(version: PolicyVersion, kept: Kept, declared: Declared, public_pem: bytes) -> InForce | Fault:
    scope = version.draft.scope
    try:
        verify(version.signed(), public_pem)
    except (SignatureError, ValueError) as error:
        return Fault(scope, Refused.ALTERED, f"its signature does not hold ({error}): {how_to_sign(scope)}")
    if missing := missing_councils(version, kept.keys, kept.given, public_pem):
        says = f"the works council of {', '.join(missing)} has not signed it: atdesk policy co-sign {scope}"
        return Fault(scope, Refused.NOT_CO_SIGNED, says)
    try:
        content = parse_content(scope, version.draft.content)
    except ConfigError as error:
        return Fault(scope, Refused.NOT_VALID, f"{error}: {how_to_sign(scope)}")
    return _fitting(InForce(version, content), declared)


def _fitting(found: InForce, declared: Declared) -> InForce | Fault:
    """A site's policy holds for the jurisdictions that it was signed for."""
    scope, signed_for = found.version.draft.scope, found.content.jurisdictions
    now = declared.sites.get(scope.name)
    if scope.kind is not ScopeKind.SITE or now is None or now == signed_for:
        return found
    says = (
        f"it was signed for {', '.join(signed_for)}, and the configuration says {', '.join(now)}: "
        + how_to_sign(scope)
    )
    return Fault(scope, Refused.OTHER_JURISDICTION, says)


def _never(scope: Scope, kept: Kept) -> str:
    waiting = [one for one in kept.versions if one.draft.scope == scope]
    if waiting:
        return (
            f"its policy waits for the works council of {', '.join(waiting[-1].draft.councils)}: "
            f"atdesk policy co-sign {scope} --key council.pem"
        )
    return f"its policy was never signed: {how_to_sign(scope)}"


def _is_co_signed(site: str, kept: Kept, public_pem: bytes) -> bool:
    """Whether the council has signed the version in force, or one that was only tightened since."""
    mine = [
        one
        for one in kept.versions
        if one.draft.scope == site_scope(site)
        and one.in_force_from is not None
        and site in one.draft.councils
    ]
    return any(not missing_councils(one, kept.keys, kept.given, public_pem) for one in mine)
