"""The simulator as a running server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from atdesk_genesys.simulator.channels import Refused
from atdesk_genesys.simulator.control import Control
from atdesk_genesys.simulator.faults import Faults
from atdesk_genesys.simulator.gate import Gate, problem
from atdesk_genesys.simulator.journal import Journal
from atdesk_genesys.simulator.organization import PEOPLE, Limits, OpenQuestions, Settings
from atdesk_genesys.simulator.platform import Message, Platform
from atdesk_genesys.simulator.presence_rest import PresenceRest
from atdesk_genesys.simulator.rest import Rest
from atdesk_genesys.simulator.sign_in import SignIn
from atdesk_genesys.simulator.sign_in_rest import SignInRest
from atdesk_genesys.simulator.socket import SocketSide
from atdesk_genesys.simulator.world import World
from atdesk_sdk.simulating.connections import Connections
from atdesk_sdk.simulating.listening import listener_at, serving

#: uvicorn 0.54 takes a refused upgrade for an unfinished handshake and calls that an error; it is none.
_REFUSED_UPGRADE = "ASGI callable returned without completing handshake."


async def _refused(request: Request, why: Exception) -> Response:
    assert isinstance(why, Refused)  # noqa: S101 - registered for this class alone; this narrows the type
    return problem(why.status, why.code, str(why))


def _application(platform: Platform, connections: Connections) -> Gate:
    people = SignInRest(platform)
    rest, presence = Rest(platform, people), PresenceRest(platform)
    parts = (people, rest, presence, Control(platform), SocketSide(platform, connections))
    routes = [route for part in parts for route in part.routes()]
    return Gate(Starlette(routes=routes, exception_handlers={Refused: _refused}), platform, connections)


class GenesysSimulator:
    """A local Genesys Cloud: `async with GenesysSimulator() as sim:`.

    Args:
        port: Where to listen on 127.0.0.1; 0 takes any free port.
        time_factor: Multiplies heartbeat, closing notice and the channels' life.
        limits: The platform's limits, before scaling.
        people: `(id, name)` of each user.
        seed: Of made-up ids and small lags.
        client_secret: The service client's secret; made up when None.
        redirects: Where the page's client may send people back to after they signed in.

    Attributes:
        world: The agents; its methods are what agents and administrators do.
        platform: Sockets, tokens and channels; its methods are what the platform does of its own accord.
        faults: What is to go wrong.
        log: What arrived, and `wait` for it.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        time_factor: float = 1.0,
        limits: Limits | None = None,
        people: Sequence[tuple[str, str]] = PEOPLE,
        seed: int = 0,
        client_secret: str | None = None,
        redirects: Collection[str] = (),
    ) -> None:
        scaled = (limits or Limits()).scaled(time_factor)
        self.platform = Platform(limits=scaled, people=people, seed=seed, client_secret=client_secret)
        self.sign_in.client.redirects.update(redirects)
        self._port = port
        self._running = contextlib.AsyncExitStack()

    @property
    def world(self) -> World:
        """The agents and what they do."""
        return self.platform.world

    @property
    def sign_in(self) -> SignIn:
        """The sign-in of people; `sign_in.client` is the page's OAuth client."""
        return self.platform.sign_in

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self.platform.faults

    @property
    def log(self) -> Journal:
        """What arrived."""
        return self.platform.journal

    @property
    def settings(self) -> Settings:
        """What an administrator switches."""
        return self.platform.world.settings

    @property
    def questions(self) -> OpenQuestions:
        """Answers that are not verified, as switches."""
        return self.platform.world.questions

    @property
    def messages(self) -> list[Message]:
        """What the team lead's group chat shows."""
        return self.platform.messages

    @property
    def client_id(self) -> str:
        """The client that exists."""
        return self.platform.client_id

    @property
    def client_secret(self) -> str:
        """Its secret."""
        return self.platform.client_secret

    @property
    def base_url(self) -> str:
        """API and login host in one."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def ws_url(self) -> str:
        """Where the sockets are; each channel's own address comes from the API."""
        return f"ws://127.0.0.1:{self._port}/channels"

    @property
    def webhook_url(self) -> str:
        """The group chat's incoming webhook."""
        return f"{self.base_url}/webhooks/api/v1/webhook/{self.platform.webhook_id}"

    def announcement(self) -> Mapping[str, object]:
        """What `atdesk simulate genesys --json` prints."""
        return {
            "platform": "genesys",
            "base_url": self.base_url,
            "ws_url": self.ws_url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "ca_file": None,
            "control_url": f"{self.base_url}/_sim",
            "agents": [{"id": agent.id, "name": agent.name} for agent in self.world.agents.values()],
            "webhook_url": self.webhook_url,
            "page_client_id": self.sign_in.client.id,
        }

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The port is taken.
        """
        async with contextlib.AsyncExitStack() as stack:
            listener = stack.enter_context(listener_at(self._port))
            self._port = int(listener.getsockname()[1])
            connections = Connections()
            served = serving(
                _application(self.platform, connections),
                listener,
                connections=connections,
                websockets=True,
                unremarkable=[_REFUSED_UPGRADE],
            )
            await stack.enter_async_context(served)
            stack.callback(self.platform.close_sockets, 1001)
            self._running = stack.pop_all()

    async def aclose(self) -> None:
        """Stop. Closing twice is fine."""
        await self._running.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


async def serve(port: int, announce: Callable[[Mapping[str, object]], None]) -> None:
    """Run the simulator until cancelled.

    Args:
        port: Where to listen on 127.0.0.1; 0 takes any free port.
        announce: Called once, when it listens, with addresses, credentials and agents.

    Raises:
        OSError: The port is taken.
    """
    async with GenesysSimulator(port) as simulator:
        announce(simulator.announcement())
        await asyncio.Event().wait()
