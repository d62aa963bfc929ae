"""The whole demo as a newcomer starts it, in a process of its own, and what must be true of it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from examples.demo.checks import faults
from examples.demo.play import MOMENTS
from examples.demo.received import Received

from atdesk_core.identity import Signed

ROOT = Path(__file__).parents[2]


def runs_and_is_right(folder: Path, console: str, platforms: Sequence[str]) -> None:
    """Play it to the end, which takes a hundred seconds; then read what it left in `folder`.

    Each console has a test file of its own, so that two processes play them at once.
    """
    environ = os.environ | {"HEADLESS": "1", "CONSOLE": console, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "examples.demo"]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
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
    assert "too dark" in done.stdout
    assert done.stderr == ""
