"""The simulated Zoom as a whole: HTTP and WebSocket listeners on loopback, and what stands behind them."""

from __future__ import annotations

import base64
import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from websockets.asyncio.server import Server, serve

from atdesk_sdk.simulating.certificates import certified
from atdesk_zoom.simulator.chat import Chat
from atdesk_zoom.simulator.contact_center import ContactCenter
from atdesk_zoom.simulator.control import Control
from atdesk_zoom.simulator.doors import Doors
from atdesk_zoom.simulator.faults import Faults, OpenPoints
from atdesk_zoom.simulator.http import serve_http
from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.people import Credentials, Meeting, Person
from atdesk_zoom.simulator.presence import Presences
from atdesk_zoom.simulator.rest import Rest
from atdesk_zoom.simulator.room import Room
from atdesk_zoom.simulator.sign_in import SignIn
from atdesk_zoom.simulator.stream import Rules, Stream
from atdesk_zoom.simulator.timing import Timing
from atdesk_zoom.simulator.tokens import Tokens
from atdesk_zoom.simulator.webhooks import WebhookSender

_HOST = "127.0.0.1"
_VIDEO_ONLY = frozenset({"video"})
#: The account's users when none are given: two agents and their team lead.
DEFAULT_PEOPLE = (
    ("aGeNtAnn0000000000001", "Ann Agent", "ann@example.com"),
    ("aGeNtBen0000000000002", "Ben Brook", "ben@example.com"),
    ("lEaDLea00000000000003", "Lea Lead", "lea@example.com"),
)


class ZoomSimulator:
    """A Zoom account with one meeting, on loopback. Use it as an async context manager.

    Args:
        people: The account's users; the first one hosts the meeting.
        credentials: What the apps are signed in with.
        timing: Zoom's waits.
        scopes: The media the app was granted, of `audio`, `video`, `deskshare`, `transcript`, `chat`.
        secure: Whether signaling URLs are `wss://localhost` (see `ca_file`) or `ws://127.0.0.1`.
        port: Of the HTTP listener; 0 takes a free one.

    Attributes:
        faults: Switches for what goes wrong.
        open_points: Switches for what Zoom's documentation leaves open.
        journal: What arrived and what was sent.
        room: The meeting; people and streams are moved through it.
        chat: The chatbot's cards.
        presences: What Zoom shows beside each user's name.
        center: Contact Center: its statuses, and each agent's.
        sign_in: The sign-in of people; add what they may be sent back to, to its `redirects`.
        webhooks: The event subscription; set its `url`.
        bot: The chatbot's endpoint; set its `url`.
        ca_file: The certificate of the authority behind `wss://localhost`.
    """

    ca_file: Path

    def __init__(
        self,
        *,
        people: Sequence[Person] | None = None,
        credentials: Credentials | None = None,
        timing: Timing | None = None,
        scopes: frozenset[str] = _VIDEO_ONLY,
        secure: bool = False,
        port: int = 0,
    ) -> None:
        self.credentials = credentials or Credentials()
        self.timing, self.faults, self.open_points = timing or Timing(), Faults(), OpenPoints()
        listed = people or [Person(*one) for one in DEFAULT_PEOPLE]
        self.people = {one.id: one for one in listed}
        self.rules = Rules(self.credentials, scopes, self.timing, self.faults, self.open_points)
        self.journal = Journal()
        mine, parts = self.credentials, (self.journal, self.faults, self.timing)
        self.webhooks = WebhookSender("webhook", mine.webhook_secret, *parts)
        self.bot = WebhookSender("bot", mine.bot_secret, *parts)
        self.sign_in = SignIn(mine, self.people, self.timing, self.journal)
        switches = (self.faults, self.open_points)
        self.tokens = Tokens(mine, self.sign_in, switches, self.timing, self.journal)
        self.chat = Chat(mine, self.people, self.bot, self.timing)
        self.presences = Presences(self.rules, self.people, self.webhooks)
        self.center = ContactCenter(self.rules, self.people, self.webhooks)
        self.rooms: dict[str, Room] = {}
        self.rest = Rest(
            self.rules,
            self.tokens,
            self.sign_in,
            self.chat,
            self.rooms,
            self.presences,
            self.center,
            self.journal,
        )
        self._secure, self._port = secure, port
        self._ports: dict[bool, int] = {}
        self._running = contextlib.AsyncExitStack()
        self.room = self.open_room("Team room", listed[0].id)

    def open_room(self, topic: str, host_id: str) -> Room:
        """Begin another meeting."""
        uuid = base64.b64encode(secrets.token_bytes(16)).decode()
        meeting = Meeting(uuid, str(secrets.randbelow(9 * 10**9) + 10**9), topic, host_id)
        room = Room(
            meeting,
            self.people,
            self.rules,
            self.webhooks,
            lambda: self.address(self._secure),
            self.presences,
        )
        self.rooms[uuid] = room
        return room

    def address(self, secure: bool) -> str:
        """The RTMS server, without a path.

        Args:
            secure: By TLS (`wss://localhost:PORT`), or not (`ws://127.0.0.1:PORT`).
        """
        port = self._ports[secure]
        return f"wss://localhost:{port}" if secure else f"ws://{_HOST}:{port}"

    @property
    def base_url(self) -> str:
        """The HTTP side: REST under `/v2`, tokens under `/oauth/token`, the control plane under `/_sim`."""
        return f"http://{_HOST}:{self._port}"

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            made = await stack.enter_async_context(certified("atdesk-zoom-"))
            self.ca_file = made.ca_file
            doors = Doors(self.rules, self.journal, self._stream, self.address)
            for secure, tls in ((False, None), (True, made.context)):
                server = await serve(
                    doors, _HOST, 0, ssl=tls, compression=None, ping_interval=None, max_size=2**16
                )
                stack.push_async_callback(_close, server)
                self._ports[secure] = next(iter(server.sockets)).getsockname()[1]
            app = Starlette(routes=[*self.rest.routes(), *Control(self).routes()])
            self._port = await serve_http(app, self._port, stack)
            for part in (self.webhooks, self.bot):
                stack.push_async_callback(part.aclose)
            stack.push_async_callback(self._close_rooms)
            self._running = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.aclose()

    async def _close_rooms(self) -> None:
        for room in self.rooms.values():
            await room.aclose()

    def _stream(self, stream_id: str) -> Stream | None:
        return next(
            (room.streams[stream_id] for room in self.rooms.values() if stream_id in room.streams), None
        )


async def _close(server: Server) -> None:
    server.close()
    await server.wait_closed()
