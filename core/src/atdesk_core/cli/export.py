"""`atdesk export AGENT`: everything that the log holds about an agent, to take away, with its proof."""

import time
from pathlib import Path

from rich.markup import escape

from atdesk_core.cli.anchors import in_plain_words
from atdesk_core.cli.output import console
from atdesk_core.cli.own import find_reader, one_day, span
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity.signing import Signer
from atdesk_core.runtime.own_export import ABOUT, ANCHOR, CHAIN, KEY, all_days, export_files
from atdesk_core.store import Store
from atdesk_sdk import ConfigError

__all__ = ["ABOUT", "ANCHOR", "CHAIN", "KEY", "export_command"]


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
        days_shown = span(days[0], days[1], await all_days(store, reader, now))
        with in_plain_words():
            files = export_files(
                store, reader, days_shown, signer, now, lambda name: (folder / name).open("wb")
            )
            amounts = [day async for day in files]
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
