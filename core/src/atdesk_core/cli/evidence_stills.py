"""`atdesk stills list`, `view`, `hold` and `purge`."""

import sys
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from rich.table import Table

from atdesk_core.agreements import load_agreements
from atdesk_core.cli.output import console, errors
from atdesk_core.cli.people import act, find_person
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.cli.times import begin_of, zone_of
from atdesk_core.evidence import EvidenceStore, HoldReason, Holds, Still, StillError, ViewReason
from atdesk_core.evidence.stills import PolicyOf
from atdesk_core.identity import Directory, FileKeyRing, load_directory
from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.agreed import declared_of, place_of
from atdesk_core.runtime.config import Config
from atdesk_core.store import Store

Word = TypeVar("Word", bound=StrEnum)


def list_command(path: Path, agent_id: str | None) -> None:
    """Print what is kept, without opening any of it."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        if agent_id is not None:
            await find_person(store, agent_id)
        found = await _evidence(config, store).find(agent_id)
        out.print(_table(found) if found else "No still is kept.")

    leave(act(config.service.database, out, action))


def view_command(path: Path, still_id: str, viewer_id: str, reason: str) -> None:
    """Write the picture to standard output, which has to be another program's input."""
    config, _ = load_setting(path)

    async def action(store: Store) -> None:
        if sys.stdout.isatty():
            raise StillError(
                "a still is never written to a file by atdesk: give it to a program that shows it, such as "
                f"atdesk stills view {still_id} ... | display -"
            )
        directory = await load_directory(store)
        policy_of = await _policies(config, store, directory)
        why = _word(ViewReason, reason, "--reason")
        picture = await _evidence(config, store).view(still_id, viewer_id, why, directory, policy_of)
        sys.stdout.buffer.write(picture)

    leave(act(config.service.database, errors(), action))


def hold_command(path: Path, still_id: str, until: str, by: str, reason: str) -> None:
    """Keep a still while its flag is in dispute."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        holder = await find_person(store, by)
        directory = await load_directory(store)
        still = await _find(_evidence(config, store), still_id)
        site = directory.site_of(still.agent_id)
        at = begin_of(until, zone_of(config, site.site_id if site else ""))
        policy = (await _policies(config, store, directory))(still.agent_id)
        why = _word(HoldReason, reason, "--reason")
        held = await Holds(store, time.time).hold(still_id, at, holder.agent_ref, why, policy)
        out.print(f"Still {still_id} of flag {held.flag_number} is held until {_utc(at)}. The agent sees it.")

    leave(act(config.service.database, out, action))


def purge_command(path: Path) -> None:
    """Destroy what has had its time."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        destroyed = await _evidence(config, store).purge()
        out.print(f"{len(destroyed)} stills had had their time, and are destroyed.")

    leave(act(config.service.database, out, action))


def _evidence(config: Config, store: Store) -> EvidenceStore:
    return EvidenceStore(store, FileKeyRing.open(config.service.key_file), time.time)


async def _policies(config: Config, store: Store, directory: Directory) -> PolicyOf:
    """The signed policies in force; where there is none, nobody may do anything."""
    agreements = await load_agreements(store, declared_of(config), config.service.signing_key)

    def policy_of(agent_id: str) -> SitePolicy | None:
        return agreements.applied(place_of(directory, agent_id)).policy

    return policy_of


async def _find(evidence: EvidenceStore, still_id: str) -> Still:
    for still in await evidence.find():
        if still.still_id == still_id:
            return still
    raise StillError(f"there is no still {still_id}: see atdesk stills list")


def _word(words: type[Word], text: str, option: str) -> Word:
    try:
        return words(text)
    except ValueError:
        raise StillError(f"{option} {text!r}: take one of {', '.join(words)}") from None


def _table(found: tuple[Still, ...]) -> Table:
    table = Table("still", "agent", "flag", "finding", "taken", "kept until", "held until", "why")
    for one in found:
        times = [_utc(at) if at else "" for at in (one.taken_at, one.expires_at, one.hold_until)]
        table.add_row(one.still_id, one.agent_id, one.flag_number, one.finding, *times, one.hold_reason or "")
    return table


def _utc(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
