"""A service whose agents' pages are open, and senders that connect to `/frames` over a real socket."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import websockets
from starlette.routing import BaseRoute
from websockets.asyncio.client import ClientConnection, connect

from atdesk_core.policy import LookRules, SitePolicy
from atdesk_core.runtime.config import ForwarderTable
from atdesk_core.runtime.pages.screens import Attachment
from atdesk_core.runtime.pages.taking import Taken
from atdesk_core.runtime.service import Service
from atdesk_core.runtime.teams_effect import TeamsEffectTable
from atdesk_core.session import RecordKind, Wanted
from atdesk_core.web.context import PageContext
from atdesk_core.web.frames import SUBPROTOCOL, Timing, routes
from atdesk_core.web.frames.protocol import Header, pack
from atdesk_core.web.sign_in import Role
from atdesk_sdk import Frame, Notice, Observation
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, account, until
from tests.core.session.desk import observation
from tests.core.web.frames.pictures import jpeg
from tests.core.web.serving import TAB, Served, served

PICTURE = jpeg()
LOOKS = LookRules(max_s=2, watch_every_s=0.5, alert_interval_s=0.5, returning_every_s=0.5, page=True)
PAGE_POLICY = POLICY.model_copy(update={"looks": LOOKS})
QUICK = Timing(ping_s=0.2, silent_s=8.0, reauth_s=3.0, recheck_s=0.2)
"""Asks often, and has the patience that a busy machine needs."""
IMPATIENT = Timing(hello_s=0.5, ping_s=0.3, silent_s=2.0, reauth_s=3.0, recheck_s=0.2)
SECRET = "a secret of the forwarder, long enough not to be guessed"


def _until_noon_s() -> float:
    """A sign-in ends with its shift: at noon none does, whenever the tests run."""
    return 43_200 - time.time() % 86_400


@dataclass
class Clock:
    """Of the sign-ins, not of the engine: about noon, and what a test adds to it."""

    ahead_s: float = field(default_factory=_until_noon_s)

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@dataclass
class Eyes:
    """Keep what they are shown: (agent, bytes)."""

    seen: list[tuple[str, bytes]] = field(default_factory=list)

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        self.seen.append((agent_id, bytes(frame.data)))
        return observation("agent", frame.look_id, frame.received_at)


@dataclass
class OpenPage:
    """A page that shows every look at once."""

    attachment: Attachment | None = None

    def look_begins(self, look_id: str, source: str, reason: str) -> None:
        asyncio.get_running_loop().call_soon(self._show, look_id)

    def look_ends(self, look_id: str) -> None:
        pass

    async def notify(self, notice: Notice) -> None:
        pass

    def superseded(self) -> None:
        pass

    def _show(self, look_id: str) -> None:
        if self.attachment is not None:
            self.attachment.shown(look_id)


class Sender:
    """One connection, as a page or a forwarder has it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seq = 0

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def told(self, kind: str, within_s: float = 20.0) -> dict[str, Any]:
        """The next message of this kind; what comes before it is passed over, pings are answered."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.next()
                if message["t"] == kind:
                    return message
                if message["t"] == "ping":
                    await self.say(t="pong")

    async def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.socket.recv())
        return message

    async def send(self, look: int, picture: bytes = PICTURE, **changes: int) -> int:
        """A frame of 320 x 240. Returns its number."""
        self.seq += 1
        fields = {"width": 320, "height": 240, "look": look, "seq": self.seq, "capture_us": self.seq}
        header = Header(**(fields | changes), payload_bytes=len(picture))
        await self.socket.send(pack(header) + picture)
        return header.seq

    async def closed(self, within_s: float = 20.0) -> tuple[int, str]:
        """(close code, code of the `stop` before it)."""
        stop = ""
        async with asyncio.timeout(within_s):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    message = await self.next()
                    if message["t"] == "stop":
                        stop = message["code"]
        assert self.socket.close_code is not None
        return self.socket.close_code, stop


@dataclass
class Desk:
    """What a test of the socket has."""

    office: Office
    service: Service
    pages: Served
    eyes: Eyes
    clock: Clock

    def token(self, agent_id: str = "ann", tab: str = TAB) -> str:
        return self.pages.guard.issue(agent_id, [Role.AGENT], tab)

    def open_page(self, agent_id: str = "ann") -> Attachment:
        page = OpenPage()
        page.attachment = self.service.screens.attach(agent_id, page, Taken(0.0))
        return page.attachment

    @contextlib.asynccontextmanager
    async def socket(self, headers: Mapping[str, str] | None = None) -> AsyncIterator[Sender]:
        address, named = self.pages.ws_url + "/frames", [websockets.Subprotocol(SUBPROTOCOL)]
        async with connect(address, subprotocols=named, additional_headers=headers) as socket:
            yield Sender(socket)

    @contextlib.asynccontextmanager
    async def sender(self, agent_id: str = "ann", **changes: Any) -> AsyncIterator[Sender]:
        """One that has said hello and was told to be ready."""
        async with self.socket() as sender:
            mine = {"source": "page", "token": self.token(agent_id), "tab": TAB} | changes
            await sender.say(t="hello", v=1, **mine)
            await sender.told("ready")
            yield sender

    def ended(self, agent_id: str = "ann") -> list[str]:
        """Why looks ended, in order, as the decision log has it."""
        return self._rows(agent_id, RecordKind.LOOK_ENDED, "why")

    def could_not_tell(self, agent_id: str = "ann") -> list[str]:
        """Why there was no finding, in order."""
        return self._rows(agent_id, RecordKind.COULD_NOT_TELL, "what")

    def _rows(self, agent_id: str, kind: RecordKind, key: str) -> list[str]:
        rows = [record for who, record in self.office.records if who == agent_id]
        return [str(row.data[key]) for row in rows if row.kind is kind]

    def nobody_is_harmed(self) -> bool:
        """No state was written, and no lead was told anything."""
        return not self.office.platform.writes and not self.office.platform.flags

    @property
    def counts(self) -> dict[str, int]:
        return self.service.page.counts


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    *agents: str,
    timing: Timing = QUICK,
    policy: SitePolicy = PAGE_POLICY,
    more_rooms: Sequence[Callable[[PageContext], list[BaseRoute]]] = (),
    effect: TeamsEffectTable | None = None,
) -> AsyncIterator[Desk]:
    """A desk for these agents, whose pages are open."""
    names = agents or ("ann",)
    clock, eyes = Clock(), Eyes()
    platform = ScriptedPlatform([account(one) for one in (*names, "lee")], time.time)
    office = Office(folder, platform, names, policy=policy, eyes=eyes)

    def room(context: PageContext) -> list[BaseRoute]:
        return routes(context, timing)

    async with office.open() as service:
        config = replace(
            office._config(ScriptedAdapter(platform)),
            forwarders=(_forwarder(folder),),
            teams_effect=effect or TeamsEffectTable(),
        )
        async with served(service, config, clock, rooms=[room, *more_rooms]) as pages:
            yield Desk(office, service, pages, eyes, clock)


def _forwarder(folder: Path) -> ForwarderTable:
    (folder / "secret").write_text(SECRET, "utf-8")
    secret = f"file:{folder / 'secret'}"
    return ForwarderTable(name="bot", secret=secret, platform="scripted", tenant="scripted")


async def eventually(is_so: Callable[[], bool]) -> None:
    """See `until`; with the patience of these tests."""
    await until(is_so, 20.0)
