"""Many open pages in one process of their own, for the benchmark `page`.

Reads one line of JSON from standard input: `url`, `tab`, `tokens` (one a page), `first` (how many to open
before the others), `frames` (whether each page has its second socket, as where policy lets its camera be
used; the camera itself is not allowed, so that nothing is looked at and the page is idle). Opens these, says
`open`, opens the rest at the next line, says `open` again, and keeps all alive until its input ends.
"""

import asyncio
import contextlib
import json
import sys
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

PROTOCOL = websockets.Subprotocol("atdesk.page.v1")
FRAMES = websockets.Subprotocol("atdesk.frames.v1")
BEAT_S = 4.0


async def _page(task: dict[str, Any], token: str, is_open: asyncio.Event) -> None:
    hello = {"t": "hello", "v": 1, "token": token, "tab": task["tab"]}
    async with contextlib.AsyncExitStack() as stack:
        socket = await stack.enter_async_context(
            connect(f"{task['url']}/live", subprotocols=[PROTOCOL], compression=None)
        )
        await socket.send(json.dumps(hello))
        tasks = [asyncio.create_task(_beat(socket))]
        if task["frames"]:
            frames = await stack.enter_async_context(
                connect(f"{task['url']}/frames", subprotocols=[FRAMES], compression=None)
            )
            await frames.send(json.dumps(hello | {"source": "page", "client": {}}))
            await frames.send(json.dumps({"t": "gap", "reason": "denied"}))
            tasks.append(asyncio.create_task(_answering(frames)))
        try:
            async for text in socket:
                await _heed(socket, json.loads(text), is_open)
        finally:
            for one in tasks:
                one.cancel()


async def _answering(frames: ClientConnection) -> None:
    async for text in frames:
        if json.loads(text)["t"] == "ping":
            await frames.send(json.dumps({"t": "pong"}))


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
        pages.append(asyncio.create_task(_page(task, token, is_open)))
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
