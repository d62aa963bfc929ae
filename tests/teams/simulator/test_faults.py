"""What goes wrong on demand, over the wire: an adapter is tried with each of these."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from atdesk_teams.simulator import TeamsSimulator
from tests.teams.simulator.conftest import MIRA, Graph, code_of

WRITE = "POST /v1.0/users/.*/presence/setUserPreferredPresence"


async def test_an_answer_lost_after_it_took_effect(sim: TeamsSimulator, graph: Graph) -> None:
    sim.faults.add(WRITE, cut="after")
    with pytest.raises(httpx2.TransportError):
        await graph.prefer("Away/Away")
    assert await graph.shown() == "Away/Away"
    assert [entry.note for entry in sim.journal.find("graph", "setUserPreferred")] == ["200"]


async def test_a_connection_that_breaks_before_anything_happened(sim: TeamsSimulator, graph: Graph) -> None:
    sim.faults.add(WRITE, cut="before")
    with pytest.raises(httpx2.TransportError):
        await graph.prefer("Away/Away")
    assert await graph.shown() == "Available/Available"
    assert [entry.note for entry in sim.journal.find("graph", "setUserPreferred")] == ["0"]


async def test_a_429_with_and_without_a_time_to_wait(sim: TeamsSimulator, graph: Graph) -> None:
    sim.faults.add(WRITE, status=429, retry_after=7)
    sim.faults.add(WRITE, status=429)
    answers = [await graph.prefer("Away/Away") for _ in range(3)]
    assert [one.status_code for one in answers] == [429, 429, 200]
    assert [one.headers.get("retry-after") for one in answers] == ["7", None, None]
    assert code_of(answers[0]) == (429, "TooManyRequests")


@pytest.mark.parametrize(("status", "expected"), [(None, 200), (503, 503)])
async def test_a_page_of_html_instead_of_json(
    sim: TeamsSimulator, graph: Graph, status: int | None, expected: int
) -> None:
    sim.faults.add("getPresencesByUserId", html=True, status=status)
    answered = await graph.read_many(MIRA)
    assert answered.status_code == expected
    assert answered.headers["content-type"].startswith("text/html")
    with pytest.raises(ValueError, match="Expecting value"):
        answered.json()


async def test_a_slow_answer_takes_effect_at_once_and_a_slow_request_late(
    sim: TeamsSimulator, graph: Graph
) -> None:
    sim.faults.add(WRITE, late_s=30.0)
    slow = asyncio.create_task(graph.prefer("Away/Away"))
    await sim.journal.wait_entries(1, "graph", "setUserPreferred")
    assert sim.world.shown(MIRA).availability == "Away"
    assert not slow.done()
    slow.cancel()
    sim.faults.add("clearUserPreferredPresence", delay_s=30.0)
    patience = httpx2.Timeout(30.0, read=0.2)  # connecting anew may take its time
    with pytest.raises(httpx2.ReadTimeout):
        await graph.http.post(f"/v1.0/users/{MIRA}/presence/clearUserPreferredPresence", timeout=patience)
    assert sim.world.shown(MIRA).availability == "Away"


async def test_an_agent_who_picks_a_status_just_before_a_write(sim: TeamsSimulator, graph: Graph) -> None:
    sim.faults.add("clearUserPreferredPresence", status=503, user=MIRA, picks="DoNotDisturb")
    await graph.prefer("Away/Away")
    assert (await graph.write("clearUserPreferredPresence")).status_code == 503
    assert await graph.shown() == "DoNotDisturb/DoNotDisturb"


async def test_a_token_endpoint_that_is_down_speaks_oauth(sim: TeamsSimulator, graph: Graph) -> None:
    sim.faults.add("/oauth2/v2.0/token", status=503, retry_after=2)
    refused = await graph.token()
    assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
    assert (await graph.token()).status_code == 200


async def test_a_fault_strikes_as_often_as_it_was_told(sim: TeamsSimulator, graph: Graph) -> None:
    sim.faults.add("GET .*/presence", times=2, status=500)
    assert [(await graph.read()).status_code for _ in range(3)] == [500, 500, 200]
    sim.faults.add("GET .*/presence", status=500)
    sim.faults.clear()
    assert (await graph.read()).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"match": "("}, {"match": "x", "cut": "later"}, {"match": "x", "colour": 1}]
)
async def test_a_fault_that_could_never_strike_is_refused(
    sim: TeamsSimulator, graph: Graph, wrong: dict[str, object]
) -> None:
    answered = await graph.control("faults", wrong)
    assert answered.status_code == 400
    assert not sim.faults.http


async def test_a_read_that_is_late_by_one_change_has_the_version_of_then(
    sim: TeamsSimulator, graph: Graph
) -> None:
    before = (await graph.read()).json()
    sim.world.start_call(MIRA)
    sim.faults.add("/presence$", stale=True)
    sim.faults.add("getPresencesByUserId", stale=True)
    assert (await graph.read()).json() == before
    (late,) = (await graph.read_many(MIRA)).json()["value"]
    now = (await graph.read()).json()
    assert (late["availability"], now["availability"]) == ("Available", "Busy")
    assert late["sequenceNumber"] == before["sequenceNumber"] < now["sequenceNumber"]
