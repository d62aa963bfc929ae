"""The simulator keeps Zoom's own rules, so that breaking one shows here and not at a customer's."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from atdesk_zoom import protocol
from atdesk_zoom.signature import handshake_signature
from atdesk_zoom.simulator import Timing, Video, ZoomSimulator, sample, serve
from atdesk_zoom.simulator.footage import SAMPLES, as_footage
from atdesk_zoom.vocabulary import StopReason
from tests.zoom.running import ANN, BEN, jpeg


@asynccontextmanager
async def zoom(**timing: Any) -> AsyncIterator[tuple[ZoomSimulator, httpx2.AsyncClient]]:
    async with (
        ZoomSimulator(timing=Timing(**timing)) as sim,
        httpx2.AsyncClient(base_url=sim.base_url, trust_env=False) as http,
    ):
        yield sim, http


async def token(http: httpx2.AsyncClient, sim: ZoomSimulator) -> dict[str, str]:
    mine = sim.credentials
    form = {"grant_type": "account_credentials", "account_id": mine.account_id}
    answer = await http.post("/oauth/token", data=form, auth=(mine.s2s_client_id, mine.s2s_client_secret))
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


# ---- REST ------------------------------------------------------------------------------------------------


async def test_presence_is_set_once_a_minute_and_echoed() -> None:
    async with zoom() as (sim, http):
        login, path = await token(http, sim), f"/v2/users/{ANN}/presence_status"
        first = await http.put(path, json={"status": "Away"}, headers=login)
        again = await http.put(path, json={"status": "Available"}, headers=login)
        assert (first.status_code, again.status_code) == (204, 429)
        assert (await http.get(path, headers=login)).json() == {"status": "Away"}
        (echo,) = sim.journal.find("webhook", "user.presence_status_updated")
        assert echo.body["payload"]["object"]["presence_status"] == "Away"


async def test_presence_has_preconditions() -> None:
    async with zoom(presence_gap=0.001) as (sim, http):
        login, path = await token(http, sim), f"/v2/users/{ANN}/presence_status"
        sim.presences.set(sim.people[ANN], "In_Meeting")
        refused = await http.put(path, json={"status": "Away"}, headers=login)
        assert (refused.status_code, refused.json()["code"]) == (400, 5301)
        sim.open_points.away_in_meeting = True
        assert (await http.put(path, json={"status": "Away"}, headers=login)).status_code == 204
        sim.people[ANN].signed_in = False
        await asyncio.sleep(0.002)
        assert (await http.put(path, json={"status": "Away"}, headers=login)).json()["code"] == 5301
        nobody = await http.get("/v2/users/nobody/presence_status", headers=login)
        assert (nobody.status_code, nobody.json()["code"]) == (404, 1001)


async def test_a_token_ends() -> None:
    async with zoom(token_life=0.2) as (sim, http):
        login = await token(http, sim)
        assert (await http.get(f"/v2/users/{ANN}", headers=login)).status_code == 200
        await asyncio.sleep(0.25)
        assert (await http.get(f"/v2/users/{ANN}", headers=login)).status_code == 401


async def test_only_the_host_and_those_who_joined_may_start_a_stream() -> None:
    async with zoom() as (sim, http):
        login = await token(http, sim)
        path = f"/v2/live_meetings/{sim.room.meeting.number}/rtms_app/status"
        settings = {"participant_user_id": BEN, "client_id": sim.credentials.client_id}
        refused = await http.patch(path, json={"action": "start", "settings": settings}, headers=login)
        assert refused.json()["code"] == 2308
        await sim.room.join("Ben Brook", [jpeg(1)], person_id=BEN)
        for action, state in (("start", "INACTIVE"), ("pause", "PAUSED"), ("stop", "TERMINATED")):
            body = {"action": action, "settings": settings}
            assert (await http.patch(path, json=body, headers=login)).status_code == 204
            assert sim.room.stream.state.name == state


# ---- webhooks --------------------------------------------------------------------------------------------


async def test_a_webhook_is_retried_three_times_and_no_more() -> None:
    async with zoom(webhook_retries=(0.05, 0.05, 0.05)) as (sim, _):
        sim.webhooks.url = "http://127.0.0.1:9/nobody"
        sim.room.start_stream()
        await sim.journal.wait_entries(4, "webhook", "meeting.rtms_started")
        await asyncio.sleep(0.2)
        assert len(sim.journal.find("webhook", "meeting.rtms_started")) == 4


# ---- RTMS ------------------------------------------------------------------------------------------------


class App:
    """A bare client, for what neither the adapter nor the vendor's client would send."""

    def __init__(self, sim: ZoomSimulator) -> None:
        self.sim, self.stream = sim, sim.room.stream
        mine = sim.credentials
        uuid = sim.room.meeting.uuid
        self.identity = protocol.Identity(mine.client_id, mine.client_secret, uuid, self.stream.stream_id)

    @asynccontextmanager
    async def signaling(self) -> AsyncIterator[ClientConnection]:
        async with connect(self.sim.room.server_url(self.stream), proxy=None) as socket:
            assert await status(socket, self.identity.signaling_request()) == 0
            yield socket

    @asynccontextmanager
    async def media(self) -> AsyncIterator[ClientConnection]:
        async with connect(f"{self.sim.address(secure=False)}/media/1/video", proxy=None) as socket:
            yield socket


async def told(socket: ClientConnection, kind: int) -> dict[str, Any]:
    """The next message of a type."""
    async with asyncio.timeout(5):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["msg_type"] == kind:
                return message


async def status(socket: ClientConnection, request: str) -> int:
    """The status that a request gets."""
    await socket.send(request)
    async with asyncio.timeout(5):
        while True:
            message = json.loads(await socket.recv())
            if "status_code" in message:
                return int(message["status_code"])


@asynccontextmanager
async def rtms(**timing: Any) -> AsyncIterator[tuple[ZoomSimulator, App, int]]:
    async with ZoomSimulator(timing=Timing(**timing)) as sim:
        ann = await sim.room.join("Ann Agent", [jpeg(90)], person_id=ANN)
        sim.room.start_stream()
        yield sim, App(sim), ann.user_id


async def test_there_is_one_signaling_and_one_video_connection() -> None:
    async with rtms() as (sim, app, _), app.signaling(), app.media() as media:
        assert await status(media, app.identity.media_request(5)) == 0
        async with app.media() as second:
            assert await status(second, app.identity.media_request(5)) == 16
        async with connect(sim.room.server_url(app.stream), proxy=None) as second:
            assert await status(second, app.identity.signaling_request()) == 8


async def test_media_needs_signaling_first_and_ready_needs_media() -> None:
    async with rtms() as (_, app, _):
        async with app.media() as media:
            assert await status(media, app.identity.media_request(5)) == 2
        async with app.signaling() as signaling:
            assert await status(signaling, app.identity.ready()) == 41


@pytest.mark.parametrize(
    ("video", "expected"),
    [
        ({"content_type": 5}, 26),
        ({"codec": 1}, 27),
        ({"resolution": 9}, 28),
        ({"data_opt": 5}, 29),
        ({"codec": 5, "fps": 6}, 30),
        ({"codec": 5, "fps": 25}, 30),
        ({"codec": 7, "fps": 5}, 30),
        ({"codec": "JPG"}, 25),
        ({"codec": 7, "fps": 30}, 0),
        ({"fps": 30}, 0),
        ({}, 0),
    ],
)
async def test_video_parameters_are_checked(video: dict[str, Any], expected: int) -> None:
    async with rtms() as (_, app, _), app.signaling(), app.media() as media:
        asked = json.loads(app.identity.media_request(5)) | {"media_params": {"video": video}}
        assert await status(media, json.dumps(asked)) == expected


async def test_what_was_not_granted_is_refused() -> None:
    async with rtms() as (_, app, _), app.signaling():
        for media_type, expected in ((1, 9), (8, 12), (3, 14)):
            async with app.media() as media:
                asked = json.loads(app.identity.media_request(5)) | {"media_type": media_type}
                assert await status(media, json.dumps(asked)) == expected


async def test_another_message_or_meeting_or_signature_is_refused() -> None:
    async with rtms() as (sim, app, _):
        url, good = sim.room.server_url(app.stream), json.loads(app.identity.signaling_request())
        mine = sim.credentials
        foreign = handshake_signature(mine.client_id, mine.client_secret, "other", app.stream.stream_id)
        for change, expected in (
            ({"msg_type": 3}, 1),
            ({"rtms_stream_id": "none"}, 2),
            ({"signature": "0" * 64}, 3),
            ({"meeting_uuid": "other", "signature": foreign}, 3),
            ({"meeting_uuid": ""}, 4),
        ):
            async with connect(url, proxy=None) as socket:
                assert await status(socket, json.dumps(good | change)) == expected


async def test_the_slot_has_its_rules() -> None:
    """None before 28; the same person twice is 44; a camera that is off is refused."""
    async with rtms() as (sim, app, ann), app.signaling() as signaling, app.media() as media:
        await status(media, app.identity.media_request(5))
        await signaling.send(app.identity.ready())
        give = protocol.subscribe_video(ann, on=True, at_ms=1)
        assert await status(signaling, give) == 0
        assert (await told(media, 15))["content"]["user_id"] == ann
        assert await status(signaling, give) == 44
        assert await status(signaling, protocol.subscribe_video(ann + 1, on=True, at_ms=1)) == 4
        await sim.room.camera(ann, on=False)
        assert await status(signaling, give) == 4


async def test_a_camera_may_come_back_by_itself() -> None:
    async with rtms() as (sim, app, ann), app.signaling() as signaling, app.media() as media:
        sim.open_points.resume_by_itself = True
        await status(media, app.identity.media_request(5))
        await signaling.send(app.identity.ready())
        assert await status(signaling, protocol.subscribe_video(ann, on=True, at_ms=1)) == 0
        await sim.room.camera(ann, on=False)
        await sim.room.camera(ann, on=True)
        await told(media, 15)


async def test_the_active_speaker_is_shown_only_where_asked_for() -> None:
    async with rtms() as (sim, app, ann), app.signaling() as signaling, app.media() as media:
        asked = json.loads(app.identity.media_request(5))
        asked["media_params"]["video"]["data_opt"] = 3
        await status(media, json.dumps(asked))
        await signaling.send(app.identity.ready())
        await sim.room.speak(ann)
        assert (await told(media, 15))["content"]["user_id"] == ann


@pytest.mark.parametrize(("codec", "fps", "begins"), [(7, 30, b"\x00\x00\x00\x01"), (6, 5, b"\x89PNG")])
async def test_pictures_come_in_the_codec_that_was_agreed(codec: int, fps: int, begins: bytes) -> None:
    async with rtms() as (sim, app, ann), app.signaling() as signaling, app.media() as media:
        sim.room.play(ann, sample("a"))
        asked = json.loads(app.identity.media_request(5))
        asked["media_params"]["video"] |= {"codec": codec, "fps": fps}
        assert await status(media, json.dumps(asked)) == 0
        await signaling.send(app.identity.ready())
        assert await status(signaling, protocol.subscribe_video(ann, on=True, at_ms=1)) == 0
        for _ in range(3):
            content = (await told(media, 15))["content"]
            assert base64.b64decode(content["data"]).startswith(begins)


async def test_states_are_told_when_asked() -> None:
    async with rtms() as (_, app, _), app.signaling() as signaling:
        await signaling.send(json.dumps({"msg_type": 19, "rtms_stream_id": app.stream.stream_id}))
        assert (await told(signaling, 20))["state"] == 0
        await signaling.send(json.dumps({"msg_type": 10, "rtms_session_id": app.stream.session_id}))
        assert (await told(signaling, 11))["state"] == 1


async def test_an_app_may_close_the_stream() -> None:
    async with rtms() as (sim, app, _), app.signaling() as signaling:
        assert await status(signaling, app.identity.close_request()) == 0
        assert (await told(signaling, 8))["reason"] == StopReason.RECEIVER_REQUEST_CLOSE
        (stopped,) = await sim.journal.wait_entries(1, "webhook", "meeting.rtms_stopped")
        assert stopped.body["payload"]["stop_reason"] == StopReason.RECEIVER_REQUEST_CLOSE


@pytest.mark.parametrize("starved", [True, False], ids=["keep-alives unanswered", "socket closed"])
async def test_an_app_that_does_not_come_back_loses_the_stream(starved: bool) -> None:
    """Three keep-alives without an answer, or a closed socket: interrupted, a wait, and the end."""
    async with rtms(keep_alive=0.05, signaling_return=0.3) as (sim, app, _):
        async with app.signaling() as signaling:
            if starved:
                await sim.journal.wait_entries(1, "webhook", "meeting.rtms_interrupted")
                assert len(sim.journal.find("signaling", "12", "out")) == 3
            await signaling.close()
        (stopped,) = await sim.journal.wait_entries(1, "webhook", "meeting.rtms_stopped")
        expected = StopReason.KEEP_ALIVE_TIMEOUT if starved else StopReason.AWAIT_RECONNECTION_TIMEOUT
        assert stopped.body["payload"]["stop_reason"] == expected
        async with connect(sim.room.server_url(app.stream), proxy=None) as socket:
            assert await status(socket, app.identity.signaling_request()) == 2


# ---- footage, control plane, service ----------------------------------------------------------------------


def test_footage_is_a_path_pictures_or_a_function(tmp_path: Path) -> None:
    assert as_footage(lambda at_s: b"%d" % at_s).jpeg(3.0, (640, 360)) == b"3"
    assert as_footage([b"a", b"b"]).jpeg(0.2, (640, 360)) == b"b"
    assert isinstance(as_footage(str(SAMPLES / "person_a.mp4")), Video)
    wrongs: tuple[object, ...] = (tmp_path / "none.mp4", [], 7)
    for wrong in wrongs:
        with pytest.raises(ValueError, match=r"footage|picture|file"):
            as_footage(wrong)


def test_a_video_plays_in_a_loop_and_fits_its_box() -> None:
    clip = sample("b")
    first, later = clip.jpeg(0.0, (640, 360)), clip.jpeg(1.0, (640, 360))
    assert first != later
    assert clip.jpeg(3.0, (640, 360)) == first
    assert len(clip.jpeg(0.0, (120, 90))) < len(first)


def test_the_sample_footage_names_its_source_and_licence() -> None:
    sources = (SAMPLES / "SOURCES.md").read_text(encoding="utf-8")
    for clip in SAMPLES.glob("*.mp4"):
        assert clip.name in sources
        assert clip.stat().st_size < 100_000
    assert "CC BY 4.0" in sources


async def test_the_control_plane_moves_the_world() -> None:
    async with zoom() as (sim, http):
        ann = (await http.post("/_sim/participants", json={"name": "Ann", "person_id": ANN})).json()
        path = f"/_sim/participants/{ann['user_id']}"
        changed = (await http.post(path, json={"camera": False, "frozen": True, "name": "Lea"})).json()
        assert (changed["camera"], changed["frozen"], changed["name"]) == (False, True, "Lea")
        for what in ("start", "pause", "resume", "stop"):
            assert (await http.post("/_sim/stream", json={"do": what})).status_code == 200
        assert (await http.post("/_sim/faults", json={"too_many": 2})).status_code == 200
        assert (await http.post("/_sim/timing", json={"keep_alive": 1})).status_code == 200
        assert (await http.post("/_sim/open_points", json={"replay_joins": False})).status_code == 200
        presence = {"user_id": ANN, "status": "Do_Not_Disturb"}
        assert (await http.post("/_sim/presence", json=presence)).json()["presence"] == "Do_Not_Disturb"
        state = (await http.get("/_sim")).json()
        assert [one["state"] for one in state["streams"]] == ["TERMINATED"]
        log = (await http.get("/_sim/log", params={"where": "webhook"})).json()
        assert [entry["what"] for entry in log][-1] == "user.presence_status_updated"
        assert sim.faults.too_many == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("stream", {"do": "dance"}),
        ("stream", {"do": "pause"}),
        ("faults", {"gravity": True}),
        ("faults", {"too_many": "many"}),
        ("timing", {"keep_alive": -1}),
        ("timing", {"webhook_retries": 1}),
        ("participants/7", {"camera": True}),
        ("participants", {"name": "X", "footage": "nowhere.mp4"}),
        ("click", {"message_id": "none", "value": "x", "user_id": ANN}),
        ("presence", {"user_id": "nobody"}),
    ],
)
async def test_the_control_plane_says_what_is_wrong(path: str, body: dict[str, Any]) -> None:
    async with zoom() as (_, http):
        answer = await http.post(f"/_sim/{path}", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]


async def test_serve_announces_a_running_meeting_and_ends_when_cancelled() -> None:
    announced: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(serve(0, announced.set_result))
    async with asyncio.timeout(10):
        known = await announced
        async with httpx2.AsyncClient(trust_env=False) as http:
            state = (await http.get(known["control_url"])).json()
    numbers = [one["user_id"] for one in known["meeting"]["participants"]]
    assert numbers == [one["user_id"] for one in state["participants"]]
    assert known["meeting"]["stream_id"] == state["streams"][0]["stream_id"]
    assert known["ws_url"].startswith("ws://127.0.0.1:")
    assert {"platform", "base_url", "client_id", "client_secret", "ca_file", "agents"} <= set(known)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(OSError, match=r"."):
        await asyncio.open_connection("127.0.0.1", int(known["base_url"].rpartition(":")[2]))
