"""`atdesk log AGENT`: the agent's own log, on the screen, as JSON, or as a page."""

import json
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.cli.anchors import in_plain_words
from atdesk_core.cli.output import console
from atdesk_core.cli.own import Reader, find_reader, one_day, span
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.ledger.collecting import day_logs
from atdesk_core.ledger.document import About, document
from atdesk_core.ledger.own import Day
from atdesk_core.ledger.page import render_log
from atdesk_core.store import Store


def log_command(
    path: Path, agent_id: str, start: str | None, end: str | None, files: tuple[Path | None, Path | None]
) -> None:
    """Show a day or more. `files`: where the JSON and the page are written; None: not at all."""
    config, _ = load_setting(path)
    out = console()
    days = tuple(one_day(text, name) if text else None for text, name in ((start, "--from"), (end, "--to")))

    async def action(store: Store) -> None:
        reader = await find_reader(store, agent_id)
        now = time.time()
        today = datetime.fromtimestamp(now, reader.subject.zone).date()
        first, last = span(days[0], days[1], (today, today))
        found = [day async for day in day_logs(store, reader.subject, first, last, reader.teller)]
        about = About(
            agent_id,
            reader.subject.agent_ref,
            reader.subject.zone,
            reader.zone_name,
            first.isoformat(),
            last.isoformat(),
            now,
            reader.language,
        )
        _write(about, found, reader, files, out)
        if files == (None, None):
            _print(found, reader, out)

    leave(act(config.service.database, out, action))


def _write(
    about: About, days: list[Day], reader: Reader, files: tuple[Path | None, Path | None], out: Console
) -> None:
    json_path, page_path = files
    with in_plain_words():
        if json_path is not None:
            json_path.write_text(json.dumps(document(about, days), indent=1) + "\n", "utf-8")
        if page_path is not None:
            page_path.write_text(render_log(about, days, reader.teller.say), "utf-8")
    for path in files:
        if path is not None:
            out.print(escape(f"Written to {path}."), soft_wrap=True)


def _print(days: list[Day], reader: Reader, out: Console) -> None:
    say, zone = reader.teller.say, reader.subject.zone
    if not days:
        out.print(say("The log holds nothing about you in this time: nobody looked."))
    for day in days:
        out.print(f"[bold]{day.date}[/]")
        for line in day.lines:
            at = f"{datetime.fromtimestamp(line.at, zone):%H:%M:%S}"
            details = f" [dim]({escape('; '.join(line.details))})[/]" if line.details else ""
            out.print(f"{at}  {escape(line.text)}{details}", soft_wrap=True)
