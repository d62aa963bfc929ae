"""Who is who, as an immutable snapshot in memory with fast look-ups.

Whatever is not certain is nobody: an account that is not confirmed for exactly one person belongs
to no agent, and no frame of it is opened.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from atdesk_core.identity.people import Account, LinkStatus, Person, Site
from atdesk_core.identity.shifts import ShiftPlan, ShiftWindow, parse_plan
from atdesk_core.identity.shifts_dated import DatedShifts
from atdesk_core.identity.shifts_source import ShiftSource, Source
from atdesk_sdk import AccountRef, NoticeKind

K = TypeVar("K")
V = TypeVar("V")

_NO_LINKS: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectoryRows:
    """What a directory is built from, as it is kept.

    Attributes:
        people: Everybody.
        sites: Every site.
        accounts: Links, proposed and confirmed.
        leads: Pairs of agent id and the id of the person who leads that agent.
        plans: Shift plan by agent id; no plan means never on shift.
        consented: Agents with a consent that stands.
        enrolled: Agents with a template.
        revision: Number of the change that these rows are the result of.
        silenced: Pairs of agent id and a hint that this agent does not want to get.
        dated: Imported shifts by agent id; whoever has some is on shift by these alone.
        sources: Where a site's shifts come from, by site id; without one, from an import.
        leaving: When somebody leaves or has left, by agent id.
        gone: Who has left, and is nobody's account, consent or template any more.
        covers: Pairs of a lead's id and the id of the person who answers while that lead is off shift.
    """

    people: Collection[Person] = ()
    sites: Collection[Site] = ()
    accounts: Collection[Account] = ()
    leads: Collection[tuple[str, str]] = ()
    plans: Mapping[str, ShiftPlan] = field(default_factory=dict)
    consented: Collection[str] = ()
    enrolled: Collection[str] = ()
    revision: int = 0
    silenced: Collection[tuple[str, NoticeKind]] = ()
    dated: Mapping[str, DatedShifts] = field(default_factory=dict)
    sources: Mapping[str, ShiftSource] = field(default_factory=dict)
    leaving: Mapping[str, float] = field(default_factory=dict)
    gone: Collection[str] = ()
    covers: Collection[tuple[str, str]] = ()


class Directory:
    """Immutable; a change makes a new one. Unknown ids give None, an empty tuple or False.

    Attributes:
        people: Person by agent id.
        sites: Site by site id.
        revision: As in `DirectoryRows`.
    """

    def __init__(self, rows: DirectoryRows) -> None:
        self.revision = rows.revision
        self.people = MappingProxyType({person.agent_id: person for person in rows.people})
        self.sites = MappingProxyType({site.site_id: site for site in rows.sites})
        self._shifts: dict[str, ShiftPlan | DatedShifts] = {**rows.plans, **rows.dated}
        self._sources = dict(rows.sources)
        self._leaving = dict(rows.leaving)
        self._gone = frozenset(rows.gone)
        self._consented = frozenset(rows.consented) - self._gone
        self._enrolled = frozenset(rows.enrolled) - self._gone
        self._silenced = _grouped(rows.silenced)
        self._links = _grouped((account.ref, account) for account in rows.accounts)
        self._links_of = _grouped((account.agent_id, account) for account in rows.accounts)
        owners = {ref: agent for ref, links in self._links.items() if (agent := _only_agent(links))}
        self._agent_of = {ref: agent for ref, agent in owners.items() if agent not in self._gone}
        self._gone_agent_of = {ref: agent for ref, agent in owners.items() if agent in self._gone}
        self._accounts_of = _grouped((agent, ref) for ref, agent in self._agent_of.items())
        self._leads_of = _grouped(rows.leads)
        self._covers_of = _grouped(rows.covers)
        self._by_ref = {person.agent_ref: person.agent_id for person in rows.people}
        self._by_email = _grouped((person.email, person.agent_id) for person in rows.people if person.email)
        self._teams = _grouped((person.team, person.agent_id) for person in rows.people)

    def agent_of(self, account: AccountRef) -> str | None:
        """The one agent for whom the account is confirmed; else None, and nobody is looked at."""
        return self._agent_of.get(account)

    def why_not_identified(self, account: AccountRef) -> str:
        """Why `agent_of` gives None, and the way out; empty when it gives an agent."""
        if account in self._agent_of:
            return ""
        links = self._links.get(account, _NO_LINKS)
        if gone := self._gone_agent_of.get(account):
            return f"{account} is the account of {gone}, who has left: atdesk left {gone} --back if not so"
        if not links:
            return f"{account} is nobody's account: add it to the directory (atdesk agents import)"
        confirmed = sorted({link.agent_id for link in links if link.status is LinkStatus.CONFIRMED})
        if confirmed:
            return f"{account} is confirmed for {' and for '.join(confirmed)}: remove all but one"
        proposed = ", ".join(sorted({link.agent_id for link in links}))
        return f"{account} is proposed for {proposed} and not confirmed: atdesk agents link AGENT {account}"

    def accounts_of(self, agent_id: str, platform: str | None = None) -> tuple[AccountRef, ...]:
        """The confirmed accounts of an agent, on one platform or on all."""
        found = self._accounts_of.get(agent_id, ())
        return tuple(sorted(ref for ref in found if platform in (None, ref.platform)))

    def account_on(self, agent_id: str, platform: str) -> AccountRef | None:
        """The agent's account on a platform when there is exactly one; else None."""
        found = self.accounts_of(agent_id, platform)
        return found[0] if len(found) == 1 else None

    def links_of(self, agent_id: str) -> tuple[Account, ...]:
        """Every link of an agent, proposed ones included."""
        return tuple(sorted(self._links_of.get(agent_id, _NO_LINKS), key=lambda link: link.ref))

    def is_lead(self, account: AccountRef, agent_id: str) -> bool:
        """Whether this account is confirmed for somebody who leads this agent."""
        return self._agent_of.get(account) in self._leads_of.get(agent_id, ())

    def leads_of(self, agent_id: str, platform: str | None = None) -> tuple[AccountRef, ...]:
        """The confirmed accounts of the people who lead an agent."""
        return tuple(
            ref for lead_id in self._leads_of.get(agent_id, ()) for ref in self.accounts_of(lead_id, platform)
        )

    def lead_ids(self, agent_id: str) -> tuple[str, ...]:
        """The people who lead an agent."""
        return self._leads_of.get(agent_id, ())

    def cover_ids(self, lead_id: str) -> tuple[str, ...]:
        """Who answers for a lead while that lead is off shift; see `identity.covering`."""
        return tuple(one for one in self._covers_of.get(lead_id, ()) if one not in self._gone)

    def has_shifts(self, person_id: str) -> bool:
        """Whether it is known when somebody works: without that, nobody is known to be off shift."""
        return self.sign_in_hours(person_id) is not None or person_id in self._shifts

    def team(self, name: str) -> tuple[str, ...]:
        """Agent ids of everybody in a team."""
        return self._teams.get(name, ())

    def site_of(self, agent_id: str) -> Site | None:
        """Where the agent works."""
        person = self.people.get(agent_id)
        return self.sites.get(person.site_id) if person else None

    def agent_by_email(self, email: str) -> str | None:
        """The one agent with this address; else None. Good for a proposal only, never for a look."""
        found = self._by_email.get(email.strip().lower(), ())
        return found[0] if len(found) == 1 else None

    def agent_ref(self, agent_id: str) -> str | None:
        """The random id that stands for the agent in the decision log."""
        person = self.people.get(agent_id)
        return person.agent_ref if person else None

    def agent_by_ref(self, agent_ref: str) -> str | None:
        """The agent behind a random id of the decision log; None once erased."""
        return self._by_ref.get(agent_ref)

    def on_shift(self, agent_id: str, at: float) -> bool:
        """Whether a declared shift of the agent is running."""
        return self.shift_at(agent_id, at) is not None

    def shift_at(self, agent_id: str, at: float) -> ShiftWindow | None:
        """The declared shift that is running; it may be kept until its `ends_at` while the directory stays.

        Shifts by sign-in are not declared, and not in here: see `sign_in_hours`.
        """
        shifts = self._declared(agent_id)
        return self._while_here(agent_id, shifts.window_at(at) if shifts else None, at)

    def next_shift(self, agent_id: str, after: float) -> ShiftWindow | None:
        """The first shift that begins later; None when none is declared."""
        shifts = self._declared(agent_id)
        coming = shifts.next_window(after) if shifts else None
        return self._while_here(agent_id, coming, coming.starts_at) if coming else None

    def shifts_between(self, agent_id: str, since: float, until: float) -> tuple[ShiftWindow, ...]:
        """Every declared shift that runs at some moment of `since <= t < until`, in order."""
        shifts = self._declared(agent_id)
        found = shifts.windows(since, until) if shifts else ()
        cut = (self._while_here(agent_id, window, window.starts_at) for window in found)
        return tuple(window for window in cut if window is not None)

    def sign_in_hours(self, agent_id: str) -> ShiftPlan | None:
        """Where the agent's shifts come from signing in: when they may begin, and end. Else None."""
        site = self.site_of(agent_id)
        source = self._sources.get(site.site_id) if site else None
        if site is None or source is None or source.source != Source.SIGN_IN or agent_id in self._gone:
            return None
        return parse_plan(source.hours, site.time_zone)

    def leaves_at(self, agent_id: str) -> float | None:
        """When somebody leaves, or has left; None when nothing is known of it."""
        return self._leaving.get(agent_id)

    def has_left(self, agent_id: str) -> bool:
        """Whether somebody has left: no account of theirs is looked at any more."""
        return agent_id in self._gone

    def _declared(self, agent_id: str) -> ShiftPlan | DatedShifts | None:
        return None if self.sign_in_hours(agent_id) else self._shifts.get(agent_id)

    def _while_here(self, agent_id: str, window: ShiftWindow | None, at: float) -> ShiftWindow | None:
        """A shift ends at the latest when its agent leaves."""
        leaves_at = self._leaving.get(agent_id)
        if window is None or leaves_at is None:
            return window
        return replace(window, ends_at=min(window.ends_at, leaves_at)) if at < leaves_at else None

    def has_consent(self, agent_id: str) -> bool:
        """Whether a consent is on record that was not withdrawn."""
        return agent_id in self._consented

    def is_enrolled(self, agent_id: str) -> bool:
        """Whether there is a template of the agent."""
        return agent_id in self._enrolled

    def silenced(self, agent_id: str) -> frozenset[NoticeKind]:
        """Hints that the agent does not want to get."""
        return frozenset(self._silenced.get(agent_id, ()))


def _only_agent(links: Collection[Account]) -> str | None:
    agents = {link.agent_id for link in links if link.status is LinkStatus.CONFIRMED}
    return agents.pop() if len(agents) == 1 else None


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
