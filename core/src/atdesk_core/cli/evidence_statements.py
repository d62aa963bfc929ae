"""`atdesk attest-off`, `verify-receipt` and `public-key`."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape

from atdesk_core.cli.new_file import result_file
from atdesk_core.cli.output import console, errors
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.cli.times import begin_of, end_of, zone_of
from atdesk_core.evidence import Period, attest_off
from atdesk_core.evidence.attesting import STATEMENT
from atdesk_core.evidence.erasure import RECEIPT, hashed
from atdesk_core.identity import SignatureError, Signed, Signer, verify
from atdesk_core.store import Store
from atdesk_sdk import ConfigError


def attest_command(path: Path, site: str, start: str, end: str, file: Path | None) -> None:
    """Sign that no frame was opened, and write it."""
    config, _ = load_setting(path)
    zone = zone_of(config, site)
    period = Period(site, begin_of(start, zone), end_of(end, zone))

    async def action(store: Store) -> None:
        signer = Signer.for_service(config.service.signing_key)
        with result_file(file) as target:
            signed = await attest_off(store, signer, period, time.time())
            target.write(signed.as_json() + "\n")

    leave(act(config.service.database, errors(), action))


def public_key_command(path: Path, file: Path | None) -> None:
    """Write the public key."""
    config, _ = load_setting(path)
    signer = Signer.for_service(config.service.signing_key)
    with result_file(file) as target:
        target.write(signer.public_pem.decode())


def verify_command(file: Path, public_key: Path, agent_id: str | None) -> None:
    """Say whether it is good, and what it says; exit status 1 when it is not.

    Raises:
        ConfigError: A file cannot be read.
    """
    out = console()
    try:
        signed = Signed.parse(_read(file).decode(errors="replace"))
        verify(signed, _read(public_key))
        lines = _in_words(signed.document, agent_id)
    except SignatureError as error:
        out.print(f"[red]NOT GOOD:[/] {escape(str(error))}", soft_wrap=True)
        leave(1)
        return
    out.print(f"Good: signed by the key {signed.key_id}.")
    for line in lines:
        out.print(escape(line), soft_wrap=True)


def _in_words(says: Mapping[str, Any], agent_id: str | None) -> list[str]:
    tell = {RECEIPT: _receipt, STATEMENT: _statement}.get(str(says.get("kind")))
    try:
        lines = tell(says) if tell else [json.dumps(says, indent=2, sort_keys=True)]
        if agent_id is not None and says["agent"] != hashed(str(says["salt"]), agent_id):
            raise SignatureError(f"it is signed, but it is not about {agent_id}")
    except (KeyError, TypeError):
        raise SignatureError("it is signed, but it is no receipt that this version knows") from None
    return lines


def _receipt(says: Mapping[str, Any]) -> list[str]:
    gone, proof = says["destroyed"], says["proof"]
    lines = [
        f"Erasure at {says['at_utc']}, site {says['site']}, ordered by {says['by']}.",
        f"Destroyed: {gone['templates']} templates, {len(gone['stills'])} stills, {gone['keys']} keys.",
        f"Proof: {proof['opened_before']} things could be opened before, {proof['opened_after']} after; "
        f"{proof['bytes_searched']} bytes of the database were searched, and nothing of them was found.",
        f"In the decision log: row {says['ledger']['seq']}, {says['ledger']['hash']}.",
    ]
    if says["held"]:
        lines.append(f"Held for a dispute: {len(says['held'])} stills; then {says['held_then']}.")
    return lines


def _statement(says: Mapping[str, Any]) -> list[str]:
    return [
        f"No frame of the site {says['site']} was opened from {says['from_utc']} to {says['to_utc']}.",
        f"From {says['ledger']['rows_verified']} rows of the decision log, verified at "
        f"{says['signed_at_utc']}; its last row is {says['ledger']['last_hash']}.",
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
