"""The simulator as a running server: one TLS origin on loopback for Entra, Graph and the bots."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from atdesk_sdk.simulating.certificates import certified
from atdesk_sdk.simulating.connections import Connections
from atdesk_sdk.simulating.listening import listener_at, serving
from atdesk_teams.simulator.authority import Authority
from atdesk_teams.simulator.authority_rest import AuthorityRest
from atdesk_teams.simulator.bot_side import BotSide
from atdesk_teams.simulator.control import Control
from atdesk_teams.simulator.faults import Faults, OpenPoints
from atdesk_teams.simulator.gate import Gate
from atdesk_teams.simulator.graph_rest import GraphRest
from atdesk_teams.simulator.journal import Journal
from atdesk_teams.simulator.presence import Rules
from atdesk_teams.simulator.sign_in import SignIn
from atdesk_teams.simulator.tenant import CLIENT_ID, LEADS, PEOPLE, Registration
from atdesk_teams.simulator.throttling import Limits
from atdesk_teams.simulator.world import Clock, World

_SECRET_LIFE_S: Final = 180 * 86_400.0
#: Longer than anybody's pause between two polls: a connection that ends just then looks like a fault.
_KEPT_ALIVE_S: Final = 75


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
            made = await stack.enter_async_context(certified("atdesk-teams-"))
            self.ca_file = made.ca_file
            listener = stack.enter_context(listener_at(self._port))
            self._port = int(listener.getsockname()[1])
            self.authority.base_url = self.base_url
            connections = Connections()
            gate = self._application(connections)
            served = serving(
                gate, listener, tls=made.context, connections=connections, keep_alive_s=_KEPT_ALIVE_S
            )
            await stack.enter_async_context(served)
            stack.callback(gate.leave)
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

    def _application(self, connections: Connections) -> Gate:
        graph = GraphRest(self.world, self.authority, self._limits)
        people = AuthorityRest(self.authority, self.sign_in)
        # Entra's last: their addresses begin with any tenant.
        routes: list[BaseRoute] = [*Control(self).routes(), *graph.routes(), *self.bot.routes()]
        routes += people.routes()
        return Gate(Starlette(routes=routes), self.world, self.faults, self.journal, connections)


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
