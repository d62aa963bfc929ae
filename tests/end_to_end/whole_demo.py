"""The whole demo as a newcomer starts it, in a process of its own, and what must be true of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from examples.demo.checks import faults
from examples.demo.play import MOMENTS
from examples.demo.received import Received

from atdesk_core.identity import Signed

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Playing:
    """A demo that is being played, and the folder in which it leaves what it wrote and said."""

    folder: Path
    process: subprocess.Popen[bytes]

    def ends(self) -> str:
        """What it printed, once it has come to its end, which takes a hundred seconds."""
        status = self.process.wait(timeout=170)
        out, err = (Path(self.folder / name).read_text() for name in ("out.txt", "err.txt"))
        assert status == 0, out[-3000:] + err[-3000:]
        assert err == ""
        return out


@contextmanager
def playing(folder: Path, console: str) -> Iterator[Playing]:
    """Begin to play it on a console; leaving this ends it where it is."""
    environ = os.environ | {"HEADLESS": "1", "CONSOLE": console, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "examples.demo"]
    with (folder / "out.txt").open("wb") as out, (folder / "err.txt").open("wb") as err:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=err)
    try:
        yield Playing(folder, process)
    finally:
        process.kill()
        process.wait()


def is_right(folder: Path, said: str, platforms: Sequence[str]) -> None:
    """Read what it left in its folder, and what it printed."""
    written = json.loads((folder / "demo.json").read_text())
    rows, acts = [Received(**row) for row in written["received"]], written["acts"]
    assert faults(rows, MOMENTS, platforms) == ()
    assert acts["refused"]["code"] == "camera_forbidden"
    assert (acts["paused"]["frames"], acts["paused"]["lead_sees_paused"]) == (0, True)
    assert acts["erased"]["opened_before"] > acts["erased"]["opened_after"] == 0
    page = (folder / acts["log"]["page"]).read_text()
    assert page.count("Looked at ") == acts["log"]["looks"] > acts["log"]["found_nothing"] > 0
    assert Signed.parse((folder / acts["erased"]["receipt"]).read_text()).document["proof"]
    assert {row.platform for row in rows} == {*platforms}
    assert "too dark" in said
