"""Graph's presence over HTTP: what it answers, what it refuses and in which order."""

from __future__ import annotations

import pytest

from atdesk_teams.simulator import GRAPH, Clock, Limits, Rules, TeamsSimulator
from atdesk_teams.simulator.throttling import Window
from tests.teams.simulator.conftest import MIRA, NOBODY, TEO, Graph, client_of, code_of, opened


async def test_a_presence_in_all_its_fields(sim: TeamsSimulator, graph: Graph) -> None:
    sim.world.start_call(MIRA)
    sim.world.write_note(MIRA, "At the dentist until noon")
    body = (await graph.read()).json()
    version = body.pop("sequenceNumber")
    assert isinstance(version, str)
    assert body == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#presence/$entity",
        "id": MIRA,
        "availability": "Busy",
        "activity": "InACall",
        "outOfOfficeSettings": {"message": None, "isOutOfOffice": False},
        "statusMessage": {"message": {"content": "At the dentist until noon", "contentType": "text"}},
    }
    other = (await graph.http.get(f"/v1.0/communications/presences/{MIRA}")).json()
    assert (other["id"], other["activity"], other["sequenceNumber"]) == (MIRA, "InACall", version)


async def test_many_are_read_at_once_in_the_order_that_was_asked(sim: TeamsSimulator, graph: Graph) -> None:
    sim.world.sign_out(TEO)
    value = (await graph.read_many(TEO.upper(), MIRA)).json()["value"]
    assert [(one["id"], one["availability"]) for one in value] == [(TEO, "Offline"), (MIRA, "Available")]


async def test_a_version_sorts_behind_those_before_it_and_changes_only_with_the_presence(
    sim: TeamsSimulator, graph: Graph
) -> None:
    async def version() -> str:
        return str((await graph.read()).json()["sequenceNumber"])

    seen = [await version()]
    assert await version() == seen[0]
    for act in (sim.world.start_call, sim.world.hang_up, sim.world.fall_idle, sim.world.sign_out):
        act(MIRA)
        seen.append(await version())
    assert seen == sorted(set(seen))
    sim.world.sign_out(MIRA)
    assert await version() == seen[-1]


async def test_what_is_left_open_can_be_either_way(sim: TeamsSimulator, graph: Graph) -> None:
    sim.world.start_call(MIRA)
    sim.open_points.change({"sequence_numbers": False, "camel_case": True})
    body = (await graph.read()).json()
    assert "sequenceNumber" not in body
    assert (body["availability"], body["activity"]) == ("busy", "inACall")
    assert [one["id"] for one in (await graph.read_many(MIRA, NOBODY)).json()["value"]] == [MIRA]
    sim.open_points.change({"unknown_ids": "unknown"})
    unknown = (await graph.read_many(MIRA, NOBODY)).json()["value"][1]
    assert unknown == {"id": NOBODY, "availability": "PresenceUnknown", "activity": "PresenceUnknown"}
    sim.open_points.change({"unknown_ids": "not_found"})
    assert (await graph.read_many(MIRA, NOBODY)).status_code == 404


async def test_650_ids_are_read_and_no_more(graph: Graph) -> None:
    assert len((await graph.read_many(*[MIRA] * 650)).json()["value"]) == 650
    assert code_of(await graph.read_many(*[MIRA] * 651)) == (400, "InvalidArgument")
    assert code_of(await graph.read_many()) == (400, "InvalidArgument")


# -- writing -----


async def test_a_preferred_away_from_setting_to_clearing(graph: Graph) -> None:
    answered = await graph.prefer("Away/Away", "PT10M")
    assert (answered.status_code, answered.content) == (200, b"")
    assert await graph.shown() == "Away/Away"
    cleared = await graph.write("clearUserPreferredPresence")
    assert (cleared.status_code, cleared.content) == (200, b"")
    assert await graph.shown() == "Available/Available"


async def test_clearing_a_preferred_state_needs_no_body_and_may_answer_otherwise(
    sim: TeamsSimulator, graph: Graph
) -> None:
    sim.open_points.change({"clear_preferred_status": 204})
    path = f"/v1.0/users/{MIRA}/presence/clearUserPreferredPresence"
    assert (await graph.http.post(path)).status_code == 204


async def test_time_ends_what_was_set(sim: TeamsSimulator, graph: Graph) -> None:
    await graph.prefer("Away/Away", "PT10M")
    sim.world.clock.skip(599)
    assert await graph.shown() == "Away/Away"
    sim.world.clock.skip(2)
    assert await graph.shown() == "Available/Available"


async def test_a_session_of_the_app_fades_and_ends(sim: TeamsSimulator, graph: Graph) -> None:
    sim.world.sign_out(MIRA)
    assert (await graph.set_session("Available/Available", "PT1H")).status_code == 200
    seen = []
    for seconds in (0, 301, 300, 3000):
        sim.world.clock.skip(seconds)
        seen.append(await graph.shown())
    assert seen == ["Available/Available", "Available/AvailableInactive", "Away/Away", "Offline/Offline"]


async def test_a_session_of_the_app_lives_five_minutes_when_nobody_says(
    sim: TeamsSimulator, graph: Graph
) -> None:
    sim.world.sign_out(MIRA)
    await graph.set_session("Busy/InACall")
    sim.world.clock.skip(299)
    assert await graph.shown() == "Busy/InACall"
    sim.world.clock.skip(2)
    assert await graph.shown() == "Offline/Offline"


async def test_a_session_is_cleared_once(graph: Graph) -> None:
    await graph.set_session("Busy/InACall")
    mine = graph.sim.client_id
    assert (await graph.write("clearPresence", sessionId=mine)).status_code == 200
    assert (await graph.write("clearPresence", sessionId=mine)).status_code == 404


@pytest.mark.parametrize(
    "pair", ["Busy/Busy", "DoNotDisturb/DoNotDisturb", "Available/Away", "Busy/InAMeeting"]
)
async def test_a_session_takes_four_pairs_alone(graph: Graph, pair: str) -> None:
    assert code_of(await graph.set_session(pair)) == (400, "InvalidArgument")
    assert await graph.shown() == "Available/Available"


async def test_what_only_teams_sets_may_be_taken_without_effect(sim: TeamsSimulator, graph: Graph) -> None:
    sim.open_points.change({"unsettable_refused": False})
    assert (await graph.set_session("Busy/InAMeeting")).status_code == 200
    assert await graph.shown() == "Available/Available"
    assert code_of(await graph.set_session("Busy/Busy")) == (400, "InvalidArgument")


@pytest.mark.parametrize("pair", ["Busy/InACall", "Available/Away", "Offline/Offline", "Away/", "/Away"])
async def test_a_preferred_state_takes_six_pairs_alone(graph: Graph, pair: str) -> None:
    assert code_of(await graph.prefer(pair)) == (400, "InvalidArgument")


@pytest.mark.parametrize("life", ["PT4M59S", "PT4H1S", "ten minutes", "P", "PT"])
async def test_a_session_lives_from_five_minutes_to_four_hours(graph: Graph, life: str) -> None:
    assert code_of(await graph.set_session("Away/Away", life)) == (400, "InvalidArgument")
    for right in ("PT5M", "PT300S", "PT4H", "PT3H60M"):
        assert (await graph.set_session("Away/Away", right)).status_code == 200


async def test_the_shortest_preferred_state_is_a_switch(sim: TeamsSimulator, graph: Graph) -> None:
    assert (await graph.prefer("Away/Away", "PT1M")).status_code == 200
    sim.open_points.change({"least_preferred_s": 300})
    assert code_of(await graph.prefer("Away/Away", "PT4M59S")) == (400, "InvalidArgument")
    assert (await graph.prefer("Away/Away", "PT5M")).status_code == 200
    assert (await graph.prefer("Away/Away", None)).status_code == 200


async def test_the_session_has_to_be_the_apps_own(sim: TeamsSimulator, graph: Graph) -> None:
    body = {"sessionId": NOBODY, "availability": "Away", "activity": "Away"}
    assert code_of(await graph.write("setPresence", **body)) == (400, "InvalidArgument")
    sim.open_points.change({"foreign_sessions": True})
    assert (await graph.write("setPresence", **body)).status_code == 200


async def test_a_note_can_be_written(graph: Graph) -> None:
    note = {"message": {"content": "back at ten", "contentType": "text"}}
    assert (await graph.write("setStatusMessage", statusMessage=note)).status_code == 200
    assert (await graph.read()).json()["statusMessage"]["message"]["content"] == "back at ten"
    assert code_of(await graph.write("setStatusMessage")) == (400, "InvalidArgument")
    graph.sim.open_points.change({"status_message_app_only": False})
    assert (await graph.write("setStatusMessage", statusMessage=note)).status_code == 403


# -- who may -----


async def test_without_a_token_nothing(sim: TeamsSimulator, graph: Graph) -> None:
    for token in (None, "guess", sim.authority.app_token("https://api.botframework.com").value):
        async with client_of(sim, token) as http:
            refused = await http.get(f"/v1.0/users/{MIRA}/presence")
        assert code_of(refused) == (401, "InvalidAuthenticationToken")
    sim.authority.revoke_all()
    assert (await graph.read()).status_code == 401


async def test_a_403_names_the_permission_that_is_missing(sim: TeamsSimulator, graph: Graph) -> None:
    sim.registration.permissions = {"Presence.Read.All"}
    assert (await graph.read()).status_code == 200
    refused = await graph.prefer("Away/Away")
    assert code_of(refused) == (403, "Forbidden")
    assert "'Presence.ReadWrite.All'" in refused.json()["error"]["message"]
    assert await graph.shown() == "Available/Available"
    sim.registration.permissions = set()
    for call in (graph.read(), graph.read_many(MIRA), graph.set_session("Away/Away")):
        assert code_of(await call) == (403, "Forbidden")
    sim.open_points.change({"roles_in_403": False})
    assert "Presence" not in (await graph.read()).json()["error"]["message"]


async def test_a_permission_that_came_after_the_token_is_not_in_it(sim: TeamsSimulator) -> None:
    sim.registration.permissions = {"Presence.Read.All"}
    old = sim.authority.app_token(GRAPH)
    sim.registration.permissions = {"Presence.Read.All", "Presence.ReadWrite.All"}
    for token, status in ((old, 403), (sim.authority.app_token(GRAPH), 200)):
        async with client_of(sim, token.value) as http:
            assert (await Graph(sim, http).prefer("Away/Away")).status_code == status


async def test_a_missing_session_is_told_before_the_permission_is_looked_at(
    sim: TeamsSimulator, graph: Graph
) -> None:
    sim.registration.permissions = set()
    for what in ("setPresence", "clearPresence"):
        refused = await graph.write(what, availability="Away", activity="Away")
        assert code_of(refused) == (400, "InvalidArgument")
        assert refused.json()["error"]["message"] == "[SessionId]: The SessionId field is required."


async def test_a_deleted_user_is_not_found_but_nobody_learns_that_without_permission(
    sim: TeamsSimulator, graph: Graph
) -> None:
    sim.world.remove_user(MIRA)
    for call in (graph.read(), graph.prefer("Away/Away"), graph.write("clearUserPreferredPresence")):
        assert code_of(await call) == (404, "NotFound")
    sim.registration.permissions = set()
    assert code_of(await graph.prefer("Away/Away")) == (403, "Forbidden")


async def test_a_person_sets_their_own_presence_and_nobody_elses(sim: TeamsSimulator) -> None:
    token = sim.authority.user_token(MIRA, "openid Presence.ReadWrite")
    async with client_of(sim, token.value) as http:
        mine = Graph(sim, http)
        assert (await mine.prefer("BeRightBack/BeRightBack")).status_code == 200
        assert await mine.shown() == "BeRightBack/BeRightBack"
        for call in (mine.prefer("Away/Away", user=TEO), mine.read(TEO), mine.read_many(MIRA)):
            assert code_of(await call) == (403, "Forbidden")


@pytest.mark.parametrize("sent", [b"", b"{", b"[]"])
async def test_what_is_no_json_object_is_a_bad_request(graph: Graph, sent: bytes) -> None:
    answered = await graph.http.post("/v1.0/communications/getPresencesByUserId", content=sent)
    assert code_of(answered) == (400, "BadRequest")


# -- limits -----


async def test_beyond_the_limit_is_429_until_the_window_ends() -> None:
    async with opened(limits=Limits(presence=3)) as graph:
        assert [(await graph.read()).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = await graph.prefer("Away/Away")
        assert code_of(refused) == (429, "TooManyRequests")
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        graph.sim.open_points.change({"retry_after": False})
        assert "retry-after" not in (await graph.read()).headers
        graph.sim.world.clock.skip(30)
        assert await graph.shown() == "Available/Available"


def test_a_window_slides_and_who_tries_again_at_once_stays_out_longer() -> None:
    window = Window(2, 10.0, clock := Clock(lambda: 0.0))
    assert window.wait_s("app") == 0
    clock.skip(5.0)
    assert window.wait_s("app") == 0
    assert window.wait_s("another app") == 0
    clock.skip(1.0)
    assert window.wait_s("app") == 9  # of the two that count now the older came at 5
    clock.skip(8.0)
    assert window.wait_s("app") == 2
    clock.skip(8.0)
    assert window.wait_s("app") == 0


async def test_1500_requests_in_30_s_and_2000_in_a_second_are_the_limits_unless_said_otherwise() -> None:
    limits = Limits()
    assert (limits.presence, limits.presence_s, limits.graph, limits.ids) == (1500, 30.0, 2000, 650)


async def test_ten_thousand_users_are_read_in_sixteen_requests() -> None:
    people = [(f"c0ffee00-0000-4000-8000-{number:012d}", f"Agent {number}") for number in range(10_000)]
    async with opened(people=people, leads=()) as graph:
        ids = [one for one, _ in people]
        found = [
            one["id"]
            for start in range(0, len(ids), 650)
            for one in (await graph.read_many(*ids[start : start + 650])).json()["value"]
        ]
        assert found == ids
        assert len(graph.sim.journal.find("graph")) == 16
        assert graph.sim.journal.find("graph")[0].body == {"ids": "<650 items>"}


async def test_a_client_nobody_touches_turns_away_where_that_is_on() -> None:
    async with TeamsSimulator(rules=Rules(client_idle_s=900.0)) as sim:
        sim.world.clock.skip(899)
        assert sim.world.shown(MIRA).availability == "Available"
        sim.world.clock.skip(1)
        assert sim.world.shown(MIRA).availability == "Away"
