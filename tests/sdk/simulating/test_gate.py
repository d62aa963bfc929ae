"""Faults strike a request before, instead of, or after what it asks for; the journal hears of each."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from atdesk_sdk.simulating.connections import Connections
from atdesk_sdk.simulating.faults import HttpFault, HttpFaults
from atdesk_sdk.simulating.gate import Gate
from atdesk_sdk.simulating.listening import listener_at, serving


class _Faults(HttpFaults[HttpFault]):
    """Says when one struck."""

    def __init__(self) -> None:
        super().__init__(HttpFault)
        self.struck = asyncio.Event()

    def strike(self, method: str, path: str) -> HttpFault | None:
        self.struck.set()
        return super().strike(method, path)


class _Gate(Gate[HttpFault]):
    """Of a platform that stores what it is sent."""

    def __init__(self, faults: _Faults, connections: Connections) -> None:
        app = Starlette(
            routes=[Route(path, self._store, methods=["POST"]) for path in ("/keep", "/_sim/keep")]
        )
        super().__init__(app, faults, connections)
        self.stored: list[str] = []
        self.noted: list[tuple[str, str, int]] = []
        self.news = asyncio.Event()

    async def _store(self, request: Request) -> Response:
        self.stored.append((await request.body()).decode())
        return JSONResponse({"kept": len(self.stored)}, 201, {"x-from": "platform"})

    def meanwhile(self, fault: HttpFault) -> None:
        self.stored.append(f"meanwhile {fault.code}")

    async def answer(self, scope: Scope, body: bytes, fault: HttpFault | None) -> Response:
        if fault is not None and fault.status is not None:
            return PlainTextResponse("no", fault.status)
        return await self.ask(scope, body)

    def note(self, scope: Scope, body: bytes, status: int) -> None:
        self.noted.append((scope["path"], body.decode(), status))
        self.news.set()


@dataclass(frozen=True, slots=True)
class _House:
    http: httpx2.AsyncClient
    gate: _Gate
    faults: _Faults


@pytest.fixture
async def house() -> AsyncIterator[_House]:
    faults, connections, listener = _Faults(), Connections(), listener_at(0)
    gate = _Gate(faults, connections)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        serving(gate, listener, connections=connections),
        httpx2.AsyncClient(base_url=address, trust_env=False, timeout=20) as http,
    ):
        yield _House(http, gate, faults)


async def test_without_a_fault_the_platform_answers(house: _House) -> None:
    answered = await house.http.post("/keep", content="a")
    assert (answered.status_code, answered.json(), answered.headers["x-from"]) == (
        201,
        {"kept": 1},
        "platform",
    )
    assert house.gate.noted == [("/keep", "a", 201)]
    assert house.gate.stored == ["a"]


async def test_a_fault_answers_in_its_place(house: _House) -> None:
    house.faults.add("POST /keep", status=503, code="x")
    assert (await house.http.post("/keep", content="a")).status_code == 503
    assert house.gate.noted == [("/keep", "a", 503)]
    assert house.gate.stored == ["meanwhile x"]


async def test_cut_before_nothing_happens_and_nothing_is_answered(house: _House) -> None:
    house.faults.add("/keep", cut="before", code="x")
    with pytest.raises(httpx2.TransportError):
        await house.http.post("/keep", content="a")
    assert house.gate.noted == [("/keep", "a", 0)]
    assert house.gate.stored == ["meanwhile x"]


async def test_cut_after_it_is_done_and_nothing_is_answered(house: _House) -> None:
    house.faults.add("/keep", cut="after", code="x")
    with pytest.raises(httpx2.TransportError):
        await house.http.post("/keep", content="a")
    assert house.gate.noted == [("/keep", "a", 201)]
    assert house.gate.stored == ["meanwhile x", "a"]


async def test_a_late_answer_is_to_something_that_is_done(house: _House) -> None:
    house.faults.add("/keep", late_s=1000)
    asked = asyncio.create_task(house.http.post("/keep", content="a"))
    async with asyncio.timeout(20):
        await house.gate.news.wait()
        assert house.gate.stored[-1] == "a"
        assert not asked.done()
        house.gate.leave()
        assert (await asked).status_code == 201


async def test_a_delay_comes_before_anything_is_done(house: _House) -> None:
    house.faults.add("/keep", delay_s=1000)
    asked = asyncio.create_task(house.http.post("/keep", content="a"))
    async with asyncio.timeout(20):
        await house.faults.struck.wait()
        assert (house.gate.stored, house.gate.noted) == ([], [])
        house.gate.leave()
        assert (await asked).json() == {"kept": 2}


async def test_no_fault_strikes_the_control_plane_and_nothing_is_noted_of_it(house: _House) -> None:
    house.faults.add("", status=503, times=1000)
    assert (await house.http.post("/_sim/keep", content="a")).status_code == 201
    assert house.gate.noted == []
