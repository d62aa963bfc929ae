"""`atdesk away-minutes`: what an Away of ours covered, as CSV."""

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from sqlalchemy import select

from atdesk_core.cli.people import act, find_person
from atdesk_core.identity import Directory, load_directory
from atdesk_core.ledger.away import KINDS, AwayStretch, away_stretches
from atdesk_core.store import LedgerRow, Store, tables
from atdesk_sdk import ConfigError

COLUMNS = (
    "agent_id",
    "agent_ref",
    "site",
    "begin",
    "end",
    "minutes",
    "absent_since",
    "ended_by",
    "flag",
    "disputed",
    "outcome",
    "was_wrong",
)
# An Away stands for a day at the most, and what it rests on came shortly before it.
_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: one agent or everybody, a first and a last day as typed, and where it goes."""

    agent_id: str | None
    since: str | None
    until: str | None
    out: Path


def export_away(database: str | Path, asked: Asked, *, now: Callable[[], float], console: Console) -> int:
    """Write the list; returns the exit status.

    Raises:
        ConfigError: A day cannot be read.
    """
    since = _day(asked.since, "--from") if asked.since else date(1970, 1, 3)
    until = _day(asked.until, "--to") if asked.until else date(9000, 1, 1)

    async def action(store: Store) -> None:
        ref = (await find_person(store, asked.agent_id)).agent_ref if asked.agent_id else None
        directory = await load_directory(store)
        rows = await _rows(store, ref, datetime.combine(since - _BEFORE, time(0), UTC).timestamp())
        found = [one for one in away_stretches(rows) if since <= _begins_on(directory, one) <= until]
        await asyncio.to_thread(asked.out.write_text, _csv(directory, found, now()), encoding="utf-8")
        wrong = sum(one.was_wrong for one in found)
        console.print(
            f"{len(found)} Aways of ours are in {escape(str(asked.out))}; of {wrong} a person has said that "
            "the flag was wrong.",
            soft_wrap=True,
        )

    return act(database, console, action)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} {text!r} is no date: write it as 2026-11-30") from None


async def _rows(store: Store, agent_ref: str | None, since: float) -> Sequence[LedgerRow]:
    ledger = tables.ledger.c
    query = select(tables.ledger).where(ledger.at >= since, ledger.kind.in_([kind.value for kind in KINDS]))
    if agent_ref is not None:
        query = query.where(ledger.agent_ref == agent_ref)
    async with store.reading() as connection:
        return [LedgerRow(*row) for row in await connection.execute(query.order_by(ledger.seq))]


def _zone(directory: Directory, one: AwayStretch) -> ZoneInfo:
    site = directory.sites.get(one.site)
    return ZoneInfo(site.time_zone if site else "UTC")


def _begins_on(directory: Directory, one: AwayStretch) -> date:
    return datetime.fromtimestamp(one.begins_at, _zone(directory, one)).date()


def _csv(directory: Directory, found: Sequence[AwayStretch], now: float) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in found:
        zone = _zone(directory, one)
        end = now if one.ends_at is None else one.ends_at
        writer.writerow(
            [
                directory.agent_by_ref(one.agent_ref) or "",
                one.agent_ref,
                one.site,
                _clock(one.begins_at, zone),
                _clock(one.ends_at, zone),
                f"{(end - one.begins_at) / 60:.1f}",
                _clock(one.absent_since, zone),
                one.ended_by,
                one.flag,
                "yes" if one.disputed else "no",
                one.outcome,
                "yes" if one.was_wrong else "no",
            ]
        )
    return out.getvalue()


def _clock(at: float | None, zone: ZoneInfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")
