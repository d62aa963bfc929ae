"""`atdesk doctor` as it is typed, against tenants in which something is wrong: named, with the way out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atdesk_teams.simulator import TeamsSimulator
from tests.core.cli.test_commands import CONFIG, POLICY
from tests.core.cli.typed import Said, in_a_process, typed
from tests.teams.bot_desk import bot_table

Typing = Callable[..., Said]

_STRANGE = "6b1f0000-0000-4000-8000-000000000000"
_READS = "getPresencesByUserId"


async def _doctor(
    sim: TeamsSimulator, folder: Path, type_it: Typing, **changes: Any
) -> tuple[int, list[str]]:
    """Its exit status and its lines."""
    table = bot_table(sim, folder / "state", **changes)
    given = "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())
    (folder / "policy.toml").write_text(POLICY)
    (folder / "atdesk.toml").write_text(f'{CONFIG}\n[state]\nauthority = "teams"\n[[teams]]\n{given}\n')
    said = await asyncio.to_thread(type_it, folder, "doctor")
    return said.status, (said.out + said.err).splitlines()


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
    ("type_it", "spoil", "changes", "about", "mark", "says"),
    [
        (in_a_process, _well, {}, "platform teams", "well", ("up",)),
        (typed, _well, {"tenant": _STRANGE}, "platform teams", "mend", ("tenant", _STRANGE)),
        (typed, _revoked, {}, "platform teams", "mend", ("Presence.Read.All", "admin")),
        (typed, _expired, {}, "platform teams", "mend", ("secret", "env:TEAMS_SECRET")),
        (typed, _html, {}, "platform teams", "mend", ("text/html", "is a proxy")),
        (typed, _not_in_team, {}, "readers of teams", "mend", ("team", "add")),
    ],
)
async def test_the_doctor_names_what_is_wrong_and_the_way_out(
    sim: TeamsSimulator,
    tmp_path: Path,
    type_it: Typing,
    spoil: Callable[[TeamsSimulator], None],
    changes: dict[str, str],
    about: str,
    mark: str,
    says: tuple[str, ...],
) -> None:
    sim.bot.conversations.in_team = True
    spoil(sim)
    status, lines = await _doctor(sim, tmp_path, type_it, **changes)
    line = _line(lines, about)
    assert line.startswith(mark), line
    for word in says:
        assert word in line
    assert status == 1  # the directory of this service is empty, which the doctor minds as well
    assert sim.client_secret not in "".join(lines)
    assert not [one for one in lines if "Traceback" in one]
