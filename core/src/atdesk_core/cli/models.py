"""`atdesk models`: every model with its papers, whether its file is in order, and which encoder is active."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from atdesk_core.cli.output import console
from atdesk_core.cli.setting import leave
from atdesk_core.runtime.config import load_vision
from atdesk_core.vision import models
from atdesk_core.vision.encoder import Backend, EncoderUnavailable, build_encoder
from atdesk_core.vision.models import ModelRefused, ModelRow, brought
from atdesk_core.vision.models.brought import BroughtEncoder

# Enough to tell two files apart by eye; `--json` has it whole.
SHORT = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """One model.

    Attributes:
        row: Its papers.
        is_present: There is a file of that name.
        fault: Why it is not loaded; empty when licence and sha256 are in order.
    """

    row: ModelRow
    is_present: bool
    fault: str


@dataclass(frozen=True, slots=True)
class ActiveEncoder:
    """What compares faces here. `backend` is None when none can be built, and `fault` says why."""

    backend: Backend | None
    fault: str


def models_command(config: Path | None, *, as_json: bool) -> None:
    """Print the list; exit status 1 when a model is not in order or no encoder can be built.

    Args:
        config: Whose `[vision.encoder]` is looked at; None: only what comes with atdesk.
        as_json: Print one object for programs instead of the table for people.

    Raises:
        ConfigError: The configuration cannot be read.
    """
    own = load_vision(config).encoder if config else None
    listed = [_shipped(row) for row in models.rows()]
    if own is not None:
        listed.append(_brought(own))
    active = _active(own)
    faults = [*(one.fault for one in listed), active.fault]
    out = console()
    if as_json:
        out.file.write(json.dumps(_object(listed, active), indent=2) + "\n")
    else:
        out.print(_table(listed))
        for fault in dict.fromkeys(fault for fault in faults if fault):
            out.print(f"Refused: {fault}", markup=False, soft_wrap=True)
        out.print(_sentence(active), markup=False, soft_wrap=True)
    leave(1 if any(faults) else 0)


def _shipped(row: ModelRow) -> Listed:
    try:
        models.check(row)
    except ModelRefused as error:
        return Listed(row, models.is_present(row), str(error))
    return Listed(row, True, "")


def _brought(own: BroughtEncoder) -> Listed:
    fault = ""
    try:
        brought.contents(own)
    except ModelRefused as error:
        fault = str(error)
    return Listed(brought.row(own), own.path.is_file(), fault)


def _active(own: BroughtEncoder | None) -> ActiveEncoder:
    """It is built for the answer: whether a model loads is known only then."""
    try:
        return ActiveEncoder(build_encoder(own), "")
    except (ModelRefused, EncoderUnavailable) as error:
        return ActiveEncoder(None, str(error))


def _object(listed: Sequence[Listed], active: ActiveEncoder) -> dict[str, Any]:
    rows = [
        one.row.model_dump()
        | {"present": one.is_present, "verified": not one.fault, "fault": one.fault}
        | {"active_encoder": active.backend is not None and one.row.name in active.backend.model_names}
        for one in listed
    ]
    return {"models": rows, "encoder": _encoder_object(active)}


def _encoder_object(active: ActiveEncoder) -> dict[str, Any]:
    backend = active.backend
    if backend is None:
        return {"backend": None, "fault": active.fault}
    return {
        "backend": backend.backend,
        "templates": backend.name,
        "models": list(backend.model_names),
        "measure": backend.measure,
        "same_below": backend.thresholds.same_below,
        "other_above": backend.thresholds.other_above,
        "fault": "",
    }


def _table(listed: Sequence[Listed]) -> Table:
    table = Table("model", "sha256", "file", "papers", title="Models", title_justify="left", show_lines=True)
    for one in listed:
        state = "[green]verified[/]"
        if one.fault:
            state = "[red]refused[/]" if one.is_present else "[red]missing[/]"
        table.add_row(escape(one.row.name), one.row.sha256[:SHORT], state, _papers(one.row))
    return table


def _papers(row: ModelRow) -> Table:
    papers = Table.grid(Column(), Column(overflow="fold"), padding=(0, 1))
    for heading, text in (
        ("for", row.purpose),
        ("source", row.source),
        ("licence", row.licence or "none"),
        ("input", row.input),
        ("limits", row.limits),
    ):
        papers.add_row(f"[dim]{heading}[/]", escape(text))
    return papers


def _sentence(active: ActiveEncoder) -> str:
    backend = active.backend
    if backend is None:
        return "No face encoder is active: atdesk does not start."
    same, other = backend.thresholds.same_below, backend.thresholds.other_above
    return (
        f"Active face encoder: {backend.backend} ({', '.join(backend.model_names)}), templates "
        f"{backend.name}. Same person below {same:g}, another above {other:g} "
        f"({backend.measure}), between them: look again."
    )
