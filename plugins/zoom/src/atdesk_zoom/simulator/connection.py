"""One RTMS WebSocket as the simulator sees it: JSON in and out, faults applied, life checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from atdesk_zoom.simulator.faults import Faults
from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.timing import Timing, now_ms
from atdesk_zoom.vocabulary import MessageType

#: So many keep-alives may go unanswered [D-EV].
MISSES = 3


class Socket:
    """A signaling or media connection.

    Attributes:
        name: `signaling` or `media`.
        starved: Whether it ended because keep-alives went unanswered.
    """

    def __init__(self, connection: ServerConnection, name: str, journal: Journal, faults: Faults) -> None:
        self._connection, self.name = connection, name
        self._journal, self._faults = journal, faults
        self._unanswered = 0
        self.starved = False

    @property
    def generation(self) -> str:
        """Which server the URL belongs to: `/signaling/1`, `/media/1/video`; empty when the path has none."""
        request = self._connection.request
        parts = request.path.split("/") if request else []
        return parts[2] if len(parts) > 2 else ""

    @property
    def secure(self) -> bool:
        """Whether the connection is TLS."""
        return self._connection.transport.get_extra_info("ssl_object") is not None

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message; a peer that is gone is no error here."""
        if self._faults.string_user_ids:
            message = _with_text_ids(message)
        text = json.dumps(message)
        try:
            await self._connection.send(text.encode() if self._faults.binary_frames else text)
        except ConnectionClosed:
            return
        self._journal.add("out", self.name, str(message.get("msg_type")), message)

    async def send_junk(self) -> None:
        """Send a message type nobody knows, and a frame that is no JSON."""
        await self.send({"msg_type": 99, "content": {"note": "from the future"}})
        try:
            await self._connection.send("this is no JSON {")
        except ConnectionClosed:
            return

    async def first(self, timeout_s: float) -> dict[str, Any] | None:
        """The first message, or None when none came in time or the peer left."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._next()
        except TimeoutError:
            return None

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """What arrives, until the connection ends; keep-alive answers are taken here."""
        while (message := await self._next()) is not None:
            if message.get("msg_type") == MessageType.KEEP_ALIVE_RESP:
                self._unanswered = 0
            else:
                yield message

    async def _next(self) -> dict[str, Any] | None:
        """The next JSON object, None at the end; frames that hold none are noted and skipped."""
        while True:
            try:
                raw = await self._connection.recv()
            except ConnectionClosed:
                return None
            message = _parsed(raw)
            if message is not None:
                self._journal.add("in", self.name, str(message.get("msg_type")), message)
                return message
            self._journal.add("in", self.name, "junk", note="no JSON object")

    async def keep_alive(self, timing: Timing) -> None:
        """Ask for a sign of life at intervals; end the connection after three without an answer."""
        sequence = 0
        while True:
            await asyncio.sleep(timing.scaled(timing.keep_alive))
            if self._faults.mute_keep_alive:
                continue
            if self._unanswered >= MISSES:
                self.starved = True
                self.abort()
                return
            sequence += 1
            self._unanswered += 1
            await self.send(self._keep_alive_request(sequence))

    def _keep_alive_request(self, sequence: int) -> dict[str, Any]:
        request = {"msg_type": int(MessageType.KEEP_ALIVE_REQ), "timestamp": now_ms(), "sequence": sequence}
        if self._faults.keep_alive_without_sequence:
            del request["sequence"]
        return request

    def abort(self) -> None:
        """Cut the connection without a close frame."""
        self._connection.transport.abort()

    async def close(self, code: int = 1000) -> None:
        """Close the connection in good order."""
        await self._connection.close(code)


def _parsed(raw: str | bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(raw)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _with_text_ids(value: Any) -> Any:
    """The same message with every `user_id` as text."""
    if isinstance(value, list):
        return [_with_text_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: str(item) if key == "user_id" else _with_text_ids(item) for key, item in value.items()}
