"""What the doctor says of the leads' channel: its roster against the leads, asked of the Bot Connector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atdesk_core.cli.sinks_check import sink_lines
from atdesk_core.identity import Account, Directory, DirectoryRows, LinkHow, LinkStatus, Person, Site
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import RecordingHost
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.tenant import Member
from tests.teams.bot_desk import bot_table


def directory(sim: TeamsSimulator) -> Directory:
    """Ann, led by Lee; both with their accounts in Teams."""
    people = [Person(one, f"ref{one}", one.title(), "", "en", "support", "home") for one in ("ann", "lee")]
    ids = {"ann": sim.world.agents[0].id, "lee": sim.world.leads[0]}
    accounts = [
        Account(
            who,
            AccountRef("teams", sim.tenant_id, user),
            LinkStatus.CONFIRMED,
            LinkHow.PLATFORM_ID,
            "H. R.",
            verified_at=1.0,
        )
        for who, user in ids.items()
    ]
    rows = DirectoryRows(
        people=people, sites=[Site("home", "PE", "UTC")], accounts=accounts, leads=[("ann", "lee")]
    )
    return Directory(rows)


async def said(sim: TeamsSimulator, folder: Path, **changes: Any) -> dict[str, tuple[bool, str]]:
    """The doctor's lines about the sink."""
    adapter = build(TeamsConfig(**bot_table(sim, folder, write="off", **changes)))
    try:
        await adapter.start(RecordingHost())
        return {what: (well, says) for what, well, says in await sink_lines([adapter], directory(sim))}
    finally:
        await adapter.aclose()


async def test_a_channel_with_none_but_leads_in_it_is_well(sim: TeamsSimulator, tmp_path: Path) -> None:
    sim.bot.conversations.in_team = True
    lines = await said(sim, tmp_path)
    assert lines["readers of teams"] == (True, "1, all of whom lead or cover")
    assert lines["flags in teams"][1] == "the finding is shown, and the leads answer in place"


async def test_who_reads_it_and_leads_nobody_is_named_and_so_is_the_lead_who_is_not_in_it(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    sim.bot.conversations.in_team = True
    sim.world.team.members.append(Member(sim.world.agents[0].id))
    sim.world.team.members.append(Member(sim.world.agents[3].id))
    stranger = AccountRef("teams", sim.tenant_id, sim.world.agents[3].id)
    well, says = (await said(sim, tmp_path))["readers of teams"]
    assert not well
    assert "ann" in says
    assert str(stranger) in says, "an account that is nobody's"
    sim.world.team.members[:] = [Member(sim.world.agents[0].id)]
    well, says = (await said(sim, tmp_path))["readers of teams"]
    assert not well
    assert says.endswith("lee lead, and are not in it: add them")


async def test_a_bot_that_is_not_in_the_team_or_whose_secret_is_wrong_is_said_with_the_way_out(
    sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAMS_BOT", "not the secret")
    well, says = (await said(sim, tmp_path))["readers of teams"]
    assert (well, "the app is not in this team; add it there" in says) == (False, True)
    well, says = (await said(sim, tmp_path, bot_secret="env:TEAMS_BOT"))["readers of teams"]
    assert (well, "env:TEAMS_BOT" in says) == (False, True)


async def test_a_channel_that_is_not_said_to_be_private_shows_no_finding(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    sim.bot.conversations.in_team = True
    lines = await said(sim, tmp_path, channels_private=False)
    assert lines["flags in teams"][1].startswith("number, name, time and a link, and no finding")
