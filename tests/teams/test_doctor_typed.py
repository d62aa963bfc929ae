"""`atdesk doctor` as it is typed, against tenants in which something is wrong: named, with the way out."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atdesk_teams.simulator import TeamsSimulator
from tests.core.cli.test_commands import CONFIG, POLICY
from tests.teams.bot_desk import bot_table

_STRANGE = "6b1f0000-0000-4000-8000-000000000000"
_READS = "getPresencesByUserId"


async def _doctor(sim: TeamsSimulator, folder: Path, **changes: Any) -> tuple[int | None, list[str]]:
    """Its exit status and its lines."""
    table = bot_table(sim, folder / "state", **changes)
    given = "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())
    (folder / "policy.toml").write_text(POLICY)
    (folder / "atdesk.toml").write_text(f'{CONFIG}\n[state]\nauthority = "teams"\n[[teams]]\n{given}\n')
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "atdesk_core.cli.main",
        "doctor",
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode, said.decode().splitlines()


def _line(lines: list[str], about: str) -> str:
    (found,) = [one for one in lines if f"  {about}: " in one]
    return found


def _well(_: TeamsSimulator) -> None:
    """Nothing is spoilt."""


def _revoked(sim: TeamsSimulator) -> None:
    sim.registration.permissions.clear()


def _expired(sim: TeamsSimulator) -> None:
    sim.registration.expire_secrets()


def _html(sim: TeamsSimulator) -> None:
    sim.faults.add(_READS, html=True, times=1000)


def _not_in_team(sim: TeamsSimulator) -> None:
    sim.bot.conversations.in_team = False


@pytest.mark.parametrize(
    ("spoil", "changes", "about", "mark", "says"),
    [
        (_well, {}, "platform teams", "well", ("up",)),
        (_well, {"tenant": _STRANGE}, "platform teams", "mend", ("tenant", _STRANGE)),
        (_revoked, {}, "platform teams", "mend", ("Presence.Read.All", "admin")),
        (_expired, {}, "platform teams", "mend", ("secret", "env:TEAMS_SECRET")),
        (_html, {}, "platform teams", "mend", ("text/html", "is a proxy")),
        (_not_in_team, {}, "readers of teams", "mend", ("team", "add")),
    ],
)
async def test_the_doctor_names_what_is_wrong_and_the_way_out(
    sim: TeamsSimulator,
    tmp_path: Path,
    spoil: Callable[[TeamsSimulator], None],
    changes: dict[str, str],
    about: str,
    mark: str,
    says: tuple[str, ...],
) -> None:
    sim.bot.conversations.in_team = True
    spoil(sim)
    status, lines = await _doctor(sim, tmp_path, **changes)
    line = _line(lines, about)
    assert line.startswith(mark), line
    for word in says:
        assert word in line
    assert status == 1  # the directory of this service is empty, which the doctor minds as well
    assert sim.client_secret not in "".join(lines)
    assert not [one for one in lines if "Traceback" in one]
