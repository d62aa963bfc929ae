"""`atdesk policy simulate FILE`: what recorded days would have flagged under another policy."""

import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from atdesk_core.agreements import AgreementError, load_agreements, site_scope
from atdesk_core.agreements.simulating import UNKNOWN, Tally, simulate
from atdesk_core.cli.output import console
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.policy import SitePolicy, load_policy
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.levels import LevelKind, level_of
from atdesk_core.policy.merge import resolve
from atdesk_core.runtime.agreed import codes_of, declared_of
from atdesk_core.runtime.config import Config, SiteTable
from atdesk_core.store import LedgerRow, Store

DAYS = 14
"""So far back unless said otherwise."""
PAGE = 10_000


def simulate_policy_command(path: Path, file: Path, start: str | None, end: str | None) -> None:
    """Print, rule by rule, what was flagged and what would have been.

    Raises:
        ConfigError: The configuration or the policy file is faulty.
        AgreementError: The file is for another site, or a date is none.
    """
    config, _ = load_setting(path)
    new, out = load_policy(file), console()
    site = next((one for one in config.sites if one.id == new.site), None)
    if site is None:
        raise AgreementError(f"{file} is for the site {new.site!r}, which is not in {config.path}")
    zone = ZoneInfo(site.time_zone)
    until = _day("--to", end, zone, after=1) if end is not None else time.time()
    since = _day("--from", start, zone) if start is not None else until - DAYS * 86_400.0

    async def action(store: Store) -> None:
        policy = await _merged(config, site, new, store)
        rows = await _rows(store, site.id, since, until)
        _tell(out, simulate(rows, policy, until), len(rows))

    leave(act(config.service.database, out, action))


async def _merged(config: Config, site: SiteTable, new: SitePolicy, store: Store) -> SitePolicy:
    """The new policy as it would come out: under the presets, and under what else is in force."""
    agreements = await load_agreements(store, declared_of(config), config.service.signing_key)
    others = [
        one.content.level
        for scope, one in agreements.policies.in_force.items()
        if scope.kind == "organisation"
    ]
    caps = [cap_of(code) for code in codes_of(site)]
    return resolve([*caps, *others, level_of(new, LevelKind.SITE, site_scope(site.id).name)]).policy


async def _rows(store: Store, site: str, since: float, until: float) -> list[LedgerRow]:
    found: list[LedgerRow] = []
    after = -1
    while page := await store.ledger_page(after, PAGE):
        found += [row for row in page if row.site == site and since <= row.at < until]
        after = page[-1].seq
    return found


def _tell(out: Console, tallies: tuple[Tally, ...], rows: int) -> None:
    out.print(f"{rows} rows of the log; flags by rule, as it was and as it would have been:")
    for one in tallies:
        would = _number(one.would) if one.measured else "not known: it was not measured"
        out.print(f"  {one.rule:18}{_number(one.was):>22}{would:>34}", markup=False)
    out.print("What the log cannot tell:")
    for line in UNKNOWN:
        out.print(f"  {line}", markup=False, soft_wrap=True)


def _number(count: int | None) -> str:
    return "fewer than 5 people" if count is None else str(count)


def _day(option: str, text: str, zone: ZoneInfo, after: int = 0) -> float:
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
    except ValueError:
        raise AgreementError(f"{option} {text!r}: write a date such as 2026-11-01") from None
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
