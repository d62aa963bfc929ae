"""`atdesk erase AGENT`: destroy, prove, sign, say what is held back. And `atdesk key-file-lost`."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.cli.new_file import result_file
from atdesk_core.cli.output import errors
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.evidence import Erased, Order, StillError, erase, give_up_keys
from atdesk_core.identity import FileKeyRing, KeyRingError, Signer
from atdesk_core.store import Store
from atdesk_sdk import ConfigError


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed.

    Attributes:
        agent_id: Who is to be erased.
        by: Name of whoever orders it.
        receipt: New file for the receipt; None: standard output.
        after_holds: What a dispute holds is destroyed when its hold ends.
        without_key_file: The key file is lost.
    """

    agent_id: str
    by: str
    receipt: Path | None
    after_holds: bool
    without_key_file: bool


def erase_command(path: Path, wish: Wish) -> None:
    """Erase, and write the receipt."""
    config, _ = load_setting(path)
    out, service = errors(), config.service

    async def action(store: Store) -> None:
        if not wish.by.strip():
            raise StillError("--by: say who orders the erasure; the receipt names them")
        ring = None if wish.without_key_file else _ring(service.key_file)
        signer = Signer.for_service(service.signing_key)
        order = Order(wish.agent_id, wish.by, time.time(), wish.after_holds)
        with result_file(wish.receipt) as file:
            erased = await erase(store, ring, signer, order, service.database.expanduser())
            file.write(erased.receipt.as_json() + "\n")
        _tell(out, wish, erased)

    leave(act(service.database, out, action))


def key_file_lost_command(path: Path, *, give_up: bool) -> None:
    """Nothing is given up while the key file is there, and nothing without --give-up."""
    config, _ = load_setting(path)
    out, key_file = errors(), config.service.key_file
    if key_file.exists():
        raise ConfigError(
            f"the key file {key_file} is there: if it is the wrong one, put the right one back, or move this "
            "one away first"
        )

    async def action(store: Store) -> None:
        if not give_up:
            out.print(
                f"Without {key_file} no template and no still can be read. If there is a backup, put it "
                "back. If there is none: the same command with --give-up, then enrol everybody again.",
                soft_wrap=True,
            )
            return
        gone = await give_up_keys(store, time.time())
        out.print(
            f"Given up: {gone.templates} templates and {gone.stills} stills of {gone.people} people. The "
            "next start makes a new key file: back it up, then enrol everybody again.",
            soft_wrap=True,
        )

    leave(act(config.service.database, out, action))


def _ring(key_file: Path) -> FileKeyRing:
    if not key_file.exists():
        raise KeyRingError(
            f"there is no key file {key_file}: restore it from your backup. If none was ever made, or it is "
            "lost for good: the same command with --without-key-file"
        )
    return FileKeyRing.open(key_file)


def _tell(out: Console, wish: Wish, erased: Erased) -> None:
    gone = erased.destroyed
    out.print(
        f"Erased: {gone.templates} templates, {len(gone.stills)} stills, {gone.keys} keys. Nothing of it can "
        "be read any more; the receipt says how that was proved.",
        soft_wrap=True,
    )
    for one in gone.held:
        until = datetime.fromtimestamp(one.hold_until or 0.0, UTC)
        then = "it is destroyed then" if wish.after_holds else "it is kept to its own time after that"
        out.print(
            f"Held for a dispute: still {escape(one.still_id)} of flag {escape(one.flag_number)}, until "
            f"{until:%Y-%m-%d %H:%M} UTC; {then}.",
            soft_wrap=True,
        )
    if gone.held and not wish.after_holds:
        out.print("To have it destroyed as soon as the hold ends: the same command with --after-holds.")
