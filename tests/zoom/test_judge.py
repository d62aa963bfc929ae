"""The vendor's own client, `rtms` 1.1.0, judges the simulator: it joins it, and says what it saw."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import importlib.util
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from atdesk_zoom import vocabulary
from atdesk_zoom.simulator import Participant, Timing, ZoomSimulator, sample, serve
from atdesk_zoom.vocabulary import StopReason

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        importlib.util.find_spec("rtms") is None,
        reason="the vendor's client is not installed (linux x86-64 only): pip install rtms==1.1.0",
    ),
]

CLIENT = Path(__file__).with_name("judge_client.py")
PATIENCE_S = 20.0


class Crashed(Exception):
    """The vendor's client died of a signal: a fault of its own, which judges nothing of ours."""


def again_after_a_crash(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Run a test anew when the client crashed, at most twice more.

    `rtms` 1.1.0 ends with SIGSEGV in about one of seventy reconnects of its media connection, by itself.
    """

    @functools.wraps(test)
    async def running(*args: Any, **wanted: Any) -> None:
        for _ in range(2):
            with contextlib.suppress(Crashed):
                return await test(*args, **wanted)
        return await test(*args, **wanted)

    return running


class Judge:
    """A running official client, and what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[list[Any]] = []

    async def hears(self, kind: str, fits: Callable[[list[Any]], bool] = lambda line: True) -> list[Any]:
        """The next line of a kind that fits; lines before it are kept in `said`."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while raw := await self._process.stdout.readline():
                    if not raw.startswith(b"["):
                        continue  # the client's own log
                    line: list[Any] = json.loads(raw)
                    self.said.append(line)
                    if line[0] == kind and fits(line):
                        return line
                status = await self._process.wait()
                ended = f"it ended with {status}"
                if status < 0:
                    raise Crashed(ended)
        except TimeoutError:
            ended = f"it was heard for {PATIENCE_S:g} s"
        said = [line[:3] for line in self.said]
        raise AssertionError(f"the client never said {kind}; {ended}; it said {said}")


@asynccontextmanager
async def judge(folder: Path, ca_file: str = "", **wanted: Any) -> AsyncIterator[Judge]:
    """Run the official client against a signaling URL; it leaves at the end."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZM_RTMS")}
    if ca_file:
        environment["ZM_RTMS_CA"] = ca_file
    (folder / "logs").mkdir(exist_ok=True)  # where the client writes its own log
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CLIENT),
        json.dumps({"fps": 5, "codec": 5, "timeout_ms": 8000} | wanted),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    try:
        yield Judge(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5.0):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()


def invitation(sim: ZoomSimulator) -> dict[str, Any]:
    stream = sim.room.stream
    mine = sim.credentials
    ids = {"uuid": sim.room.meeting.uuid, "stream_id": stream.stream_id, "url": sim.room.server_url(stream)}
    return ids | {"client_id": mine.client_id, "client_secret": mine.client_secret}


@asynccontextmanager
async def meeting(
    *, secure: bool = False, keep_alive: float = 0.3
) -> AsyncIterator[tuple[ZoomSimulator, int]]:
    """A meeting with Ann in it, her camera on, and a stream that waits for its app."""
    async with ZoomSimulator(secure=secure, timing=Timing(keep_alive=keep_alive)) as sim:
        ann: Participant = await sim.room.join("Ann Agent", sample("a"), person_id=next(iter(sim.people)))
        sim.room.start_stream()
        yield sim, ann.user_id


def decoded(line: list[Any]) -> tuple[int, int]:
    """Width and height of the picture in a line of the client's."""
    image = cv2.imdecode(np.frombuffer(base64.b64decode(line[4]), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None, "the picture does not decode"
    return image.shape[1], image.shape[0]


@pytest.mark.parametrize("secure", [False, True], ids=["ws", "wss"])
async def test_it_joins_and_gets_pictures_of_one_participant(tmp_path: Path, secure: bool) -> None:
    async with (
        meeting(secure=secure) as (sim, ann),
        judge(tmp_path, str(sim.ca_file) if secure else "", **invitation(sim)) as client,
    ):
        await client.hears("joined", lambda line: line[1] == 0)
        await client.hears("session", lambda line: line[1] == 1)
        await client.hears("camera", lambda line: line[1:] == [[ann], True])
        await client.hears("subscribed", lambda line: line[1:] == [ann, 0])
        pictures = [await client.hears("picture") for _ in range(3)]
    assert ["user", 0, ann, "Ann Agent"] in client.said
    assert {tuple(line[1:3]) for line in pictures} == {(ann, "Ann Agent")}
    assert [decoded(line) for line in pictures] == [(360, 288)] * 3
    assert pictures[0][3] < pictures[1][3] < pictures[2][3]


async def test_it_takes_h264_where_it_asks_for_it(tmp_path: Path) -> None:
    async with meeting() as (sim, _), judge(tmp_path, fps=30, codec=7, **invitation(sim)) as client:
        picture = await client.hears("picture")
    assert base64.b64decode(picture[4]).startswith(b"\x00\x00\x00\x01")


async def test_it_answers_keep_alives_on_both_sockets(tmp_path: Path) -> None:
    """Each request comes back with the same sequence and timestamp, and the stream lives on."""
    async with meeting() as (sim, _), judge(tmp_path, **invitation(sim)) as client:
        for where in ("signaling", "media"):
            answers = await sim.journal.wait_entries(4, where, "13", "in")
            asked = {(one.body["sequence"], one.body["timestamp"]) for one in sim.journal.find(where, "12")}
            assert {(one.body["sequence"], one.body["timestamp"]) for one in answers} <= asked
        await client.hears("picture")
        assert not sim.room.stream.ended


async def test_it_sees_a_camera_go_off_and_on(tmp_path: Path) -> None:
    async with meeting() as (sim, ann), judge(tmp_path, **invitation(sim)) as client:
        await client.hears("picture")
        await sim.room.camera(ann, on=False)
        await client.hears("camera", lambda line: line[1:] == [[ann], False])
        before = len(sim.journal.find("media", "15"))
        await sim.journal.wait_entries(len(sim.journal.find("media", "12")) + 2, "media", "12")
        assert len(sim.journal.find("media", "15")) == before, "a camera that is off still sends"
        await sim.room.camera(ann, on=True)
        await client.hears("camera", lambda line: line[1:] == [[ann], True])
        await client.hears("picture")


async def test_it_sees_a_pause_and_its_end(tmp_path: Path) -> None:
    async with meeting() as (sim, _), judge(tmp_path, **invitation(sim)) as client:
        await client.hears("picture")
        await sim.room.stream.pause(on=True)
        await client.hears("session", lambda line: line[1] == 3)
        await sim.room.stream.pause(on=False)
        await client.hears("session", lambda line: line[1] == 4)
        await client.hears("picture")


async def test_a_wrong_secret_is_status_3(tmp_path: Path) -> None:
    async with (
        meeting() as (sim, _),
        judge(tmp_path, **(invitation(sim) | {"client_secret": "not it"})) as client,
    ):
        assert await client.hears("joined") == ["joined", 3]


async def test_an_unknown_stream_is_status_2(tmp_path: Path) -> None:
    async with (
        meeting() as (sim, _),
        judge(tmp_path, **(invitation(sim) | {"stream_id": "0" * 32})) as client,
    ):
        assert await client.hears("joined") == ["joined", 2]


async def test_a_missing_scope_leaves_the_video_url_out(tmp_path: Path) -> None:
    async with ZoomSimulator(scopes=frozenset({"audio"})) as sim:
        sim.room.start_stream()
        async with judge(tmp_path, timeout_ms=2000, **invitation(sim)) as client:
            assert (await client.hears("joined"))[1] != 0
    assert sim.journal.find("media") == []


@pytest.mark.parametrize("reason", [StopReason.MEETING_ENDED, StopReason.STREAM_REVOKED])
async def test_it_is_told_why_the_stream_stopped(tmp_path: Path, reason: StopReason) -> None:
    async with meeting() as (sim, _), judge(tmp_path, **invitation(sim)) as client:
        await client.hears("picture")
        await sim.room.stream.stop(reason)
        assert await client.hears("left") == ["left", int(reason)]


@again_after_a_crash
async def test_it_comes_back_after_its_media_connection_broke(tmp_path: Path) -> None:
    """It does the media handshake again, says ready again, and is told that the session is STARTED."""
    async with meeting() as (sim, _), judge(tmp_path, **invitation(sim)) as client:
        await client.hears("picture")
        sim.room.drop_media()
        await client.hears("session", lambda line: line[1] == 1)
        await sim.journal.wait_entries(2, "media", "3", "in")
        await sim.journal.wait_entries(2, "signaling", "7", "in")
        assert not sim.room.stream.ended


async def test_it_joins_what_serve_announces(tmp_path: Path) -> None:
    """The announcement alone is enough, as often as one likes."""
    announced: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(serve(0, announced.set_result))
    try:
        async with asyncio.timeout(PATIENCE_S):
            told = await announced
        wanted = {key: told[key] for key in ("client_id", "client_secret")} | {"url": told["ws_url"]}
        wanted |= {"uuid": told["meeting"]["uuid"], "stream_id": told["meeting"]["stream_id"]}
        for _ in range(2):
            async with judge(tmp_path, **wanted) as client:
                picture = await client.hears("picture")
                assert picture[1:3] == list(told["meeting"]["participants"][0].values())
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_our_numbers_are_the_clients_numbers() -> None:
    """Every name of ours that the client has, too, has the same number there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CLIENT), "constants", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    theirs = {
        line[1]: line[2] for line in map(json.loads, filter(lambda raw: raw[:1] == b"[", output.split(b"\n")))
    }
    same_names = ("MessageType", "StopReason", "SessionState", "StreamState", "EventType", "DataOption")
    names = dict(zip(same_names, same_names, strict=True))
    names |= {"MediaDataType": "MediaType", "VideoCodec": "Codec", "VideoResolution": "Resolution"}
    for their_name, our_name in names.items():
        ours = {member.name: int(member) for member in getattr(vocabulary, our_name)}
        shared = {key: value for key, value in theirs[their_name].items() if key in ours}
        assert shared == {key: ours[key] for key in shared}
        assert len(shared) == len(ours), f"{our_name} has names that the client does not know"
