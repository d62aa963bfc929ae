"""What the doctor says of Genesys' group chat: its members against the leads, asked of the platform."""

from collections.abc import AsyncIterator

import pytest

from atdesk_core.cli.doctor import _platforms
from atdesk_core.identity import Account, Directory, DirectoryRows, LinkHow, LinkStatus, Person, Site
from atdesk_genesys.adapter import build
from atdesk_genesys.simulator import GenesysSimulator
from tests.genesys.conftest import account, config_for

GROUP = "8d1f0000-0000-0000-0000-0000000000f0"


def directory(agent: str, lead: str) -> Directory:
    people = [Person(one, f"ref{one}", one.title(), "", "en", "support", "home") for one in ("ann", "lee")]
    accounts = [
        Account(who, account(user), LinkStatus.CONFIRMED, LinkHow.PLATFORM_ID, "H. R.", verified_at=1.0)
        for who, user in (("ann", agent), ("lee", lead))
    ]
    return Directory(
        DirectoryRows(
            people=people, sites=[Site("home", "PE", "UTC")], accounts=accounts, leads=[("ann", "lee")]
        )
    )


@pytest.fixture
async def sim(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GenesysSimulator]:
    async with GenesysSimulator(time_factor=0.01) as simulator:
        monkeypatch.setenv("GENESYS_SECRET", simulator.client_secret)
        monkeypatch.setenv("GENESYS_CHAT", simulator.webhook_url)
        yield simulator


async def readers(sim: GenesysSimulator, members: list[str]) -> tuple[bool, str]:
    """The doctor's line."""
    agent, lead = list(sim.world.agents)[:2]
    sim.world.groups[GROUP] = members
    config = config_for(sim, group_chat_webhook="env:GENESYS_CHAT", group_chat_group=GROUP)
    checks = await _platforms([build(config)], directory(agent, lead))
    said = {check.what: (check.is_well, check.says) for check in checks}
    assert said["flags in main"][1].startswith("number, name, time and a link, and no finding")
    return said["readers of main"]


async def test_the_agent_in_the_leads_chat_is_named_and_so_is_the_lead_who_is_not(
    sim: GenesysSimulator,
) -> None:
    agent, lead = list(sim.world.agents)[:2]
    assert await readers(sim, [lead]) == (True, "1, all of whom lead or cover")
    is_well, says = await readers(sim, [agent])
    assert not is_well
    assert says.startswith("ann read it and lead nobody: take them out")
    assert says.endswith("lee lead, and are not in it: add them")
