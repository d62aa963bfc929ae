"""A simulated tenant, and a client of Graph that knows its certificate."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from atdesk_teams.simulator import GRAPH, TeamsSimulator

MIRA = "c0ffee00-1a2b-4c3d-8e4f-000000000001"
TEO = "c0ffee00-1a2b-4c3d-8e4f-000000000002"
NOBODY = "c0ffee00-1a2b-4c3d-8e4f-0000000000ff"


@dataclass
class Graph:
    """An app's own client of a simulated Graph."""

    sim: TeamsSimulator
    http: httpx2.AsyncClient

    async def token(self, **changes: str) -> httpx2.Response:
        """Ask for the app's token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.sim.client_id,
            "client_secret": self.sim.client_secret,
            "scope": "https://graph.microsoft.com/.default",
        }
        return await self.http.post(f"{self.sim.authority_url}/oauth2/v2.0/token", data=form | changes)

    async def read(self, user: str = MIRA) -> httpx2.Response:
        return await self.http.get(f"/v1.0/users/{user}/presence")

    async def read_many(self, *users: str) -> httpx2.Response:
        path = "/v1.0/communications/getPresencesByUserId"
        return await self.http.post(path, json={"ids": list(users)})

    async def shown(self, user: str = MIRA) -> str:
        """`Availability/Activity` of a user."""
        body = (await self.read(user)).raise_for_status().json()
        return f"{body['availability']}/{body['activity']}"

    async def write(self, what: str, user: str = MIRA, **body: Any) -> httpx2.Response:
        """POST to one of the actions of a presence."""
        return await self.http.post(f"/v1.0/users/{user}/presence/{what}", json=body)

    async def set_session(self, pair: str, life: str | None = None, user: str = MIRA) -> httpx2.Response:
        """`setPresence` with `Availability/Activity`."""
        availability, _, activity = pair.partition("/")
        body = {"sessionId": self.sim.client_id, "availability": availability, "activity": activity}
        return await self.write("setPresence", user, **_with_life(body, life))

    async def prefer(self, pair: str, life: str | None = "PT10M", user: str = MIRA) -> httpx2.Response:
        """`setUserPreferredPresence` with `Availability/Activity`."""
        availability, _, activity = pair.partition("/")
        body = {"availability": availability, "activity": activity}
        return await self.write("setUserPreferredPresence", user, **_with_life(body, life))

    async def control(self, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        """POST to the control plane."""
        return await self.http.post(f"{self.sim.control_url}/{path}", json=dict(body or {}))


def _with_life(body: dict[str, str], life: str | None) -> dict[str, str]:
    return body if life is None else body | {"expirationDuration": life}


def code_of(response: httpx2.Response) -> tuple[int, str]:
    """Status and Graph's error code."""
    return response.status_code, str(response.json()["error"]["code"])


def client_of(sim: TeamsSimulator, token: str | None = None) -> httpx2.AsyncClient:
    """A client that knows the certificate; with a token it sends it."""
    context = ssl.create_default_context(cafile=str(sim.ca_file))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx2.AsyncClient(base_url=sim.base_url, verify=context, trust_env=False, headers=headers)


@asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[Graph]:
    """A simulator with options of its own, and the app's client of it."""
    async with (
        TeamsSimulator(**options) as sim,
        client_of(sim, sim.authority.app_token(GRAPH).value) as http,
    ):
        yield Graph(sim, http)


@pytest.fixture
async def sim() -> AsyncIterator[TeamsSimulator]:
    async with TeamsSimulator() as simulator:
        yield simulator


@pytest.fixture
async def graph(sim: TeamsSimulator) -> AsyncIterator[Graph]:
    """With a token of the app."""
    async with client_of(sim, sim.authority.app_token(GRAPH).value) as http:
        yield Graph(sim, http)
