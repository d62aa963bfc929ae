"""`atdesk ledger check FOLDER`: an export, checked by itself. It needs no service and no database."""

import json
from pathlib import Path

from atdesk_core.cli.anchors import in_plain_words, read_anchors, read_signed_anchor
from atdesk_core.cli.export import ABOUT, ANCHOR, CHAIN, KEY
from atdesk_core.cli.output import console
from atdesk_core.cli.setting import leave
from atdesk_core.ledger.proof import ProofError, Proven, check_proof, rows_of
from atdesk_core.store import LedgerRow
from atdesk_sdk import ConfigError


def check_command(folder: Path, key: Path | None, against: list[Path]) -> None:
    """Say whether every row of the export is part of the chain; exit status 1 when one is not."""
    out = console()
    with in_plain_words():
        if not (folder / ABOUT).is_file():
            raise ConfigError(f"{folder} is no export: `atdesk export AGENT --out FOLDER` makes one")
        pem = (key or folder / KEY).read_bytes()
    anchors = [read_signed_anchor(folder / ANCHOR, pem), *read_anchors(against, pem)]
    try:
        with in_plain_words(), (folder / CHAIN).open(encoding="utf-8") as lines:
            proven = check_proof(lines, anchors)
        _last(proven, anchors[0].seq, anchors[0].hash)
        shown = _shown(folder, proven)
    except ProofError as error:
        out.print(f"[red]The export does not prove what it shows: {error}.[/]", soft_wrap=True)
        leave(1)
        return
    out.print(
        f"{shown} rows, and every one is part of the chain. {proven.others} rows of others stand between "
        "them by their hash alone.",
        soft_wrap=True,
    )
    met = len(set(proven.anchors))
    out.print(f"The chain ends in row {proven.last_seq}, which the anchor names; anchors met: {met}.")
    if key is None:
        out.print(
            "The public key came with the export. Compare it with the one that you or the works council "
            "keep: --public-key.",
            soft_wrap=True,
        )


def _last(proven: Proven, seq: int, row_hash: str) -> None:
    if (proven.last_seq, proven.last_hash) != (seq, row_hash):
        raise ProofError(f"it ends in row {proven.last_seq}, but its anchor names row {seq}")


def _shown(folder: Path, proven: Proven) -> int:
    """How many rows the days show; each of them has to be one of the proof's."""
    seen: set[int] = set()
    for path in sorted((folder / "days").glob("*.json")):
        try:
            rows = list(rows_of(json.loads(path.read_text("utf-8"))))
            stated = [LedgerRow(**row) for row in rows]
        except (ValueError, KeyError, TypeError):
            raise ProofError(f"{path.name} cannot be read") from None
        for row in stated:
            if row.seq >= proven.first_seq and proven.rows.get(row.seq) != row:
                raise ProofError(f"row {row.seq} of {path.name} is not in the proof")
        seen |= {row.seq for row in stated}
    _nothing_left_out(seen, proven)
    return len(seen)


def _nothing_left_out(seen: set[int], proven: Proven) -> None:
    """A row that the proof shows, between two that the days show, has to be in the days as well."""
    if seen:
        between = {seq for seq in proven.rows if min(seen) < seq < max(seen)}
        if left_out := sorted(between - seen):
            raise ProofError(f"row {left_out[0]} is in the proof, but was left out of the days")
