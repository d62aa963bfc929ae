"""The socket of the agent's page: `/live`, subprotocol `atdesk.page.v1`. See `docs/agent-page-api.md`."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from atdesk_core.runtime.pages.screens import Attachment
from atdesk_core.runtime.pages.taking import Taken
from atdesk_core.web.context import PageContext
from atdesk_core.web.frames.allowance import Allowance
from atdesk_core.web.own.camera import PageCamera
from atdesk_core.web.own.hub import Hub
from atdesk_core.web.own.page import TOO_MUCH, OpenPage
from atdesk_core.web.sign_in import NotAllowed, NotSignedIn, Role, Who

SUBPROTOCOL: Final = "atdesk.page.v1"
HEARTBEAT_S: Final = 5
VERSION: Final = 1
LONGEST_CHARACTERS: Final = 4096
LONGEST_AGO_S: Final = 1e9
AT_ONCE, PER_S = 40.0, 20.0
"""Messages of a page."""

BROKEN: Final = 4400
TOKEN: Final = 4401
NOT_ALLOWED: Final = 4403
SILENT: Final = 4408
TOO_LARGE: Final = 4413


@dataclass(frozen=True, slots=True)
class Timing:
    """How long is waited for what, seconds.

    Attributes:
        hello_s: For the first message.
        silence_s: For any message after that.
    """

    hello_s: float = 5.0
    silence_s: float = 15.0


class _Over(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Live:
    """Serves the pages of all agents.

    Args:
        context: See there.
        hub: Told of each open page.
        timing: As documented, unless a test says otherwise.
    """

    def __init__(self, context: PageContext, hub: Hub, timing: Timing | None = None) -> None:
        self._context = context
        self._hub = hub
        self._timing = timing or Timing()
        self._service = context.running.service

    async def serve(self, websocket: WebSocket) -> None:
        """One page, from its hello to its end."""
        if SUBPROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.close()  # 403: whoever does not name the protocol does not mean it
            return
        await websocket.accept(SUBPROTOCOL)
        try:
            await self._serve(websocket)
        except _Over as over:
            await _close(websocket, over.code)
        except (WebSocketDisconnect, RuntimeError):
            return  # gone, or closed by the one that writes

    async def _serve(self, websocket: WebSocket) -> None:
        hello = await _receive(websocket, self._timing.hello_s)
        if hello.get("t") != "hello" or hello.get("v") != VERSION:
            raise _Over(BROKEN)
        taken = _taken(hello, time.monotonic())  # before anything is waited for
        proof = (str(hello.get("token", "")), str(hello.get("tab", "")))
        who = await self._check(proof)
        page = self._page(websocket, who.person_id, tab=proof[1])
        page.put({"t": "ready", "heartbeat_s": HEARTBEAT_S})
        attachment = self._service.screens.attach(who.person_id, page, taken)
        if attachment.stands:
            self._hub.add(page)
        try:
            page.touch()
            await self._listen(websocket, page, attachment, proof)
        except _Over as over:
            page.close(over.code)  # of two reasons the first holds
        finally:
            self._leave(page, attachment)
        await page.ended()
        if page.code is not None:
            await _close(websocket, page.code)  # where anything kept the page from saying it

    def _page(self, websocket: WebSocket, agent_id: str, tab: str) -> OpenPage:
        own, world = self._service.own, self._service.world
        page = OpenPage(websocket, agent_id, own, time.monotonic, lambda: world.directory)
        page.camera = PageCamera(self._service.page, agent_id, tab, page.put)
        return page

    def _leave(self, page: OpenPage, attachment: Attachment) -> None:
        self._hub.remove(page)
        page.gone()  # its camera before its screen: the look ends because the page is gone
        attachment.detach()
        if page.agent_id not in self._hub:  # another tab may have taken over
            self._service.own.input_unknown(page.agent_id)

    async def _listen(
        self, websocket: WebSocket, page: OpenPage, attachment: Attachment, proof: tuple[str, str]
    ) -> None:
        allowed = Allowance(AT_ONCE, PER_S)
        while page.code is None:
            message = await _receive(websocket, self._timing.silence_s)
            if not allowed.spend(time.monotonic()):
                raise _Over(TOO_MUCH)
            match message.get("t"):
                case "alive":
                    await self._check(proof)
                    attachment.alive()
                    page.refresh()
                case "shown":
                    attachment.shown(str(message.get("look_id", "")))
                case "camera" if page.camera is not None:
                    page.camera.said(message)
                case "seen":
                    page.seen(str(message.get("notice_id", "")))
                case _:
                    pass  # of a newer page

    async def _check(self, proof: tuple[str, str]) -> Who:
        try:
            return await self._context.guard.check_token(*proof, Role.AGENT)
        except NotSignedIn:
            raise _Over(TOKEN) from None
        except NotAllowed:
            raise _Over(NOT_ALLOWED) from None


def _taken(hello: Mapping[str, Any], now: float) -> Taken:
    """When the person took this page up. One that does not say it was taken up this moment."""
    page, line, ago_s = hello.get("page", ""), hello.get("line", 0), hello.get("taken_s", 0.0)
    if not isinstance(page, str) or not isinstance(line, int) or not isinstance(ago_s, int | float):
        raise _Over(BROKEN)
    if not 0 <= ago_s <= LONGEST_AGO_S:
        raise _Over(BROKEN)
    return Taken(now - ago_s, page, line)


async def _receive(websocket: WebSocket, within_s: float) -> Mapping[str, Any]:
    """The next message: a JSON object in a text of bounded length, in time."""
    try:
        async with asyncio.timeout(within_s):
            raw = await websocket.receive()
    except TimeoutError:
        raise _Over(SILENT) from None
    if raw["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(raw.get("code", 1005))
    text = raw.get("text")
    if text is None:
        raise _Over(BROKEN)
    if len(text) > LONGEST_CHARACTERS:
        raise _Over(TOO_LARGE)
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise _Over(BROKEN) from None
    if not isinstance(message, dict):
        raise _Over(BROKEN)
    return message


async def _close(websocket: WebSocket, code: int) -> None:
    if websocket.application_state is not WebSocketState.DISCONNECTED:
        try:
            await websocket.close(code)
        except RuntimeError:
            return  # it went away in this very moment
