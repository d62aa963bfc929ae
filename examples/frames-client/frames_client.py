"""Sends frames to atdesk over `atdesk.frames.v1`: a folder of JPEGs or an MJPEG file, at the server's pace.

One file, and `websockets` alone: to read beside docs/frames.md, and to start a forwarder of your own from.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import struct
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

HEADER = struct.Struct("<4sBBHHHIIQI")
SIZES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
# After these it does not help to try again by itself (docs/frames.md, close codes).
FINAL = frozenset({4400, 4401, 4403, 4409, 4429})


def pictures_of(path: Path) -> list[bytes]:
    """The JPEGs of a folder by name, or those that an MJPEG file is made of."""
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in (".jpg", ".jpeg"))
        found = [one.read_bytes() for one in files]
    else:
        found = list(split_mjpeg(path.read_bytes()))
    if not found:
        raise SystemExit(f"{path}: no JPEG in it")
    return found


def split_mjpeg(data: bytes) -> Iterator[bytes]:
    """From each start of a picture (FF D8 FF) to its end (FF D9)."""
    begin = data.find(b"\xff\xd8\xff")
    while begin >= 0:
        end = data.find(b"\xff\xd9", begin)
        if end < 0:
            return
        yield data[begin : end + 2]
        begin = data.find(b"\xff\xd8\xff", end)


def size_of(jpeg: bytes) -> tuple[int, int]:
    """(width, height) as the JPEG's own header says."""
    at = 2
    while jpeg[at + 1] not in SIZES:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    height, width = struct.unpack(">HH", jpeg[at + 5 : at + 9])
    return width, height


def frame(jpeg: bytes, look: int, seq: int) -> bytes:
    """The 32 bytes, and the picture."""
    width, height = size_of(jpeg)
    captured_us = time.time_ns() // 1000
    return HEADER.pack(b"ADF1", 1, 0, 32, width, height, look, seq, captured_us, len(jpeg)) + jpeg


class Tokens:
    """Asks the service for a token, one for each stream."""

    def __init__(self, given: argparse.Namespace) -> None:
        platform, tenant, external_id = given.account.split(":", 2)
        self._url = given.url.replace("ws", "http", 1) + "/tokens"
        self._secret = os.environ.get("ATDESK_FORWARDER_SECRET", "")
        self._body = {
            "account": {"platform": platform, "tenant": tenant, "external_id": external_id},
            "meeting": {
                "id": given.meeting,
                "participants": given.participants,
                "outside_guests": given.guests,
                "people_told": given.people_told,
            },
        }

    async def next(self) -> str:
        """A token; the exit of the program when there is none."""
        return await asyncio.to_thread(self._ask)

    def _ask(self) -> str:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._url, json.dumps(self._body).encode(), headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  (the service's own address)
                return str(json.load(answer)["token"])
        except urllib.error.HTTPError as error:
            raise SystemExit(f"no token: {error.code} {error.read().decode()}") from None


class Stream:
    """One connection."""

    def __init__(self, socket: ClientConnection, tokens: Tokens, pictures: Iterator[bytes]) -> None:
        self._socket = socket
        self._tokens = tokens
        self._pictures = pictures
        self._seq = itertools.count(1)
        self._fps = 1.0
        self._sending: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until the server closes."""
        token = await self._tokens.next()
        await self._say(t="hello", v=1, source="forwarder", token=token, client={"name": "frames-client"})
        try:
            async for text in self._socket:
                await self._heed(json.loads(text))
        finally:
            await self._close_camera()

    async def _heed(self, message: dict[str, Any]) -> None:
        if message["t"] != "ping":
            print("<", json.dumps(message), flush=True)
        match message["t"]:
            case "look_start":
                await self._close_camera()
                self._fps = message["fps"]
                await self._say(t="opened", look_id=message["look_id"])
                self._sending = asyncio.create_task(self._send(message["look"], message["max_frames"]))
            case "look_end":
                await self._close_camera()
            case "pace":
                self._fps = message["fps"]
            case "ping":
                await self._say(t="pong")
            case "reauth":
                await self._say(t="token", token=await self._tokens.next())

    async def _send(self, look: int, max_frames: int) -> None:
        """Where your camera goes."""
        for _ in range(max_frames):
            number = next(self._seq)
            await self._socket.send(frame(next(self._pictures), look, number))
            print(f"> frame {number} for look {look}", flush=True)
            await asyncio.sleep(1 / self._fps)

    async def _close_camera(self) -> None:
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, websockets.ConnectionClosed):
                await sending

    async def _say(self, **message: object) -> None:
        await self._socket.send(json.dumps(message))


async def forward(given: argparse.Namespace) -> int:
    """Connect, and connect again, later after each failure, until that makes no sense any more."""
    pictures, tokens = itertools.cycle(pictures_of(given.pictures)), Tokens(given)
    for wait_s in itertools.chain((1, 2, 4, 8, 16), itertools.repeat(30)):
        code = None
        try:
            protocols = [websockets.Subprotocol("atdesk.frames.v1")]
            async with connect(given.url, subprotocols=protocols, compression=None) as socket:
                with contextlib.suppress(websockets.ConnectionClosed):
                    await Stream(socket, tokens, pictures).run()
            code = socket.close_code
            print(f"closed: {code}", flush=True)
        except (OSError, websockets.InvalidHandshake) as error:
            print(f"not connected: {error}", flush=True)
        if given.once or code in FINAL:
            break
        await asyncio.sleep(wait_s)
    return 1


def main() -> int:
    """0: stopped with Ctrl-C. 1: the server does not want us."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="ws://127.0.0.1:8765/frames")
    parser.add_argument("pictures", type=Path, help="a folder of JPEGs, or an MJPEG file")
    parser.add_argument("--account", required=True, metavar="PLATFORM:TENANT:ID", help="whose camera it is")
    parser.add_argument("--meeting", required=True, metavar="ID", help="in which meeting")
    parser.add_argument("--participants", type=int, help="how many are in it; left out: not known")
    parser.add_argument("--guests", action=argparse.BooleanOptionalAction, help="whether any is a guest")
    parser.add_argument("--people-told", action="store_true", help="the platform tells everyone about apps")
    parser.add_argument("--once", action="store_true", help="do not connect again")
    try:
        return asyncio.run(forward(parser.parse_args()))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
