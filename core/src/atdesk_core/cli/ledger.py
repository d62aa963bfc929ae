"""`atdesk ledger verify` and `atdesk ledger anchor`."""

import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from atdesk_core.cli.anchors import in_plain_words, public_key, read_anchors
from atdesk_core.cli.output import console, errors
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity.signing import Signer
from atdesk_core.ledger import Anchor, ChainFault, Verified, verify
from atdesk_core.runtime.own_export import make_anchor
from atdesk_core.store import Store
from atdesk_sdk import ConfigError


def verify_command(path: Path, against: list[Path], key: Path | None) -> None:
    """Say whether the log is whole; exit status 1 when it is not."""
    config, _ = load_setting(path)
    out = console()
    anchors = read_anchors(against, public_key(key, config.service.signing_key)) if against else []
    outcome: list[Verified] = []

    async def action(store: Store) -> None:
        with Progress(console=errors(), transient=True) as progress:
            task = progress.add_task("rows", total=None)
            outcome.append(
                await verify(
                    store,
                    anchors=anchors,
                    progress=lambda rows, of: progress.update(task, completed=rows, total=of),
                )
            )

    leave(act(config.service.database, out, action))
    _tell(outcome[0], anchors, out)
    leave(1 if outcome[0].faults else 0)


def anchor_command(path: Path, out_path: Path) -> None:
    """Write the anchor, and beside it the public key with which it can be checked."""
    config, _ = load_setting(path)
    out = console()
    with in_plain_words():
        signer = Signer.for_service(config.service.signing_key)

    async def action(store: Store) -> None:
        anchor = await make_anchor(store, time.time())
        if anchor is None:
            raise ConfigError("the log is empty: there is nothing to anchor yet")
        key_path = write_anchor(anchor, signer, out_path)
        out.print(f"Row {anchor.seq} of {_time(anchor.at)}, hash {anchor.hash}.", soft_wrap=True)
        out.print(
            escape(f"Written to {out_path}, and the public key {signer.key_id} to {key_path}. "),
            "Give both to whoever is to check the log, and let nobody else keep the only copy.",
            soft_wrap=True,
        )

    leave(act(config.service.database, out, action))


def write_anchor(anchor: Anchor, signer: Signer, path: Path) -> Path:
    """Write an anchor, and beside it the public key; gives the path of that.

    Raises:
        ConfigError: It cannot be written there.
    """
    key_path = path.with_suffix(".public.pem")
    with in_plain_words():
        path.write_text(signer.sign(anchor.document()).as_json() + "\n", "utf-8")
        key_path.write_bytes(signer.public_pem)
    return key_path


def _tell(outcome: Verified, anchors: list[Anchor], out: Console) -> None:
    if outcome.cut is not None:
        out.print(
            f"Rows 1 to {outcome.cut.last_seq} had reached their time and were cut: they were from before "
            f"{_time(outcome.cut.until)}.",
            soft_wrap=True,
        )
    for fault in outcome.faults:
        out.print(f"[red]{escape(_where(fault))}[/]", soft_wrap=True)
    if outcome.faults:
        out.print(f"The log is not the one that was written: {len(outcome.faults)} faults.")
        return
    out.print(f"{outcome.rows} rows, and every one is as it was written. Last hash: {outcome.last_hash}")
    if anchors:
        out.print(f"All {len(anchors)} anchors are met.")
    else:
        out.print(
            "Without an anchor this says nothing of a log that was written anew as a whole: "
            "`atdesk ledger anchor`.",
            soft_wrap=True,
        )


def _where(fault: ChainFault) -> str:
    when = f", {_time(fault.at)}" if fault.at is not None else ""
    kind = f", {fault.row}" if fault.row else ""
    return f"{fault.kind.value} (row {fault.seq}{when}{kind}): {fault.message}"


def _time(at: float) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "no time at all"
