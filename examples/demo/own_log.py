"""The agent's own log of the story: written as a page, and a few lines of it to read at once."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from atdesk_core.cli.own import Reader, find_reader
from atdesk_core.ledger import LedgerKind
from atdesk_core.ledger.collecting import day_logs
from atdesk_core.ledger.document import About
from atdesk_core.ledger.own import LOOK, Day, Line
from atdesk_core.ledger.page import render_log
from atdesk_core.store import Store
from examples.demo.setting import AGENT

_SHOWN: Final = (
    LedgerKind.NOTICE,
    LedgerKind.STATE_WRITE,
    LedgerKind.FLAG,
    LedgerKind.STILL_KEPT,
)
"""Of each of these kinds the excerpt has the first line."""


@dataclass(frozen=True, slots=True)
class OwnLog:
    """What the agent reads.

    Attributes:
        looks: Looks in it.
        opened: Looks that the decision log says were opened: not one may be missing.
        found_nothing: Looks in it that found nothing new.
        frames: Frames in it.
        excerpt: A few lines, each with its local time.
        page: Where all of it was written.
    """

    looks: int
    opened: int
    found_nothing: int
    frames: int
    excerpt: tuple[str, ...]
    page: Path


async def write_own_log(store: Store, page: Path) -> OwnLog:
    """Write the log of the agent of the demo as a page, as `atdesk log AGENT --page FILE` does.

    Args:
        store: With the decision log.
        page: Where to; what is there is written over.
    """
    reader, now = await find_reader(store, AGENT.agent_id), time.time()
    today = datetime.fromtimestamp(now, reader.subject.zone).date()
    first = today - timedelta(days=1)  # the story may have begun before midnight
    days = [day async for day in day_logs(store, reader.subject, first, today, reader.teller)]
    about = About(
        AGENT.agent_id,
        reader.subject.agent_ref,
        reader.subject.zone,
        reader.zone_name,
        first.isoformat(),
        today.isoformat(),
        now,
        reader.language,
    )
    html = render_log(about, days, reader.teller.say)
    await asyncio.to_thread(page.write_text, html, encoding="utf-8")
    rows = await store.ledger(agent_ref=reader.subject.agent_ref, start=0.0, end=now + 1.0, limit=100_000)
    opened = sum(row.kind == LedgerKind.LOOK_OPENED for row in rows)
    return OwnLog(
        sum(day.number(LOOK) for day in days),
        opened,
        sum(day.found_nothing for day in days),
        sum(day.frames for day in days),
        _excerpt(days, reader),
        page,
    )


def _excerpt(days: Sequence[Day], reader: Reader) -> tuple[str, ...]:
    """A look that found something, one that found nothing, one of each of `_SHOWN`, and one not opened."""
    lines = [line for day in days for line in day.lines]
    first = {line.kind: line for line in reversed(lines) if line.kind in _SHOWN}
    looks = {line.found_nothing: line for line in reversed(lines) if line.kind == LOOK and line.frames}
    stopped = [line for line in lines if line.kind == LedgerKind.LOOK_SKIPPED][-1:]
    shown = sorted((*looks.values(), *first.values(), *stopped), key=lambda line: line.at)
    return tuple(_told(line, reader) for line in shown)


def _told(line: Line, reader: Reader) -> str:
    return f"{datetime.fromtimestamp(line.at, reader.subject.zone):%H:%M:%S}  {line.text}"
