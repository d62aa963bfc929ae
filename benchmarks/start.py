"""How long it takes until something can be done: imports, `--help`, a command, the set-up of a replay."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import children
from benchmarks.children import Spent
from benchmarks.figures import Figure, median
from benchmarks.footage import beginning, scenarios
from benchmarks.results import CannotMeasure, Options, Result

IMPORT = "import time; began = time.perf_counter(); import atdesk_sdk; print(time.perf_counter() - began)"

CONFIG = """
[service]
database = "{folder}/atdesk.db"
[[site]]
id = "home"
jurisdiction = "PE"
time_zone = "Europe/London"
policy = "policy.toml"
"""
POLICY = 'site = "home"\naccountable = "A. Person"\n'

NOTES = (
    "Medians over fresh processes, the first of which is not counted; bytecode caches as installed.",
    "The time of the import is taken inside the process, so that the start of Python itself is not in it; "
    "`atdesk --help` is the whole process from outside.",
)


def run(options: Options) -> Result:
    """Measure."""
    repeats = options.repeats or 9
    imported = [float(one.out) for one in _fresh(children.python("-c", IMPORT), repeats)]
    bare = [one.wall_s for one in _fresh(children.python("-c", "pass"), repeats)]
    helped = _fresh(children.atdesk("--help"), repeats)
    listed = _commands(repeats)
    figures = [
        Figure("import atdesk_sdk", median(imported), "s", repeats, at_most=0.3),
        Figure("atdesk --help, wall", median([one.wall_s for one in helped]), "s", repeats, at_most=0.5),
        Figure("atdesk --help, CPU", median([one.cpu_s for one in helped]), "s", repeats),
        Figure(
            "atdesk flags list, CPU",
            median([one.cpu_s for one in listed]),
            "s",
            repeats,
            note="on a database that is up to date",
        ),
        Figure("python -c pass, wall", median(bare), "s", repeats, note="for comparison"),
    ]
    setups = _setups(options, min(repeats, 5))
    if setups:
        note = "models and enrolment, by the replay itself"
        figures.append(Figure("set-up of a replay", median(setups), "s", len(setups), note=note))
    return Result(
        "start", tuple(figures), NOTES, {"import_s": imported, "help_s": [one.wall_s for one in helped]}
    )


def _fresh(command: Sequence[str], repeats: int) -> list[Spent]:
    """One to warm the caches, then the ones that count."""
    return [children.measure(command) for _ in range(repeats + 1)][1:]


def _commands(repeats: int) -> list[Spent]:
    """A command that reads the database and finds little in it; the first, which makes it, is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "atdesk.toml"
        config.write_text(CONFIG.format(folder=folder), encoding="utf-8")
        (Path(folder) / "policy.toml").write_text(POLICY, encoding="utf-8")
        return _fresh(children.atdesk("flags", "list", "--config", str(config)), repeats)


def _setups(options: Options, repeats: int) -> list[float]:
    """`setup_s` of short replays; none without the test material."""
    try:
        one = scenarios(options.footage(), 1)[0]
    except CannotMeasure:
        return []
    short = beginning(one.video, 5.0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        command = children.atdesk("replay", str(short), "--enrol", str(one.enrol), "--json", str(out))
        taken: list[float] = []
        for _ in range(repeats + 1):
            children.measure(command)
            taken.append(float(json.loads(out.read_text(encoding="utf-8"))["setup_s"]))
    return taken[1:]
