"""A server in the tests' own process: it begins, speaks HTTP and TLS, breaks a connection, and ends."""

import asyncio
import contextlib
import logging
import signal
import ssl
from email.utils import parsedate_to_datetime

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from atdesk_sdk.simulating.certificates import certified
from atdesk_sdk.simulating.connections import Connections
from atdesk_sdk.simulating.listening import listener_at, serving

UNFINISHED = "ASGI callable returned without completing response."


async def _hello(_: Request) -> Response:
    return PlainTextResponse("hello")


class _Cut(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"9")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _cut(_: Request) -> Response:
    return _Cut()


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


APP = Starlette(routes=[Route("/", _hello), Route("/cut", _cut), WebSocketRoute("/echo", _echo)])


async def test_it_serves_as_long_as_it_is_asked_to() -> None:
    listener = listener_at(0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=address, trust_env=False) as http:
        async with serving(APP, listener):
            assert (await http.get("/")).text == "hello"
        with pytest.raises(httpx2.ConnectError):
            await http.get("/")
    assert listener.fileno() == -1


async def test_it_speaks_tls() -> None:
    async with certified("atdesk-test-") as made:
        listener = listener_at(0)
        address = f"https://localhost:{listener.getsockname()[1]}"
        trusted = ssl.create_default_context(cafile=made.ca_file)
        async with (
            serving(APP, listener, tls=made.context),
            httpx2.AsyncClient(base_url=address, verify=trusted, trust_env=False) as http,
        ):
            assert (await http.get("/")).text == "hello"


async def test_it_speaks_websocket_where_it_is_asked_to() -> None:
    listener = listener_at(0)
    address = f"ws://127.0.0.1:{listener.getsockname()[1]}/echo"
    async with serving(APP, listener, websockets=True), connect(address, proxy=None) as socket_there:
        await socket_there.send("hello")
        assert await socket_there.recv() == "hello"


async def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with listener_at(0) as taken, pytest.raises(OSError, match="in use"):
        listener_at(taken.getsockname()[1])


async def test_who_comes_before_it_is_served_waits() -> None:
    with listener_at(0) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        async with serving(APP, listener):
            assert (await reader.read()).endswith(b"hello")
        writer.close()
        await writer.wait_closed()


async def test_the_date_goes_on() -> None:
    """uvicorn writes it once a second, if it is let."""
    listener = listener_at(0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        serving(APP, listener),
        httpx2.AsyncClient(base_url=address, trust_env=False) as http,
        asyncio.timeout(20),
    ):
        first = parsedate_to_datetime((await http.get("/")).headers["date"])
        while parsedate_to_datetime((await http.get("/")).headers["date"]) == first:
            pass


async def test_an_idle_connection_is_kept_as_long_as_it_was_said() -> None:
    """A connection that was asked to stay for no time at all is closed after its answer."""
    listener = listener_at(0)
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    async with serving(APP, listener, keep_alive_s=0), asyncio.timeout(20):
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert (await reader.read()).endswith(b"hello")
    writer.close()
    await writer.wait_closed()


async def test_one_connection_is_broken_and_no_other() -> None:
    connections, listener = Connections(), listener_at(0)
    port = listener.getsockname()[1]
    async with serving(APP, listener, connections=connections), asyncio.timeout(20):
        pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for reader, writer in pairs:
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            await reader.readuntil(b"hello")
        (broken, mine), (whole, other) = pairs
        connections.abort(mine.get_extra_info("sockname"))
        with contextlib.suppress(ConnectionResetError):
            assert await broken.read() == b""
        other.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await whole.readuntil(b"hello")
        connections.abort(mine.get_extra_info("sockname"))  # who has gone is no error
        connections.abort_all()
        with contextlib.suppress(ConnectionResetError):
            assert await whole.read() == b""
        mine.close()
        other.close()


def filters() -> list[list[object]]:
    """Of uvicorn's logs: other servers of the process have theirs."""
    return [list(logging.getLogger(name).filters) for name in ("uvicorn.access", "uvicorn.error")]


@pytest.mark.parametrize(("unremarkable", "said"), [([], [UNFINISHED]), ([UNFINISHED], [])])
async def test_only_what_is_remarkable_is_logged(
    caplog: pytest.LogCaptureFixture, unremarkable: list[str], said: list[str]
) -> None:
    caplog.set_level(logging.INFO)
    before = filters()
    listener = listener_at(0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        serving(APP, listener, unremarkable=unremarkable),
        httpx2.AsyncClient(base_url=address, trust_env=False) as http,
    ):
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.get("/cut")
        await http.get("/")
    assert [one.getMessage() for one in caplog.records if one.name.startswith("uvicorn")] == said
    assert filters() == before


async def test_the_signals_are_left_to_the_host() -> None:
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    async with serving(APP, listener_at(0)):
        assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before
