"""`python -m benchmarks [NAME] [--json OUT] [--data DIR]`: run one benchmark, or all of them."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console

from benchmarks.results import DATA, CannotMeasure, Options, Result, show, write

NAMES = {
    "start": "how long imports, `--help` and the set-up of a replay take",
    "permission": "what it costs to ask whether a frame may be opened, and to merge a policy's levels",
    "event": "what one event costs: a session's step, a permission, a commit",
    "ledger": "rows a second that the decision log takes, and how long a million takes to verify",
    "policy": "from the signature under a policy to its effect for 20,000 agents, without a restart",
    "frames": "frames a second over atdesk.frames.v1, what one costs, and what holds up the event loop",
    "page": "what 500 open pages of agents cost one process, and how soon a click on Pause stops the frames",
    "cpu": "CPU of a replay beside the plain loop with face_recognition alone, one core",
    "desk": "how often the engine is right on desk scenarios and real clips",
    "vision": "every check of the camera on labelled material, and what it costs; the model card",
    "writes": "from a decision to its arrival at Genesys and in the lead's channel; a burst of 100",
    "teams": "CPU of polling 10,000 agents in Teams every 5 s; from an Away falling due to its POST",
    "watch": "from leaving the desk to the decision: by policy, and with six agents in one meeting",
}
"""The benchmarks, quick ones first, and what each measures. The module of the same name has `run`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for. 0: it was measured; 2: it could not be."""
    given = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 130)
    if given.list:
        for name, what in NAMES.items():
            console.print(f"{name:8s} {what}", highlight=False)
        return 0
    options = Options(
        data=given.data,
        scenarios=given.scenarios,
        seconds=given.seconds,
        departures=given.departures,
        repeats=given.repeats,
        parts=tuple(given.part.split(",")) if given.part else (),
        card=given.card,
        encoder=given.encoder,
    )
    names = [given.name] if given.name else list(NAMES)
    statuses = [_run_one(name, options, _json_path(given, name), console) for name in names]
    return max(statuses)


def _json_path(given: argparse.Namespace, name: str) -> Path | None:
    """With one name `--json` is a file, with all of them a folder."""
    if given.json is None or given.name:
        path: Path | None = given.json
        return path
    given.json.mkdir(parents=True, exist_ok=True)
    return Path(given.json) / f"{name}.json"


def _run_one(name: str, options: Options, json_out: Path | None, console: Console) -> int:
    run: Callable[[Options], Result] = import_module(f"benchmarks.{name}").run
    try:
        result = run(options)
        show(result, console)
        if json_out is not None:
            write(result, json_out)
    except CannotMeasure as error:
        console.print(f"{name}: not measured: {error}", style="red", markup=False)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description="The figures of atdesk.")
    parser.add_argument("name", nargs="?", choices=tuple(NAMES), help="one of them; all when left out")
    parser.add_argument("--list", action="store_true", help="name them all")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures; a folder when all run")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="test photos and clips")
    parser.add_argument("--scenarios", type=_count, metavar="N", help="so many scenarios, for a quick run")
    parser.add_argument("--seconds", type=float, metavar="S", help="length of what runs in real time")
    parser.add_argument("--departures", type=_count, metavar="N", help="how often somebody leaves in `watch`")
    parser.add_argument("--repeats", type=_count, metavar="N", help="fresh processes for each figure")
    parser.add_argument("--part", metavar="NAME,...", help="parts of `vision`; all when left out")
    parser.add_argument("--card", type=Path, metavar="FILE", help="for `vision`: where a full run writes")
    parser.add_argument(
        "--encoder", type=Path, metavar="TOML", help="for `vision`: a file with a [vision.encoder] table"
    )
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
