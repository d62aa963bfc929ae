"""The page docs/teams-simulator.md is true: what it names exists, and what exists is named."""

from __future__ import annotations

import asyncio
import re
import sys
import tomllib
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest

from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import HttpFault, OpenPoints, Rules, TeamsSimulator
from atdesk_teams.simulator.tenant import CLIENT_ID, TENANT_ID
from tests.teams.simulator.conftest import Graph

PAGE = (Path(__file__).parents[3] / "docs" / "teams-simulator.md").read_text(encoding="utf-8")
SWITCHES = [one.name for one in (*fields(OpenPoints), *fields(Rules))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def rows(heading: str) -> list[str]:
    """The first cells of the tables under a heading."""
    below = PAGE.split(heading, 1)[1].split("\n#", 1)[0]
    return re.findall(r"^\| (`.+?) +\|", below, re.MULTILINE)


def names(cells: list[str]) -> set[str]:
    return set(re.findall(r"`([a-z0-9_]+)`", " ".join(cells)))


def test_every_switch_is_documented_and_no_other() -> None:
    assert names(rows("### What Microsoft leaves open")) == set(SWITCHES)


@pytest.mark.parametrize("one", fields(OpenPoints), ids=lambda one: one.name)
def test_what_a_switch_is_at_the_start(one: Field[Any]) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{one.name}` |"))
    value = getattr(OpenPoints(), one.name)
    if not isinstance(value, bool):
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        assert shown in row.split("|")[2]


def test_every_key_of_a_fault_is_documented_and_no_other() -> None:
    explained = {"match", "times"}
    assert all(f"`{one}`" in PAGE for one in explained)
    assert names(rows("### Faults")) == {one.name for one in fields(HttpFault)} - explained


async def test_what_is_printed_is_documented(sim: TeamsSimulator) -> None:
    printed = set(sim.announcement()) - {"platform", "ws_url"}
    assert names(rows("on one line")) == printed


async def test_the_control_plane_has_every_address_that_is_named(graph: Graph) -> None:
    named = {one.rstrip("`") for one in re.findall(r"/_sim/[a-z_]+", PAGE)}
    assert {"/_sim/clock", "/_sim/press", "/_sim/log"} <= named
    for path in named - {"/_sim/users", "/_sim/log"}:
        answered = await graph.http.post(path, json={"nothing": "that is known"})
        assert answered.status_code in (200, 400), path
    acts = re.findall(r"`([a-z_]+)", next(line for line in PAGE.splitlines() if "/users/WHO/ACT" in line))
    given = {"availability": "Away", "text": "", "name": "Noa Novak"}
    for act in acts:
        who = "a-new-id" if act == "add" else "Jun Okafor" if act == "remove" else "Mira Halloran"
        assert (await graph.control(f"users/{who}/{act}", given)).status_code == 200, act


def test_the_table_is_one_that_is_accepted() -> None:
    (block,) = blocks("toml")
    (table,) = tomllib.loads(block)["teams"]
    configured = TeamsConfig(**table)
    assert configured.graph == "https://localhost:8443/v1.0"
    assert (str(configured.tenant), str(configured.client_id)) == (TENANT_ID, CLIENT_ID)


async def test_the_example_runs() -> None:
    (example,) = blocks("python")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", example, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"Pair(availability='Busy', activity='InACall') https://localhost:")
