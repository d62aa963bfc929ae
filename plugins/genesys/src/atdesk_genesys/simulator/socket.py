"""The notification socket: events out, heartbeats, pings answered, subscribing over the socket too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from atdesk_genesys.simulator.channels import Channel, Link, Refused
from atdesk_genesys.simulator.platform import Platform
from atdesk_sdk.simulating.connections import Connections

#: Frames the platform says of itself; their text is what the official clients match.
HEARTBEAT = {"topicName": "channel.metadata", "eventBody": {"message": "WebSocket Heartbeat"}}
PONG = {"topicName": "channel.metadata", "eventBody": {"message": "pong"}}


class SocketSide:
    """Serves `/channels/{id}`: no headers, no subprotocol, no token; the channel's id is the secret."""

    def __init__(self, platform: Platform, connections: Connections) -> None:
        self._platform = platform
        self._connections = connections

    def routes(self) -> list[WebSocketRoute]:
        """Give the one route."""
        return [WebSocketRoute("/channels/{channel}", self.serve)]

    async def serve(self, websocket: WebSocket) -> None:
        """Run one socket until it is closed from either side, or replaced by a newer one."""
        platform = self._platform
        channel = platform.channels.find(websocket.path_params["channel"])
        if platform.faults.socket.refuse > 0:
            platform.faults.socket.refuse -= 1
            channel = None
        if channel is None:
            platform.journal.note("socket_refused", websocket.path_params["channel"], status=404)
            await websocket.send_denial_response(Response(status_code=404))
            return
        await websocket.accept()
        link = platform.channels.attach(channel)
        platform.journal.note("socket_open", channel.id, status=101)
        try:
            await _first_of(
                self._send(websocket, link), self._receive(websocket, channel), self._beat(link), _end(link)
            )
            await self._close(websocket, link)
        finally:
            if channel.link is link:
                channel.link = None
            platform.journal.note("socket_close", channel.id, status=link.code)

    async def _send(self, websocket: WebSocket, link: Link) -> None:
        while True:
            frame = await link.frames.get()
            if not self._platform.faults.socket.mute:
                await websocket.send_text(json.dumps(frame))

    async def _beat(self, link: Link) -> None:
        while True:
            await asyncio.sleep(self._platform.limits.heartbeat_s)
            link.send(HEARTBEAT)

    async def _receive(self, websocket: WebSocket, channel: Channel) -> None:
        while True:
            try:
                text = await websocket.receive_text()
            except (WebSocketDisconnect, KeyError):
                return
            said = _parsed(text)
            self._platform.journal.note("socket_message", channel.id, body=said)
            answer = self._reply(channel, said)
            if answer is not None and channel.link is not None:
                channel.link.send(answer)

    def _reply(self, channel: Channel, said: Any) -> dict[str, Any] | None:
        """Answer a ping or a subscription; shapes of the latter are known from a third party only [GN]."""
        if not isinstance(said, dict):
            return {"result": "400", "status": "error", "message": "JSON expected"}
        if said.get("message") == "ping":
            return PONG
        if said.get("message") != "subscribe":
            return {"result": "400", "status": "error", "message": "unknown message"}
        if self._platform.channels.find(channel.id) is None:
            return {"result": "404", "message": "channel not found"}
        try:
            topics = [str(topic) for topic in said.get("topics", [])]
            self._platform.channels.subscribe(channel, topics, replace=False, ignore_errors=False)
        except Refused as refused:
            return {"result": "400", "status": "failure", "message": str(refused)}
        return {"result": "200", "status": "subscribed"}

    async def _close(self, websocket: WebSocket, link: Link) -> None:
        if link.abort and websocket.client is not None:
            self._connections.abort(websocket.client)
        elif link.ended.is_set():
            await websocket.close(link.code)


async def _end(link: Link) -> None:
    await link.ended.wait()


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until the first ends, then stop the rest; a peer that went away is an end too."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
