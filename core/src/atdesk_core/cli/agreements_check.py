"""What the doctor says about agreements: policies in force or not, what is missing, what will lapse."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from atdesk_core.agreements import Agreements, OnRecord, Place
from atdesk_core.policy import Precondition
from atdesk_core.policy.purposes import say_purposeless, without_purpose

SOON_S = 30 * 86_400.0
"""What lapses within so many seconds is said ahead."""

Line = tuple[str, bool, str]
"""What was checked, whether it is well, and what to say."""


def agreement_lines(agreements: Agreements, sites: Iterable[str], now: float) -> Iterator[Line]:
    """One line for each policy, each site with something missing, and each record that lapses soon.

    Args:
        agreements: As they are now.
        sites: Of the configuration.
        now: Seconds since the epoch.
    """
    policies = agreements.policies
    for scope, fault in policies.faults.items():
        yield f"policy of {scope}", False, fault.message
    for scope, found in policies.in_force.items():
        draft = found.version.draft
        says = f"version {found.version.version} is in force, signed by {draft.signed_by} on {_day(draft.at)}"
        yield f"policy of {scope}", True, says
    for site in sites:
        yield from _missing(agreements, site, now)
    for record in agreements.records:
        if _lapses_soon(record, now):
            yield _lapse(record, now)


def _missing(agreements: Agreements, site: str, now: float) -> Iterator[Line]:
    place = Place(site, "", "")
    policy = agreements.applied(place).policy
    if policy is None:
        return
    # A written release is each person's own: it is never on record for a site.
    if rules := without_purpose(policy, agreements.caps(place)):
        yield f"site {site}", False, say_purposeless(site, rules)
    missing = policy.requires - agreements.standing(place, now).met - {Precondition.WRITTEN_RELEASE}
    for kind in sorted(missing):
        how = (
            f"atdesk policy co-sign site:{site}"
            if kind is Precondition.CO_SIGNATURE
            else f"atdesk preconditions record site:{site} {kind} --reference ID --on DATE --by NAME"
        )
        yield f"site {site}", False, f"{kind} is not on record, so nobody is looked at: {how}"


def _lapses_soon(record: OnRecord, now: float) -> bool:
    return record.ended_at is None and record.lapses_at is not None and record.lapses_at <= now + SOON_S


def _lapse(record: OnRecord, now: float) -> Line:
    assert record.lapses_at is not None  # noqa: S101  (the caller has looked)
    lapsed = record.lapses_at <= now
    when = "lapsed" if lapsed else "will lapse"
    after = "what needs it is not done any more" if lapsed else "then what needs it stops"
    says = f"{record.kind} ({record.reference}) {when} on {_day(record.lapses_at)}; {after}: renew it"
    return f"precondition of {record.scope}", False, f"{says} (atdesk preconditions record)"


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
