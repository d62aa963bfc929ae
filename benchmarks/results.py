"""What a benchmark gives back: a table to read and a document to keep."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure

CACHE = Path(__file__).resolve().parent.parent / ".benchmarks"
"""Where footage that was made is kept from run to run; git ignores it."""


DATA = Path("../shared/data")
"""Where the test material lies unless somebody says otherwise."""


class CannotMeasure(Exception):
    """Something that a benchmark needs is not there. The message names it, and the way out."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was typed.

    Attributes:
        data: Folder of the test photos and clips, with `make_scenarios.py`.
        scenarios: How many desk scenarios; None: all.
        seconds: Length of what runs in real time; None: the benchmark's own.
        departures: How often somebody leaves in `watch`; None: the benchmark's own.
        repeats: How often processes are started anew; None: the benchmark's own.
        parts: Of `vision`; empty: all of them.
        card: Where `vision` writes the model card; None: `docs/model-card.md`.
        encoder: TOML file with a `[vision.encoder]` table, for a face encoder of one's own.
    """

    data: Path
    scenarios: int | None = None
    seconds: float | None = None
    departures: int | None = None
    repeats: int | None = None
    parts: tuple[str, ...] = ()
    card: Path | None = None
    encoder: Path | None = None

    @property
    def has_footage(self) -> bool:
        """Whether the data folder is there."""
        return (self.data / "make_scenarios.py").is_file()

    def footage(self) -> Path:
        """The data folder.

        Raises:
            CannotMeasure: It is not there.
        """
        if not self.has_footage:
            raise CannotMeasure(
                f"{self.data} holds no make_scenarios.py: give the folder of test material with --data"
            )
        return self.data


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark measured.

    Attributes:
        name: Of the benchmark.
        figures: In the order in which they are read.
        notes: What one has to know to read them, one sentence each.
        detail: Everything else that was counted; JSON.
    """

    name: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The document that `--json` writes."""
        figures = [asdict(one) | {"target": one.target, "reached": one.reached} for one in self.figures]
        return {
            "name": self.name,
            "machine": machine(),
            "figures": figures,
            "notes": list(self.notes),
            "detail": dict(self.detail),
        }


def machine() -> dict[str, Any]:
    """What it ran on, without names."""
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu_name(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def show(result: Result, console: Console) -> None:
    """Print the table and the notes."""
    table = Table(title=result.name, title_justify="left", title_style="bold")
    for name in ("what", "value", "95 %", "n", "target", "reached", "note"):
        table.add_column(name, overflow="fold")
    for one in result.figures:
        reached = {None: "", True: "yes", False: "NO"}[one.reached]
        n = "" if one.n is None else str(one.n)
        table.add_row(one.what, one.shown, one.bounds, n, one.target, reached, one.note)
    console.print(table, markup=False)
    for note in result.notes:
        console.print(f"- {note}", markup=False, highlight=False)


def write(result: Result, path: Path) -> None:
    """Write the document.

    Raises:
        CannotMeasure: The file cannot be written.
    """
    try:
        path.write_text(json.dumps(result.as_json(), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotMeasure(f"{path} cannot be written: {error.strerror}") from None
