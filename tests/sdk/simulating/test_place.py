"""The parts of simulators are for simulators: what runs in production needs none of what they need."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = [ROOT / "sdk" / "src", ROOT / "core" / "src", *sorted((ROOT / "plugins").glob("*/src"))]
ITS_IMPORT = re.compile(
    r"^\s*(?:from|import) +atdesk_sdk(?:\.simulating| import .*\bsimulating)", re.MULTILINE
)


def _importing() -> Iterator[Path]:
    for path in (path for source in SOURCES for path in source.rglob("*.py")):
        if ITS_IMPORT.search(path.read_text("utf-8")):
            yield path


def test_nothing_but_simulators_imports_it() -> None:
    folders = {path.relative_to(ROOT).parts[-2] for path in _importing()}
    assert folders == {"simulator", "simulating"}


def test_each_of_our_simulators_is_made_of_it() -> None:
    distributions = {path.relative_to(ROOT).parts[1] for path in _importing()}
    assert {"genesys", "zoom", "teams"} <= distributions
