"""`atdesk export AGENT`: everything that the log holds about an agent, to take away, with its proof."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from rich.markup import escape

from atdesk_core.cli.anchors import in_plain_words
from atdesk_core.cli.ledger import make_anchor
from atdesk_core.cli.output import console
from atdesk_core.cli.own import Reader, find_reader, one_day, span
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity.signing import Signer
from atdesk_core.ledger.collecting import MARGIN_S, day_logs, midnight
from atdesk_core.ledger.document import About, document, numbers
from atdesk_core.ledger.page import render_index, render_log
from atdesk_core.ledger.proof import write_proof
from atdesk_core.store import Store
from atdesk_sdk import ConfigError

CHAIN, ANCHOR, KEY, ABOUT = "proof/chain.jsonl", "proof/anchor.json", "proof/public.pem", "about.json"
"""Files of an export, beside its pages."""


def export_command(path: Path, agent_id: str, folder: Path, start: str | None, end: str | None) -> None:
    """Write the folder: pages and JSON day by day, the proof, the anchor and the public key."""
    config, _ = load_setting(path)
    out = console()
    days = tuple(one_day(text, name) if text else None for text, name in ((start, "--from"), (end, "--to")))
    _make(folder)
    with in_plain_words():
        signer = Signer.for_service(config.service.signing_key)

    async def action(store: Store) -> None:
        reader = await find_reader(store, agent_id)
        now = time.time()
        first, last = span(days[0], days[1], await _all_days(store, reader, now))
        about = _about(reader, first, last, now)
        with in_plain_words():
            amounts = await _write_days(store, reader, about, folder)
            _write_index(about, reader, amounts, folder)
            await _write_proof(store, reader, first, signer, folder, now)
        out.print(escape(f"{len(amounts)} days of {agent_id}'s log written to {folder}."), soft_wrap=True)
        out.print(escape(f"Read {folder / 'index.html'}; check it with: atdesk ledger check {folder}"))

    leave(act(config.service.database, out, action))


def _make(folder: Path) -> None:
    """The folder has to be new: what was in it before must not be taken for part of this export."""
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty: give a folder that is not there yet")
    with in_plain_words():
        for part in (folder / "days", folder / "proof"):
            part.mkdir(parents=True, exist_ok=True)


async def _all_days(store: Store, reader: Reader, now: float) -> tuple[date, date]:
    times = await store.ledger_times(reader.subject.agent_ref) or (now, now)
    first, last = (datetime.fromtimestamp(at, reader.subject.zone).date() for at in times)
    return first, max(last, datetime.fromtimestamp(now, reader.subject.zone).date())


def _about(reader: Reader, first: date, last: date, now: float) -> About:
    return About(
        reader.agent_id,
        reader.subject.agent_ref,
        reader.subject.zone,
        reader.zone_name,
        first.isoformat(),
        last.isoformat(),
        now,
        reader.language,
    )


async def _write_days(
    store: Store, reader: Reader, about: About, folder: Path
) -> list[tuple[str, Mapping[str, int]]]:
    amounts: list[tuple[str, Mapping[str, int]]] = []
    first, last = date.fromisoformat(about.start), date.fromisoformat(about.end)
    async for day in day_logs(store, reader.subject, first, last, reader.teller):
        of_day = replace(about, start=day.date, end=day.date)
        beside = folder / "days" / day.date
        content = json.dumps(document(of_day, [day]), indent=1)
        beside.with_suffix(".json").write_text(content + "\n", "utf-8")
        beside.with_suffix(".html").write_text(render_log(of_day, [day], reader.teller.say), "utf-8")
        amounts.append((day.date, numbers(day)))
    return amounts


def _write_index(
    about: About, reader: Reader, amounts: list[tuple[str, Mapping[str, int]]], folder: Path
) -> None:
    (folder / "index.html").write_text(render_index(about, amounts, reader.teller.say), "utf-8")
    content = {
        "document": "atdesk export",
        "agent": about.agent_id,
        "agent_ref": about.agent_ref,
        "from": about.start,
        "to": about.end,
        "days": [day for day, _ in amounts],
    }
    (folder / ABOUT).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


async def _write_proof(
    store: Store, reader: Reader, first: date, signer: Signer, folder: Path, now: float
) -> None:
    anchor = await make_anchor(store, now)
    if anchor is None:
        return
    start = midnight(first, reader.subject.zone) - MARGIN_S
    with (folder / CHAIN).open("w", encoding="utf-8") as file:
        await write_proof(store, reader.subject, start, anchor.seq, file.write)
    (folder / ANCHOR).write_text(signer.sign(anchor.document()).as_json() + "\n", "utf-8")
    (folder / KEY).write_bytes(signer.public_pem)
