"""Many open pages in one process of their own, for the benchmark `page`.

Reads one line of JSON from standard input: `url`, `tab`, `tokens` (one a page), `first` (how many to open
before the others). Opens these, says `open`, opens the rest at the next line, says `open` again, and keeps
all of them alive until its input ends.
"""

import asyncio
import contextlib
import json
import sys
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

PROTOCOL = websockets.Subprotocol("atdesk.page.v1")
BEAT_S = 4.0


async def _page(url: str, token: str, tab: str, is_open: asyncio.Event) -> None:
    async with connect(url, subprotocols=[PROTOCOL], compression=None) as socket:
        await socket.send(json.dumps({"t": "hello", "v": 1, "token": token, "tab": tab}))
        beat = asyncio.create_task(_beat(socket))
        try:
            async for text in socket:
                await _heed(socket, json.loads(text), is_open)
        finally:
            beat.cancel()


async def _heed(socket: ClientConnection, message: dict[str, Any], is_open: asyncio.Event) -> None:
    if message["t"] == "me":
        is_open.set()
    elif message["t"] == "look_begins":
        await socket.send(json.dumps({"t": "shown", "look_id": message["look_id"]}))
    elif message["t"] == "notice":
        await socket.send(json.dumps({"t": "seen", "notice_id": message["notice"]["notice_id"]}))


async def _beat(socket: ClientConnection) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        await socket.send('{"t":"alive"}')


async def _open(task: dict[str, Any], tokens: list[str]) -> list[asyncio.Task[None]]:
    pages = []
    for token in tokens:
        is_open = asyncio.Event()
        pages.append(asyncio.create_task(_page(task["url"], token, task["tab"], is_open)))
        async with asyncio.timeout(30):
            await is_open.wait()
    print("open", flush=True)
    return pages


async def _all(task: dict[str, Any]) -> None:
    first = task["first"]
    pages = await _open(task, task["tokens"][:first])
    await asyncio.to_thread(sys.stdin.readline)
    pages += await _open(task, task["tokens"][first:])
    await asyncio.to_thread(sys.stdin.read)
    for page in pages:
        page.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*pages, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_all(json.loads(sys.stdin.readline())))
