"""The simulator's own rules: limits, ownership, faults and the control plane."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from atdesk_genesys.simulator import GenesysSimulator, HttpFault, Limits, serve


class Caller:
    """A plain client with a token."""

    def __init__(self, sim: GenesysSimulator, http: httpx2.AsyncClient) -> None:
        self.sim = sim
        self.http = http

    async def sign_in(self) -> dict[str, str]:
        """A fresh token, as headers."""
        auth = (self.sim.client_id, self.sim.client_secret)
        answer = await self.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def channel(self, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """A fresh channel."""
        answer = await self.http.post("/api/v2/notifications/channels", headers=headers)
        body: dict[str, str] = answer.json()
        return body

    async def subscribe(
        self, channel: str, topics: list[str], query: str = "", **more: Any
    ) -> httpx2.Response:
        """PUT topics."""
        path = f"/api/v2/notifications/channels/{channel}/subscriptions{query}"
        return await self.http.put(path, json=[{"id": topic} for topic in topics], **more)


@pytest.fixture
async def caller(sim: GenesysSimulator) -> AsyncIterator[Caller]:
    async with httpx2.AsyncClient(base_url=sim.base_url) as http:
        made = Caller(sim, http)
        http.headers.update(await made.sign_in())
        yield made


@pytest.fixture
def topic(sim: GenesysSimulator) -> str:
    return f"v2.users.{next(iter(sim.world.agents))}"


async def test_credentials_in_the_form_do_too(sim: GenesysSimulator) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
    }
    async with httpx2.AsyncClient(base_url=sim.base_url) as http:
        good = await http.post("/oauth/token", data=form)
        bad = await http.post("/oauth/token", data=form | {"client_secret": "guess"})
        none = await http.get("/api/v2/systempresences")
    assert good.json()["expires_in"] == 86_399
    assert bad.status_code == sim.questions.bad_credentials_status
    assert (none.status_code, none.json()["code"]) == (401, "authentication.required")


async def test_the_21st_channel_evicts_the_least_recently_used_without_a_socket(caller: Caller) -> None:
    first, second, *_ = [await caller.channel() for _ in range(20)]
    async with connect(first["connectUri"]):
        await caller.channel()
        assert (await caller.http.head(f"/api/v2/notifications/channels/{first['id']}")).status_code == 200
        assert (await caller.http.head(f"/api/v2/notifications/channels/{second['id']}")).status_code == 404


async def test_a_foreign_token_does_not_find_the_channel(caller: Caller, topic: str) -> None:
    channel = await caller.channel()
    other = await caller.sign_in()
    refused = await caller.subscribe(channel["id"], [f"{topic}.activity"], headers=other)
    assert (refused.status_code, refused.json()["code"]) == (404, "entity.not.found")
    caller.sim.questions.renewed_token_keeps_channel = True
    assert (await caller.subscribe(channel["id"], [f"{topic}.activity"], headers=other)).status_code == 200


async def test_at_most_1000_topics_and_how_combined_ones_count(caller: Caller, topic: str) -> None:
    caller.sim.platform.channels._limits = Limits(topics=2)
    channel = (await caller.channel())["id"]
    combined = [f"{topic}?activity&presence&conversations"]
    assert (await caller.subscribe(channel, combined)).status_code == 200
    caller.sim.questions.combined_counts_once = False
    refused = await caller.subscribe(channel, combined)
    assert refused.json()["code"] == "notification.subscription.too.many.subscriptions"


async def test_refused_topics_fail_the_call_or_are_listed(caller: Caller, topic: str) -> None:
    caller.sim.settings.refused_topics.add("conversations")
    channel = (await caller.channel())["id"]
    topics = [f"{topic}?activity&conversations", "v2.users.nobody.activity"]
    assert (await caller.subscribe(channel, topics[:1])).json()["code"] == "notification.unauthorized.topic"
    assert (await caller.subscribe(channel, topics[1:])).json()["code"] == "notification.invalid.topic"
    entities = (await caller.subscribe(channel, topics, "?ignoreErrors=true")).json()["entities"]
    assert [(e["id"], e["state"]) for e in entities] == [
        (topics[0], "Permitted"),
        (f"{topic}.conversations", "Rejected"),
        (topics[1], "Rejected"),
    ]


async def test_a_second_socket_drops_the_first(caller: Caller) -> None:
    channel = await caller.channel()
    async with connect(channel["connectUri"]) as first, connect(channel["connectUri"]) as second:
        async with asyncio.timeout(5):
            await first.wait_closed()
        await second.send('{"message":"ping"}')
        assert json.loads(await second.recv())["eventBody"] == {"message": "pong"}


async def test_topics_over_the_socket(caller: Caller, topic: str) -> None:
    channel = await caller.channel()
    async with connect(channel["connectUri"]) as socket:
        answers = []
        for topics in ([f"{topic}.presence"], ["v2.users.nobody.presence"]):
            await socket.send(json.dumps({"message": "subscribe", "topics": topics}))
            answers.append(json.loads(await socket.recv()))
        assert [a["result"] for a in answers] == ["200", "400"]
        caller.sim.world.set_presence(topic.split(".")[2], "Meal")
        assert json.loads(await socket.recv())["topicName"] == f"{topic}.presence"


async def test_an_expired_channel_refuses_its_socket(caller: Caller) -> None:
    channel = await caller.channel()
    caller.sim.platform.expire_channels()
    with pytest.raises(InvalidStatus) as refused:
        async with connect(channel["connectUri"]):
            pass
    assert refused.value.response.status_code == 404


async def test_presence_and_routing_change_apart(caller: Caller, topic: str) -> None:
    channel = await caller.channel()
    await caller.subscribe(channel["id"], [f"{topic}?activity&routingStatus"])
    async with connect(channel["connectUri"]) as socket:
        caller.sim.world.set_presence(topic.split(".")[2], "On Queue")
        frames = [json.loads(await socket.recv())["eventBody"] for _ in range(3)]
    first, second, routing = frames
    assert first["presence"]["presenceDefinition"]["systemPresence"] == "ON_QUEUE"
    assert first["routingStatus"]["status"] == "OFF_QUEUE"
    assert second["routingStatus"]["status"] == routing["routingStatus"]["status"] == "IDLE"


async def test_it_never_removes_duplicates_for_its_client(caller: Caller) -> None:
    async with httpx2.AsyncClient() as http:
        for _ in range(2):
            await http.post(caller.sim.webhook_url, json={"message": "same"})
    assert [m.text for m in caller.sim.messages] == ["same", "same"]


async def test_the_control_plane(caller: Caller, sim: GenesysSimulator) -> None:
    http = caller.http
    who = next(iter(sim.world.agents.values()))
    await http.post(f"/_sim/agents/{who.name}/presence", json={"presence": "On Queue"})
    talk = (await http.post(f"/_sim/agents/{who.id}/call", json={"acw": True})).json()["conversation"]
    for act in ("answer", "hang_up", "finish_acw"):
        assert (await http.post(f"/_sim/calls/{talk}/{act}")).status_code == 200
    await http.post("/_sim/faults", json={"match": "systempresences", "status": 503})
    assert (await http.get("/api/v2/systempresences")).status_code == 503
    await http.post("/_sim/faults/socket", json={"drop": 3})
    assert sim.faults.socket.drop == 3
    await http.delete("/_sim/faults")
    assert sim.faults.socket.drop == 0
    log = (await http.get("/_sim/log", params={"match": "systempresences"})).json()
    assert [entry["status"] for entry in log] == [503]
    assert log[0]["at_s"] > 0
    shown = (await http.get("/_sim/agents")).json()[0]
    assert (shown["name"], shown["presence"]) == (who.name, "On Queue")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_sim/agents/Nobody/presence", {"presence": "Meal"}),
        ("/_sim/agents/Mira Halloran/presence", {"presence": "Napping"}),
        ("/_sim/agents/Mira Halloran/dance", {}),
        ("/_sim/calls/none/answer", {}),
        ("/_sim/faults", {"status": 503}),
        ("/_sim/faults", {"match": "(", "status": 503}),
        ("/_sim/faults", {"match": "x", "cut": "sideways"}),
        ("/_sim/faults/socket", {"explode": True}),
        ("/_sim/platform/explode", {}),
    ],
)
async def test_mistakes_at_the_control_plane_get_a_sentence(caller: Caller, path: str, body: object) -> None:
    answer = await caller.http.post(path, json=body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_fault_strikes_as_often_as_said() -> None:
    fault = HttpFault("GET /a", times=2)
    assert fault.times == 2
    with pytest.raises(ValueError, match="knows no"):
        HttpFault.parse({"match": "x", "bogus": 1})


async def test_serve_announces_once_and_stops_when_cancelled() -> None:
    said: list[Mapping[str, object]] = []
    running = asyncio.create_task(serve(0, said.append))
    async with asyncio.timeout(5):
        while not said:  # noqa: ASYNC110 - announce is a plain callback
            await asyncio.sleep(0.01)
    (line,) = said
    assert set(line) == {
        "platform", "base_url", "ws_url", "client_id", "client_secret",
        "ca_file", "control_url", "agents", "webhook_url", "page_client_id",
    }  # fmt: skip
    assert json.loads(json.dumps(line)) == line
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with httpx2.AsyncClient() as http:
        with pytest.raises(httpx2.ConnectError):
            await http.get(str(line["base_url"]))


async def test_a_taken_port_is_said(sim: GenesysSimulator) -> None:
    port = int(sim.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await GenesysSimulator(port).start()
