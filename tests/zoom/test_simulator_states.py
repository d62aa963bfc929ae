"""The simulated Zoom keeps Zoom's rules about states: words, transitions, Contact Center, scopes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from atdesk_zoom.simulator import Timing, ZoomSimulator
from tests.zoom.running import ANN, BEN, LEA, jpeg

PRESENCE = f"/v2/users/{ANN}/presence_status"
CENTER = "/v2/contact_center"


@asynccontextmanager
async def zoom() -> AsyncIterator[tuple[ZoomSimulator, httpx2.AsyncClient]]:
    """A Zoom that takes changes of a presence at once, and a client that is signed in."""
    async with (
        ZoomSimulator(timing=Timing(presence_gap=0.0001)) as sim,
        httpx2.AsyncClient(base_url=sim.base_url, trust_env=False) as http,
    ):
        mine = sim.credentials
        form = {"grant_type": "account_credentials", "account_id": mine.account_id}
        answer = await http.post("/oauth/token", data=form, auth=(mine.s2s_client_id, mine.s2s_client_secret))
        http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield sim, http


def _code(answer: httpx2.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"] if answer.content else 0


@pytest.mark.parametrize(
    ("before", "wanted", "status"),
    [
        ("Available", "Away", 204),
        ("Do_Not_Disturb", "Away", 204),
        ("Do_Not_Disturb", "Available", 204),
        ("Away", "Available", 204),
        ("Busy", "Away", 400),
        ("Presenting", "Away", 400),
        ("On_Phone_Call", "Available", 400),
    ],
)
async def test_the_documented_transitions_and_no_others(before: str, wanted: str, status: int) -> None:
    async with zoom() as (sim, http):
        sim.presences.set(sim.people[ANN], before)
        assert (await http.put(PRESENCE, json={"status": wanted})).status_code == status


async def test_presence_follows_the_room_and_comes_back() -> None:
    async with zoom() as (sim, http):
        sim.presences.set(sim.people[ANN], "Do_Not_Disturb")
        ann = await sim.room.join("Ann", [jpeg(90)], person_id=ANN)
        second = await sim.room.join("Ann", [jpeg(90)], person_id=ANN)
        await sim.room.leave(ann.user_id)
        assert (await http.get(PRESENCE)).json() == {"status": "In_Meeting"}
        await sim.room.leave(second.user_id)
        assert (await http.get(PRESENCE)).json() == {"status": "Do_Not_Disturb"}
        await sim.room.join("a guest", [jpeg(90)])
        told = [
            e.body["payload"]["object"] for e in sim.journal.find("webhook", "user.presence_status_updated")
        ]
        assert [one["presence_status"] for one in told] == ["Do_Not_Disturb", "In_Meeting", "Do_Not_Disturb"]


@pytest.mark.parametrize(
    ("faults", "body", "expected"),
    [
        ({"forbid_presence": True}, {"status": "Away"}, (400, 5411)),
        ({"refuse_presence": 1}, {"status": "Away"}, (400, 5301)),
        ({"missing_scopes": ["user:update:presence_status:admin"]}, {"status": "Away"}, (400, 4711)),
        ({}, {"status": "Asleep"}, (400, 300)),
    ],
)
async def test_presence_fails_with_zooms_own_numbers(
    faults: dict[str, Any], body: dict[str, str], expected: tuple[int, int]
) -> None:
    async with zoom() as (_, http):
        assert (await http.post("/_sim/faults", json=faults)).status_code == 200
        assert _code(await http.put(PRESENCE, json=body)) == expected


@pytest.mark.parametrize(("switch", "told"), [(True, 1), (False, 0)])
async def test_whether_a_change_by_rest_is_told_is_a_switch(switch: bool, told: int) -> None:
    async with zoom() as (sim, http):
        await http.post("/_sim/open_points", json={"presence_echo": switch, "date_with_dash": True})
        await http.put(PRESENCE, json={"status": "Away"})
        events = sim.journal.find("webhook", "user.presence_status_updated")
        assert len(events) == told
        assert all("date-time" in event.body["payload"]["object"] for event in events)


# ---- Contact Center --------------------------------------------------------------------------------------


async def test_statuses_and_reasons_are_two_lists_with_the_accounts_own_ids() -> None:
    async with zoom() as (sim, http):
        first = (await http.get(f"{CENTER}/system_statuses", params={"page_size": "3"})).json()
        token = {"page_size": "3", "next_page_token": first["next_page_token"]}
        second = (await http.get(f"{CENTER}/system_statuses", params=token)).json()
        names = [one["status_name"] for one in (*first["statuses"], *second["statuses"])]
        assert names == ["Offline", "Ready", "Not Ready", "Occupied"]
        assert (first["total_records"], second["next_page_token"]) == (4, "")
        assert {one["status_id"] for one in first["statuses"]} <= set(sim.center.statuses)


async def test_a_reason_is_made_until_there_are_as_many_as_allowed() -> None:
    async with zoom() as (sim, http):
        body = {"status_name": "X", "status_category": "queue_opt_out_and_not_ready_status", "enable": True}
        made = await http.post(f"{CENTER}/system_statuses", json=body)
        assert (made.status_code, sim.center.reasons[made.json()["status_id"]]) == (201, "X")
        sim.faults.reasons_at_most = 3
        full = await http.post(f"{CENTER}/system_statuses", json=body | {"status_name": "Y"})
        assert _code(full) == (400, 1105)


async def test_a_reason_goes_with_not_ready_alone_and_fields_it_does_not_know_change_nothing() -> None:
    async with zoom() as (sim, http):
        path, reason = f"{CENTER}/users/{ANN}/status", sim.center.id_of("Break")
        ready, not_ready = sim.center.id_of("Ready"), sim.center.id_of("Not Ready")
        refused = await http.patch(path, json={"status_id": ready, "sub_status_id": reason})
        assert _code(refused) == (400, 300)
        assert "must be Not Ready" in refused.json()["message"]
        body = {"status_id": not_ready, "sub_status_id": reason, "scheduled_start": "2026-01-01"}
        assert (await http.patch(path, json=body)).status_code == 204
        shown = (await http.get(f"{CENTER}/users/ann@example.com")).json()
        assert (shown["status_name"], shown["sub_status_name"]) == ("Not Ready", "Break")
        assert "scheduled_start" not in shown
        assert _code(await http.patch(f"{CENTER}/users/nobody/status", json=body)) == (404, 1001)


async def test_many_are_changed_in_one_request_of_at_most_twenty() -> None:
    async with zoom() as (sim, http):
        one = {"status_id": sim.center.id_of("Not Ready"), "sub_status_id": sim.center.id_of("Meal")}
        path = f"{CENTER}/users/status"
        both = [{"user_id": ANN} | one, {"user_email": "ben@example.com"} | one]
        assert (await http.patch(path, json={"users": both})).status_code == 204
        assert {sim.center.shown(who) for who in (ANN, BEN)} == {"Not Ready: Meal"}
        assert sim.center.shown(LEA) == "Ready"
        assert _code(await http.patch(path, json={"users": both * 11})) == (400, 301)
        assert _code(await http.patch(path, json={"users": [{"user_id": "nobody"} | one]})) == (404, 1012)


async def test_agents_act_through_the_control_plane_and_it_is_told() -> None:
    async with zoom() as (sim, http):
        for body in (
            {"status": "Not Ready", "reason": "Break"},
            {"status": "Offline"},
            {"status": "Ready", "engaged": True},
        ):
            answer = await http.post("/_sim/agent_status", json={"user_id": ANN} | body)
            assert answer.status_code == 200
        assert answer.json()["agent_status"] == "Occupied"
        told = [entry.what for entry in sim.journal.find("webhook")]
        changed = "contact_center.user_status_changed"
        assert told == [
            changed,
            "contact_center.user_logout",
            changed,
            "contact_center.user_login",
            changed,
            changed,
        ]
        last = sim.journal.find("webhook")[-1].body["payload"]["object"]
        assert (last["previous_status_name"], last["current_status_name"]) == ("Ready", "Occupied")
        wrong = await http.post("/_sim/agent_status", json={"user_id": ANN, "status": "Asleep"})
        assert wrong.status_code == 400


async def test_the_token_names_what_the_app_may() -> None:
    async with ZoomSimulator() as sim, httpx2.AsyncClient(base_url=sim.base_url, trust_env=False) as http:
        mine = sim.credentials
        form = {"grant_type": "account_credentials", "account_id": mine.account_id}
        auth = (mine.s2s_client_id, mine.s2s_client_secret)
        sim.faults.missing_scopes = {"contact_center:read:user:admin"}
        named = (await http.post("/oauth/token", data=form, auth=auth)).json()["scope"].split()
        assert "user:read:presence_status:admin" in named
        assert "contact_center:read:user:admin" not in named
        sim.open_points.names_scopes = False
        assert "scope" not in (await http.post("/oauth/token", data=form, auth=auth)).json()
