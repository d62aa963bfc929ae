"""`atdesk preconditions record`, `list` and `lapse`."""

import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from atdesk_core.agreements import (
    AgreementError,
    Agreements,
    Entry,
    OnRecord,
    Place,
    Scope,
    ScopeKind,
    lapse_precondition,
    load_agreements,
    parse_scope,
    record_precondition,
)
from atdesk_core.cli.output import console
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity import Person, load_directory
from atdesk_core.policy import Precondition
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.config import Config
from atdesk_core.store import Store


def record_command(
    path: Path, scope: str, kind: str, *, reference: str, by: str, on: str, review_by: str | None
) -> None:
    """Put a precondition on record."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        parsed = parse_scope(scope)
        zone = _zone(config, (await load_directory(store)).people, parsed)
        lapses_at = _day("--review-by", review_by, zone) if review_by is not None else None
        entry = Entry(reference, _day("--on", on, zone), lapses_at, by)
        kept = await record_precondition(store, parsed, _kind(kind), entry, time.time())
        until = f", until {review_by}" if review_by is not None else ", until it is ended"
        out.print(f"{kept.kind} of {parsed} is on record ({reference}){until}.", markup=False, soft_wrap=True)

    leave(act(config.service.database, out, action))


def lapse_command(path: Path, scope: str, kind: str, by: str) -> None:
    """End a precondition now."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        ended = await lapse_precondition(store, parse_scope(scope), _kind(kind), by, time.time())
        out.print(f"{ended.kind} of {ended.scope} is ended: what needs it stops.", markup=False)

    leave(act(config.service.database, out, action))


def list_command(path: Path) -> None:
    """What is on record, and what is missing."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        now = time.time()
        agreements = await load_agreements(store, declared_of(config), config.service.signing_key)
        people = (await load_directory(store)).people
        for record in agreements.records:
            if record.ended_at is None:
                zone = _zone(config, people, record.scope)
                out.print(_line(record, zone, now), markup=False, soft_wrap=True)
        for site in config.sites:
            _tell_missing(out, agreements, site.id, now)

    leave(act(config.service.database, out, action))


def _tell_missing(out: Console, agreements: Agreements, site: str, now: float) -> None:
    place = Place(site, "", "")
    policy = agreements.applied(place).policy
    if policy is None:
        out.print(f"site:{site}: no policy is in force, so nobody is looked at.", markup=False)
        return
    # A written release is each person's own: it is never on record for a site.
    missing = policy.requires - agreements.standing(place, now).met - {Precondition.WRITTEN_RELEASE}
    if missing:
        out.print(f"site:{site}: missing {', '.join(sorted(missing))}: nobody is looked at.", markup=False)


def _line(record: OnRecord, zone: ZoneInfo, now: float) -> str:
    until = (
        f"until {datetime.fromtimestamp(record.lapses_at, zone):%Y-%m-%d}"
        if record.lapses_at is not None
        else "until it is ended"
    )
    state = "on record" if record.stands(now) else "LAPSED"
    return f"{record.scope}  {record.kind}  {record.reference}  {until}  by {record.recorded_by}  ({state})"


def _kind(text: str) -> Precondition:
    try:
        return Precondition(text)
    except ValueError:
        raise AgreementError(
            f"{text!r} is no precondition; there are: {', '.join(one.value for one in Precondition)}"
        ) from None


def _day(option: str, text: str, zone: ZoneInfo) -> float:
    """The first moment of a day, where the people are."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise AgreementError(f"{option} {text!r}: write a date such as 2026-11-01") from None
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def _zone(config: Config, people: Mapping[str, Person], scope: Scope) -> ZoneInfo:
    """The time zone of a site, or of the site of an agent.

    Raises:
        AgreementError: There is no such site.
    """
    is_site = scope.kind is ScopeKind.SITE
    person = None if is_site else people.get(scope.name)
    site = scope.name if is_site else person.site_id if person is not None else ""
    found = next((one for one in config.sites if one.id == site), None)
    if found is None and is_site:
        raise AgreementError(f"there is no site {scope.name!r} in {config.path}")
    return ZoneInfo(found.time_zone if found is not None else "UTC")
