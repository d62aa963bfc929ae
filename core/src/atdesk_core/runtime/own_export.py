"""An agent's export: everything that the log holds about the agent, day by day, with its proof.

Where the files go is for the caller to say: a folder, or an archive that is sent to the agent's page.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import IO, Final

from atdesk_core.identity.signing import Signer
from atdesk_core.ledger import Anchor
from atdesk_core.ledger.collecting import MARGIN_S, day_logs, midnight
from atdesk_core.ledger.document import About, document, numbers
from atdesk_core.ledger.own import Day
from atdesk_core.ledger.page import render_index, render_log
from atdesk_core.ledger.proof import write_proof
from atdesk_core.ledger.retention import last_row
from atdesk_core.runtime.own_reader import Reader
from atdesk_core.store import Store

CHAIN: Final = "proof/chain.jsonl"
ANCHOR: Final = "proof/anchor.json"
KEY: Final = "proof/public.pem"
ABOUT: Final = "about.json"
"""Files of an export, beside its pages."""

Open = Callable[[str], IO[bytes]]
"""Opens a file of the export for writing, by its path; one at a time."""


async def make_anchor(store: Store, now: float) -> Anchor | None:
    """An anchor of the newest row; None when the log is empty."""
    row = await last_row(store)
    return Anchor(row.seq, row.hash, row.at, now) if row else None


async def all_days(store: Store, reader: Reader, now: float) -> tuple[date, date]:
    """The first day that the log may hold something about, and today."""
    times = await store.ledger_times(reader.subject.agent_ref) or (now, now)
    first, last = (datetime.fromtimestamp(at, reader.subject.zone).date() for at in times)
    return first, max(last, datetime.fromtimestamp(now, reader.subject.zone).date())


async def export_files(
    store: Store, reader: Reader, span: tuple[date, date], signer: Signer, now: float, open_file: Open
) -> AsyncIterator[str]:
    """Make an export file by file, so that a year of it never is in memory at once.

    Args:
        store: The database.
        reader: Whose it is.
        span: First and last day.
        signer: Signs the anchor.
        now: Seconds since the epoch.
        open_file: Where each file goes.

    Yields:
        Each day that the log holds something about, once its files are made.
    """
    about = _about(reader, span, now)
    amounts: list[tuple[str, Mapping[str, int]]] = []
    async for day in day_logs(store, reader.subject, *span, reader.teller):
        await asyncio.to_thread(_put_day, day, about, reader, open_file)
        amounts.append((day.date, numbers(day)))
        yield day.date
    _put_index(about, reader, amounts, open_file)
    await _put_proof(store, reader, span[0], signer, open_file, now)


def _about(reader: Reader, span: tuple[date, date], now: float) -> About:
    return About(
        reader.agent_id,
        reader.subject.agent_ref,
        reader.subject.zone,
        reader.zone_name,
        span[0].isoformat(),
        span[1].isoformat(),
        now,
        reader.language,
    )


def _put(open_file: Open, name: str, content: str) -> None:
    with open_file(name) as file:
        file.write(content.encode())


def _put_day(day: Day, about: About, reader: Reader, open_file: Open) -> None:
    of_day = replace(about, start=day.date, end=day.date)
    content = json.dumps(document(of_day, [day]), indent=1)
    _put(open_file, f"days/{day.date}.json", f"{content}\n")
    _put(open_file, f"days/{day.date}.html", render_log(of_day, [day], reader.teller.say))


def _put_index(
    about: About, reader: Reader, amounts: list[tuple[str, Mapping[str, int]]], open_file: Open
) -> None:
    _put(open_file, "index.html", render_index(about, amounts, reader.teller.say))
    content = {
        "document": "atdesk export",
        "agent": about.agent_id,
        "agent_ref": about.agent_ref,
        "from": about.start,
        "to": about.end,
        "days": [day for day, _ in amounts],
    }
    _put(open_file, ABOUT, f"{json.dumps(content, indent=1)}\n")


async def _put_proof(
    store: Store, reader: Reader, first: date, signer: Signer, open_file: Open, now: float
) -> None:
    anchor = await make_anchor(store, now)
    if anchor is None:
        return
    start = midnight(first, reader.subject.zone) - MARGIN_S
    with open_file(CHAIN) as file:
        await write_proof(store, reader.subject, start, anchor.seq, lambda line: file.write(line.encode()))
    _put(open_file, ANCHOR, f"{signer.sign(anchor.document()).as_json()}\n")
    _put(open_file, KEY, signer.public_pem.decode())
