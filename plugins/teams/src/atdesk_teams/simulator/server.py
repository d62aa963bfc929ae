"""The simulator as a running server: one TLS origin on loopback for Entra, Graph and the bots."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from atdesk_teams.simulator.authority import Authority
from atdesk_teams.simulator.authority_rest import AuthorityRest
from atdesk_teams.simulator.bot_side import BotSide
from atdesk_teams.simulator.control import Control
from atdesk_teams.simulator.faults import Faults, OpenPoints
from atdesk_teams.simulator.gate import Gate, Transports, protocol_with
from atdesk_teams.simulator.graph_rest import GraphRest
from atdesk_teams.simulator.journal import Journal
from atdesk_teams.simulator.presence import Rules
from atdesk_teams.simulator.sign_in import SignIn
from atdesk_teams.simulator.tenant import CLIENT_ID, LEADS, PEOPLE, Registration
from atdesk_teams.simulator.throttling import Limits
from atdesk_teams.simulator.tls import make_certificates
from atdesk_teams.simulator.world import Clock, World

_HOST: Final = "127.0.0.1"
_SECRET_LIFE_S: Final = 180 * 86_400.0
_LOGGERS: Final = ("uvicorn.access", "uvicorn.error")


class _Quiet(logging.Filter):
    """Let only warnings of uvicorn through: a workflow's address is a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


class _Server(uvicorn.Server):
    """uvicorn that says when it listens and leaves the signals to its host."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        # uvicorn's own looks every 0.1 s whether it should stop; tests start and stop hundreds of these.
        await self.on_tick(0)
        await self.leaving.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class TeamsSimulator:
    """A local Microsoft 365 tenant with Teams: `async with TeamsSimulator() as sim:`.

    Args:
        port: Where to listen on 127.0.0.1; 0 takes any free port.
        people: `(object id, name)` of each user.
        leads: Ids of the team leads among them.
        present: Whether everybody is signed in and Available at the start.
        clock: The tenant's time.
        rules: What differs between tenants.
        limits: Graph's limits.
        redirects: Where people may be sent back to after they signed in.

    Attributes:
        client_secret: The app's.
        world: The tenant; its methods are what people do.
        registration: The app; what an administrator does with it.
        authority: Entra, and the Bot Framework's token service.
        sign_in: The codes of people who sign in.
        faults: What is to go wrong.
        journal: What arrived and what was sent.
        bot: What our bot can do, what people do with it, and the workflow.
        ca_file: The certificate of the authority behind the origin; there once it was started.
    """

    ca_file: Path

    def __init__(
        self,
        port: int = 0,
        *,
        people: Sequence[tuple[str, str]] = PEOPLE,
        leads: Sequence[str] = LEADS,
        present: bool = True,
        clock: Clock | None = None,
        rules: Rules | None = None,
        limits: Limits | None = None,
        redirects: Collection[str] = (),
    ) -> None:
        self.world = World(people, leads=leads, present=present, clock=clock, rules=rules)
        self.client_secret = secrets.token_urlsafe(24)
        self.registration = Registration(CLIENT_ID, redirects=set(redirects))
        self.authority = Authority(self.world, self.registration)
        self.registration.secrets[self.client_secret] = self.authority.wall() + _SECRET_LIFE_S
        self.sign_in = SignIn(self.registration, self.authority.wall)
        self.faults, self.journal = Faults(), Journal()
        self.bot = BotSide(self.world, self.authority, self.journal)
        self._limits = limits or Limits()
        self._port = port
        self._running = contextlib.AsyncExitStack()

    # -- addresses -----

    @property
    def open_points(self) -> OpenPoints:
        """What the documentation leaves open, as switches."""
        return self.world.open_points

    @property
    def tenant_id(self) -> str:
        """Entra's id of the tenant."""
        return self.world.tenant_id

    @property
    def client_id(self) -> str:
        """The app's id; the bot has the same."""
        return self.registration.client_id

    @property
    def base_url(self) -> str:
        """The one origin of everything; tokens are at `{base_url}/{tenant}`."""
        return f"https://localhost:{self._port}"

    @property
    def authority_url(self) -> str:
        """Where this tenant's tokens are: `{base}/{tenant}`."""
        return f"{self.base_url}/{self.tenant_id}"

    @property
    def graph_url(self) -> str:
        """Graph, with its version."""
        return f"{self.base_url}/v1.0"

    @property
    def service_url(self) -> str:
        """The Bot Connector."""
        return self.bot.service_url

    @property
    def control_url(self) -> str:
        """The control plane."""
        return f"{self.base_url}/_sim"

    def announcement(self) -> dict[str, object]:
        """What `atdesk simulate teams --json` prints."""
        return {
            "platform": "teams",
            "base_url": self.base_url,
            "ws_url": "",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "ca_file": str(self.ca_file),
            "control_url": self.control_url,
            "agents": [{"id": one.id, "name": one.name} for one in self.world.agents],
            "tenant_id": self.tenant_id,
            "authority": self.base_url,
            "graph_url": self.graph_url,
            **self.bot.announcement(),
            "leads": [{"id": one, "name": self.world.user(one).name} for one in self.world.leads],
        }

    # -- life -----

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The port is taken.
        """
        async with contextlib.AsyncExitStack() as stack:
            folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="atdesk-teams-")
            stack.push_async_callback(asyncio.to_thread, shutil.rmtree, folder, ignore_errors=True)
            context, self.ca_file = await asyncio.to_thread(make_certificates, Path(folder))
            listener = stack.enter_context(_listener(self._port))
            self._port = int(listener.getsockname()[1])
            self.authority.base_url = self.base_url
            transports: Transports = {}
            config = uvicorn.Config(
                self._application(transports),
                http=protocol_with(transports),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
                ssl_context_factory=lambda _config, _default: context,
            )
            await _serve(_Server(config), listener, transports, stack)
            stack.push_async_callback(self.bot.aclose)
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

    def _application(self, transports: Transports) -> Gate:
        graph = GraphRest(self.world, self.authority, self._limits)
        people = AuthorityRest(self.authority, self.sign_in)
        # Entra's last: their addresses begin with any tenant.
        routes: list[BaseRoute] = [*Control(self).routes(), *graph.routes(), *self.bot.routes()]
        routes += people.routes()
        return Gate(Starlette(routes=routes), self.world, self.faults, self.journal, transports)


def _listener(port: int) -> socket.socket:
    # By its full name: asyncio sends small pieces at once only where it knows the protocol to be TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _serve(
    server: _Server, listener: socket.socket, transports: Transports, stack: contextlib.AsyncExitStack
) -> None:
    """Run `server` until `stack` closes; it listens when this returns."""
    quiet = _Quiet()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(quiet)
        stack.callback(logging.getLogger(name).removeFilter, quiet)
    running = asyncio.create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        # A client that keeps its connection says no farewell, and TLS would wait for it.
        for transport in list(transports.values()):
            transport.abort()
        server.leaving.set()
        async with asyncio.timeout(10):
            await running

    stack.push_async_callback(stop)
    async with asyncio.timeout(10):
        await server.listening.wait()


async def serve(port: int, announce: Callable[[Mapping[str, object]], None]) -> None:
    """Run the simulator until cancelled.

    Args:
        port: Where to listen on 127.0.0.1; 0 takes any free port.
        announce: Called once, when it listens, with addresses, credentials, agents and leads.

    Raises:
        OSError: The port is taken.
    """
    async with TeamsSimulator(port) as simulator:
        announce(simulator.announcement())
        await asyncio.Event().wait()
