"""What sessions are told: the directory, policies, shifts and stop orders, as facts of one agent."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from atdesk_core.agreements import Agreements, Standing
from atdesk_core.agreements.agreements import Applied
from atdesk_core.identity import Directory, ShiftWindow, parse_account
from atdesk_core.judging import JudgingRules
from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.agreed import place_of
from atdesk_core.runtime.authorities import Authorities, writes_states
from atdesk_core.runtime.draws import Coming, Draws, draws_of
from atdesk_core.runtime.pages.account import PAGE, page_account
from atdesk_core.runtime.profile import NoticeChannel, Profile
from atdesk_core.runtime.sign_ins import SignIns
from atdesk_core.session import Facts, Rule, ShiftNow
from atdesk_core.store import ALL_SITES, RuleShadowRow, StopOrder
from atdesk_sdk import (
    AccountRef,
    Adapter,
    AgentNotice,
    Capabilities,
    DigestSink,
    FlagSink,
    HealthReport,
    StateSource,
    StreamKey,
)

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


@dataclass(frozen=True, slots=True)
class _Made:
    """Facts, and how long they are good for."""

    made_at: float
    until: float
    agreed_until: float
    agreements: Agreements
    facts: Facts


class LiveWorld:
    """Facts from a directory snapshot; `update` puts a newer one in its place.

    Args:
        directory: As loaded.
        agreements: Policies in force and preconditions on record.
        adapters: The running ones.
        authorities: Platforms whose states are written, by site.
        sign_ins: Shifts of those who are on shift by signing in.
        draws: Random looks.
        now: Engine's clock.
        judging: How observations become findings.

    Attributes:
        page_answered_at: When the open page of an agent answered last; None while none is open.
        reviewers: Ids of those who may review flags of anybody else.
    """

    def __init__(
        self,
        directory: Directory,
        agreements: Agreements,
        adapters: Iterable[Adapter],
        authorities: Authorities,
        sign_ins: SignIns,
        draws: Draws,
        now: Callable[[], float],
        judging: JudgingRules,
    ) -> None:
        self.directory = directory
        self.videos: dict[StreamKey, str] = {}
        self.page_answered_at: Callable[[str], float | None] = _no_page
        self.agreements = agreements
        self.reviewers: frozenset[str] = frozenset()
        self._adapters = tuple(adapters)
        self._authorities = authorities
        self._silent: dict[str, float] = {}
        self._sign_ins = sign_ins
        self._draws = draws
        self._now = now
        self._judging = judging
        self._stopped: frozenset[str] = frozenset()
        self._clock_doubted = False
        self._shadows: dict[str, frozenset[Rule]] = {}
        self._profiles: dict[str, Profile] = {}
        self._facts: dict[str, _Made] = {}

    def update(
        self, directory: Directory, orders: Iterable[StopOrder], agreements: Agreements | None = None
    ) -> bool:
        """Take up newer snapshots and the stop orders that stand; True if anything changed."""
        stopped = frozenset(order.site for order in orders if order.lifted_at is None)
        agreed = agreements or self.agreements
        changed = directory is not self.directory or stopped != self._stopped
        newly_agreed = agreed is not self.agreements  # of each agent's facts this concerns a part alone
        self.directory, self._stopped, self.agreements = directory, stopped, agreed
        if changed:
            self._profiles.clear()
            self._facts.clear()
        return changed or newly_agreed

    def shadow(self, rows: Iterable[RuleShadowRow]) -> bool:
        """Take up the rules that are in shadow mode because they were overturned; True if they changed."""
        shadows: defaultdict[str, set[Rule]] = defaultdict(set)
        for row in rows:
            if row.lifted_at is None:
                shadows[row.site].add(_RULE.validate_python(row.rule))
        before, self._shadows = self._shadows, {site: frozenset(rules) for site, rules in shadows.items()}
        if self._shadows != before:
            self._facts.clear()
        return self._shadows != before

    def doubt_clock(self, doubted: bool) -> bool:
        """Stop every look while the machine's clock is behind; True if that changed."""
        changed, self._clock_doubted = doubted != self._clock_doubted, doubted
        if changed:
            self._facts.clear()
        return changed

    def agent_of(self, account: AccountRef) -> str | None:
        """The one agent whose account it is; an agent's own page is that very agent, and needs no link."""
        if account.platform != PAGE:
            return self.directory.agent_of(account)
        agent_id = account.external_id
        is_here = agent_id in self.directory.people and not self.directory.has_left(agent_id)
        return agent_id if is_here and account == page_account(agent_id) else None

    def facts(self, agent_id: str) -> Facts:
        """Of this agent, now; whether the page answers is asked each time, the rest is kept for a while."""
        facts, answered_at = self._kept_facts(agent_id), self.page_answered_at(agent_id)
        return facts if answered_at is None else replace(facts, page_answered_at=answered_at)

    def _kept_facts(self, agent_id: str) -> Facts:
        """Made anew when a shift or a precondition ends, or when the clock went back."""
        now = self._now()
        kept = self._facts.get(agent_id)
        if kept is not None and kept.made_at <= now < kept.until:
            if kept.agreements is self.agreements and now < kept.agreed_until:
                return kept.facts
            facts, until = kept.facts, kept.until
        else:
            facts = self._make_facts(agent_id, now)
            until = self._good_until(agent_id, facts, now)
        agreed = self.agreements.standing(place_of(self.directory, agent_id), now)
        facts = self._agreed(agent_id, facts, agreed)
        agreed_until = agreed.until if agreed.until is not None else until
        self._facts[agent_id] = _Made(now, until, agreed_until, self.agreements, facts)
        return facts

    def authority_of(self, agent_id: str) -> AccountRef | None:
        """The account whose state counts and is written; None: nobody looks, and nothing is written."""
        site = self.directory.site_of(agent_id)
        platform = self._authorities.at(site.site_id if site else None)
        return self.directory.account_on(agent_id, platform) if platform else None

    def hear_health(self, report: HealthReport) -> bool:
        """An adapter went out of touch with its accounts, or is back; True if that changed.

        One that tells no states has nothing to say about them.
        """
        adapter = next((one for one in self._adapters if one.name == report.adapter), None)
        if not isinstance(adapter, StateSource):
            return False
        before = dict(self._silent)
        if report.knows_states:
            self._silent.pop(report.adapter, None)
        else:
            self._silent.setdefault(report.adapter, report.at)
        if self._silent != before:
            self._facts.clear()
        return self._silent != before

    def forget(self, agent_id: str) -> None:
        """Make this agent's facts anew: a shift or its draws changed."""
        self._facts.pop(agent_id, None)

    def coming(self, agent_id: str) -> Coming:
        """What random looks are drawn for; shifts are looked for only where there may be any."""
        count, now = draws_of(self._policy(agent_id)), self._now()
        if count == 0:
            return Coming(0)
        windows = (self.shift_at(agent_id, now), self.directory.next_shift(agent_id, now))
        return Coming(count, tuple(window for window in windows if window is not None))

    def shift_at(self, agent_id: str, at: float) -> ShiftWindow | None:
        """The shift that runs, from whichever source the site declares."""
        if self.directory.sign_in_hours(agent_id) is None:
            return self.directory.shift_at(agent_id, at)
        window, leaves_at = self._sign_ins.window_at(agent_id, at), self.directory.leaves_at(agent_id)
        if window is None or leaves_at is None:
            return window
        return replace(window, ends_at=min(window.ends_at, leaves_at)) if at < leaves_at else None

    def on_shift(self, person_id: str) -> bool:
        """Whether a shift of this person runs now: of a lead, too, by the same shifts."""
        return self.shift_at(person_id, self._now()) is not None

    def profile(self, agent_id: str) -> Profile:
        """Names and addresses of this agent; of somebody who has left, an empty one."""
        if agent_id not in self._profiles:
            self._profiles[agent_id] = self._make_profile(agent_id)
        return self._profiles[agent_id]

    def policy_version(self, agent_id: str) -> str:
        """Of the policy that applies to this agent."""
        policy = self._policy(agent_id)
        return policy.version if policy else ""

    def ref_of_account(self, account: str) -> str | None:
        """The random id of the person behind `platform:tenant:id`; None when it is nobody's."""
        try:
            agent_id = self.directory.agent_of(parse_account(account))
        except ValueError:
            return None
        return self.directory.agent_ref(agent_id) if agent_id else None

    def groups(self) -> dict[str, frozenset[str]]:
        """Everybody with an open video, by meeting, team and adapter."""
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for key, agent_id in self.videos.items():
            groups[f"meeting:{key.adapter}:{key.stream_id}"].add(agent_id)
            groups[f"adapter:{key.adapter}"].add(agent_id)
            person = self.directory.people.get(agent_id)
            if person is not None and person.team:
                groups[f"team:{person.team}"].add(agent_id)
        return {name: frozenset(members) for name, members in groups.items()}

    def _policy(self, agent_id: str) -> SitePolicy | None:
        return self._applied(agent_id).policy

    def _applied(self, agent_id: str) -> Applied:
        return self.agreements.applied(place_of(self.directory, agent_id))

    def _agreed(self, agent_id: str, facts: Facts, agreed: Standing) -> Facts:
        """The same with what policies and preconditions say."""
        applied, shift = self._applied(agent_id), facts.shift
        count = draws_of(applied.policy)
        return replace(
            facts,
            policy=applied.policy,
            policy_signed=applied.signed,
            random_at=self._draws.times(agent_id, shift.shift_id, count) if shift and count else (),
            met=agreed.met,
            lapsed=agreed.lapsed,
        )

    def _make_facts(self, agent_id: str, now: float) -> Facts:
        """Without what policies and preconditions say."""
        site = self.directory.site_of(agent_id)
        window = self.shift_at(agent_id, now)
        shift = ShiftNow(window.shift_id, window.starts_at, window.ends_at) if window else None
        stops = {ALL_SITES, site.site_id} if site else {ALL_SITES}
        return Facts(
            policy=None,
            authority=self.authority_of(agent_id),
            consent=self.directory.has_consent(agent_id),
            shift=shift,
            stopped=self._clock_doubted or bool(stops & self._stopped),
            judging=self._judging,
            silenced=self.directory.silenced(agent_id),
            agent_ref=self.directory.agent_ref(agent_id) or "unknown",
            idle_accounts=self._accounts_where(agent_id, lambda can: can.reports_idle),
            vague_accounts=self._accounts_where(agent_id, lambda can: can.calls_may_be_meetings),
            silent_since=tuple(self._silent_since(agent_id)) if self._silent else (),
            can_write=self.authority_of(agent_id) in self.profile(agent_id).state_writers,
            shadow_rules=self._shadows.get(site.site_id, frozenset()) if site else frozenset(),
            accounts=frozenset(self._certain_accounts(agent_id)),
        )

    def _certain_accounts(self, agent_id: str) -> Iterator[AccountRef]:
        """Every account by which a video is this agent's."""
        candidates = (page_account(agent_id), *self.directory.accounts_of(agent_id))
        return (one for one in candidates if self.agent_of(one) == agent_id)

    def _accounts_where(self, agent_id: str, so: Callable[[Capabilities], bool]) -> frozenset[AccountRef]:
        """The agent's accounts on platforms of this kind."""
        there = {(one.platform, one.tenant) for one in self._adapters if so(one.capabilities)}
        accounts = self.directory.accounts_of(agent_id)
        return frozenset(one for one in accounts if (one.platform, one.tenant) in there)

    def _silent_since(self, agent_id: str) -> Iterator[tuple[AccountRef, float]]:
        """The agent's accounts whose platform is out of touch, and since when."""
        silent = {
            (one.platform, one.tenant): self._silent[one.name]
            for one in self._adapters
            if one.name in self._silent
        }
        for account in self.directory.accounts_of(agent_id):
            since = silent.get((account.platform, account.tenant))
            if since is not None:
                yield account, since

    def _good_until(self, agent_id: str, facts: Facts, now: float) -> float:
        if facts.shift is not None:
            return facts.shift.ends_at
        coming = self.directory.next_shift(agent_id, now)
        return coming.starts_at if coming else now + 3600.0

    def _make_profile(self, agent_id: str) -> Profile:
        person, site = self.directory.people.get(agent_id), self.directory.site_of(agent_id)
        return Profile(
            agent_id=agent_id,
            agent_ref=person.agent_ref if person else "",
            name=person.name if person else agent_id,
            language=person.language if person else "en",
            team=person.team if person else "",
            site=site.site_id if site else "",
            time_zone=site.time_zone if site else "UTC",
            state_writers=self._state_writers(agent_id),
            notice_channels=tuple(self._channels(agent_id)),
            flag_sinks=tuple(
                (one.name, one.capabilities.flag_private)
                for one in self._adapters
                if isinstance(one, FlagSink)
            ),
            gathering=frozenset(one.name for one in self._adapters if isinstance(one, DigestSink)),
        )

    def _state_writers(self, agent_id: str) -> Mapping[AccountRef, str]:
        """Who writes which account: an Away of ours is undone where it stands, whatever counts now."""
        writers = {(one.platform, one.tenant): one.name for one in self._adapters if writes_states(one)}
        accounts = self.directory.accounts_of(agent_id)
        return {
            one: writers[one.platform, one.tenant]
            for one in accounts
            if (one.platform, one.tenant) in writers
        }

    def _channels(self, agent_id: str) -> Iterable[NoticeChannel]:
        for one in self._adapters:
            if not isinstance(one, AgentNotice):
                continue
            if one.platform == PAGE:
                yield NoticeChannel(one.name, page_account(agent_id), one.capabilities.notice_on_desk_screen)
                continue
            for account in self.directory.accounts_of(agent_id, one.platform):
                if account.tenant == one.tenant:
                    yield NoticeChannel(one.name, account, one.capabilities.notice_on_desk_screen)


def _no_page(_agent_id: str) -> None:
    """Until it is said where the pages are."""
