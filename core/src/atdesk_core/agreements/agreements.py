"""What was agreed to, as an immutable snapshot in memory: the policy and the preconditions of each agent."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from atdesk_core.agreements.in_force import Declared, Fault, Policies, Refused, how_to_sign
from atdesk_core.agreements.preconditions import OnRecord, Standing, standing
from atdesk_core.agreements.scopes import ORGANISATION, Scope, ScopeKind, site_scope
from atdesk_core.identity import Person
from atdesk_core.policy import Precondition, SitePolicy
from atdesk_core.policy.jurisdictions import GENERAL, cap_of
from atdesk_core.policy.levels import Level
from atdesk_core.policy.merge import Resolved, resolve
from atdesk_sdk import ConfigError

Caps = Callable[[str], Level]
"""What a jurisdiction allows at the most; the shipped presets, unless somebody brings others."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an agent is, as far as policies go.

    Attributes:
        site: Its id; empty for somebody at no site.
        team: Its name.
        agent_id: Empty for nobody in particular.
        jurisdiction: Of the agent, beside those of the site; empty for none.
    """

    site: str
    team: str
    agent_id: str
    jurisdiction: str = ""

    @classmethod
    def of(cls, person: Person) -> "Place":
        """Where this person is."""
        return cls(person.site_id, person.team, person.agent_id, person.jurisdiction)

    def codes(self, of_site: Iterable[str]) -> tuple[str, ...]:
        """Every jurisdiction that applies to whoever is there, sorted."""
        return tuple(sorted({*of_site, *([self.jurisdiction] if self.jurisdiction else [])}))

    def scopes(self) -> tuple[Scope, ...]:
        """Whose policies apply, from the widest to the narrowest."""
        team = (Scope(ScopeKind.TEAM, self.team),) if self.team else ()
        agent = (Scope(ScopeKind.AGENT, self.agent_id),) if self.agent_id else ()
        return (ORGANISATION, site_scope(self.site), *team, *agent)


@dataclass(frozen=True, slots=True)
class Applied:
    """The policy of an agent, or why there is none.

    Attributes:
        resolved: Merged from everything that is in force; None: nobody is looked at.
        fault: Then, what is wrong.
    """

    resolved: Resolved | None
    fault: Fault | None = None

    @property
    def policy(self) -> SitePolicy | None:
        """What sessions use."""
        return self.resolved.policy if self.resolved else None

    @property
    def signed(self) -> bool:
        """False where a signature is what is missing; a signed policy that is not valid is none at all."""
        return self.fault is None or self.fault.why is Refused.NOT_VALID


class Agreements:
    """Immutable; a change makes a new one. Agents under the same policies share what these come to.

    Attributes:
        revision: Number of the change that this is the result of.
        policies: What is in force, and what is not.
        records: Every precondition on record, the latest of a kind last.

    Args:
        policies: Verified.
        records: See above.
        declared: By the configuration.
        revision: See above.
        caps: Of the jurisdictions.
    """

    def __init__(
        self,
        policies: Policies,
        records: Iterable[OnRecord],
        declared: Declared,
        revision: int = 0,
        caps: Caps = cap_of,
    ) -> None:
        self.policies = policies
        self.records = tuple(records)
        self.revision = revision
        self._declared = declared
        self._caps = caps
        self._by_scope: defaultdict[Scope, list[OnRecord]] = defaultdict(list)
        for record in self.records:
            self._by_scope[record.scope].append(record)
        # Most teams and agents have no policy of their own: what they come to is shared.
        self._of_place: dict[Place, Applied] = {}
        spoken = [*policies.in_force, *policies.faults]
        self._teams = frozenset(one.name for one in spoken if one.kind is ScopeKind.TEAM)
        self._agents = frozenset(one.name for one in spoken if one.kind is ScopeKind.AGENT)

    def applied(self, place: Place) -> Applied:
        """The policy of an agent."""
        team = place.team if place.team in self._teams else ""
        agent_id = place.agent_id if place.agent_id in self._agents else ""
        narrowed = Place(place.site, team, agent_id, place.jurisdiction)
        if narrowed not in self._of_place:
            self._of_place[narrowed] = self._found(narrowed)
        return self._of_place[narrowed]

    def caps(self, place: Place, known: Iterable[str] = ()) -> tuple[Level, ...]:
        """What the jurisdictions of a place allow at the most; of `known` where no site declares any.

        Where neither says anything, it is the widest preset's cap: nothing goes without any.
        """
        codes = place.codes(self._declared.sites.get(place.site) or known)
        return tuple(self._caps(code) for code in codes or (GENERAL,))

    def _found(self, place: Place) -> Applied:
        spoken = tuple(
            scope
            for scope in place.scopes()
            if scope.kind is ScopeKind.SITE
            or scope in self.policies.in_force
            or scope in self.policies.faults
        )
        return self._apply(spoken, place)

    def standing(self, place: Place, at: float) -> Standing:
        """Which preconditions hold for an agent at a time."""
        agent = Scope(ScopeKind.AGENT, place.agent_id)
        found = standing([*self._of(site_scope(place.site)), *self._of(agent)], at)
        if place.site not in self.policies.co_signed:
            return found
        return Standing(found.met | {Precondition.CO_SIGNATURE}, found.lapsed, found.until)

    def _apply(self, spoken: tuple[Scope, ...], place: Place) -> Applied:
        fault = next((self.policies.faults[one] for one in spoken if one in self.policies.faults), None)
        if fault is not None:
            return Applied(None, fault)
        site = next(one for one in spoken if one.kind is ScopeKind.SITE)
        codes = self._declared.sites.get(site.name)
        if codes is None:
            says = f"site {site.name} is not in the configuration: add a [[site]] for it"
            return Applied(None, Fault(site, Refused.NOT_VALID, says))
        if site not in self.policies.in_force:
            says = f"its policy was never signed: {how_to_sign(site)}"
            return Applied(None, Fault(site, Refused.NEVER_SIGNED, says))
        return self._merged(site, place.codes(codes), spoken)

    def _merged(self, site: Scope, codes: tuple[str, ...], spoken: tuple[Scope, ...]) -> Applied:
        levels = [self.policies.in_force[one].content.level for one in spoken]
        try:
            return Applied(resolve([*(self._caps(code) for code in codes), *levels]))
        except ConfigError as error:
            return Applied(None, Fault(site, Refused.NOT_VALID, str(error)))

    def _of(self, scope: Scope) -> list[OnRecord]:
        return self._by_scope.get(scope, [])
