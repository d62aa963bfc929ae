"""The control plane: what a demo, a test in another process or a person does to the simulated tenant."""

from __future__ import annotations

import pytest

from atdesk_teams.simulator import TeamsSimulator
from tests.teams.simulator.conftest import MIRA, NOBODY, TEO, Graph


async def test_people_act_and_graph_shows_it(graph: Graph) -> None:
    async def after(act: str, **body: object) -> str:
        answered = (await graph.control(f"users/Mira Halloran/{act}", body)).raise_for_status()
        shown = await graph.shown()
        assert answered.json() == dict(zip(("availability", "activity"), shown.split("/"), strict=True))
        return shown

    assert await after("start_call") == "Busy/InACall"
    assert await after("hang_up") == "Available/Available"
    assert await after("start_meeting") == "Busy/InAMeeting"
    assert await after("sign_in", device="mobile") == "Busy/InAMeeting"
    assert await after("sign_out", device="desktop") == "Available/Available"
    assert await after("fall_idle") == "Available/Available"
    assert await after("sign_out") == "Offline/Offline"
    assert await after("pick", availability="BeRightBack", life_s=60) == "Offline/Offline"
    assert await after("sign_in") == "BeRightBack/BeRightBack"
    assert await after("reset_status") == "Available/Available"
    assert await after("fall_idle") == "Away/Away"
    assert await after("write_note", text="gone fishing") == "Away/Away"
    assert (await graph.read()).json()["statusMessage"]["message"]["content"] == "gone fishing"


async def test_people_come_and_go(graph: Graph) -> None:
    assert (await graph.control(f"users/{NOBODY}/add", {"name": "Noa Novak"})).status_code == 200
    assert await graph.shown(NOBODY) == "Offline/Offline"
    assert (await graph.control("users/Noa Novak/remove")).status_code == 200
    assert (await graph.read(NOBODY)).status_code == 404


async def test_the_state_lists_everybody(sim: TeamsSimulator, graph: Graph) -> None:
    sim.world.start_call(TEO)
    said = (await graph.http.get("/_sim")).json()
    assert [one["id"] for one in said["users"]] == [one.id for one in sim.world.users]
    assert said["users"][1]["activity"] == "InACall"
    assert said["leads"] == list(sim.world.leads)


async def test_time_passes_at_once(graph: Graph) -> None:
    await graph.prefer("Away/Away", "PT10M")
    before = (await graph.http.get("/_sim")).json()["now"]
    assert (await graph.control("clock", {"skip_s": 600})).json()["now"] >= before + 600
    assert await graph.shown() == "Available/Available"


async def test_rules_and_open_points_are_switches(sim: TeamsSimulator, graph: Graph) -> None:
    await graph.control("rules", {"client_idle_s": 60.0, "preferred_beats_calls": False})
    sim.world.clock.skip(60)
    assert await graph.shown() == "Away/Away"
    await graph.control("users/Mira Halloran/start_call")
    await graph.prefer("BeRightBack/BeRightBack")
    assert await graph.shown() == "Busy/InACall"
    await graph.control("open_points", {"sequence_numbers": False})
    assert "sequenceNumber" not in (await graph.read()).json()


async def test_faults_come_and_are_taken_away(graph: Graph) -> None:
    fault = {"match": "GET .*/presence", "status": 503, "times": 2}
    assert (await graph.control("faults", fault)).json() == {"faults": 1}
    assert (await graph.read()).status_code == 503
    assert (await graph.http.delete("/_sim/faults")).json() == {"faults": 0}
    assert (await graph.read()).status_code == 200


async def test_what_an_administrator_does(sim: TeamsSimulator, graph: Graph) -> None:
    said = await graph.control("app", {"permissions": ["Presence.Read.All"], "enabled": True})
    assert said.json() == {"permissions": ["Presence.Read.All"], "enabled": True}
    assert (await graph.prefer("Away/Away")).status_code == 403
    await graph.control("app", {"enabled": False})
    assert (await graph.token()).status_code == 400
    await graph.control("app", {"enabled": True, "expire_secrets": True})
    assert (await graph.token()).status_code == 401
    await graph.control("tokens", {"revoke": True})
    assert (await graph.read()).status_code == 401


async def test_redirects_are_added(graph: Graph) -> None:
    other = "http://127.0.0.1:8000/callback"
    assert (await graph.control("redirects", {"uri": other})).json() == {"redirects": [other]}
    for wrong in ({}, {"uri": "/callback"}, {"uri": other + "#here"}):
        assert (await graph.control("redirects", wrong)).status_code == 400


async def test_the_log_is_read_from_where_one_was(graph: Graph) -> None:
    await graph.read()
    first = (await graph.http.get("/_sim/log", params={"where": "graph"})).json()
    await graph.prefer("Away/Away")
    more = {"where": "graph", "since": str(first[-1]["at_s"]), "what": "Preferred", "way": "in"}
    (entry,) = (await graph.http.get("/_sim/log", params=more)).json()
    assert entry["body"]["availability"] == "Away"
    assert entry["note"] == "200"


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("users/Nobody/start_call", {}, "no user 'Nobody' here; there are Mira Halloran"),
        (f"users/{MIRA}/vanish", {}, "a user cannot 'vanish'"),
        (f"users/{MIRA}/pick", {"availability": "Sleepy"}, "not in the client's menu; there are Available"),
        (f"users/{MIRA}/pick", {}, "give 'availability'"),
        ("clock", {"skip_s": -1}, "time does not go back"),
        ("rules", {"colour": 1}, "a rule is one of client_idle_s"),
        ("open_points", {"colour": 1}, "'colour' is no switch; there are camel_case"),
        ("open_points", {"camel_case": 1}, "camel_case takes bool, not int"),
        ("open_points", {"unknown_ids": "maybe"}, "unknown_ids is one of not_found"),
        ("faults", {"match": "("}, "no regular expression"),
        ("tokens", {"rotate": "graph"}, "rotate 'entra' or 'bot'"),
        ("app", {"certificate": "no certificate"}, "the certificate is none in PEM"),
    ],
)
async def test_a_mistake_is_said_in_a_sentence(
    graph: Graph, path: str, body: dict[str, object], told: str
) -> None:
    answered = await graph.control(path, body)
    assert answered.status_code == 400
    assert told in answered.json()["error"]


async def test_what_is_no_json_object_is_said_too(graph: Graph) -> None:
    for sent in (b"{", b"[]"):
        answered = await graph.http.post("/_sim/clock", content=sent)
        assert answered.status_code == 400
