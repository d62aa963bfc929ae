"""`atdesk simulate teams`, as it is typed, and how a simulator begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import ssl
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from atdesk_teams.simulator import TeamsSimulator, serve
from tests.teams.simulator.conftest import client_of


async def _typed(*more: str) -> asyncio.subprocess.Process:
    code = "from atdesk_core.cli.main import main; main()"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, "simulate", "teams", *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _token_and_presences(said: dict[str, Any]) -> list[str]:
    """What anybody can do who has the one line."""
    context = ssl.create_default_context(cafile=said["ca_file"])
    async with httpx2.AsyncClient(verify=context, trust_env=False) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": said["client_id"],
            "client_secret": said["client_secret"],
            "scope": "https://graph.microsoft.com/.default",
        }
        path = f"{said['authority']}/{said['tenant_id']}/oauth2/v2.0/token"
        token = (await http.post(path, data=form)).json()["access_token"]
        agents = [one["id"] for one in said["agents"]]
        answered = await http.post(
            f"{said['graph_url']}/communications/getPresencesByUserId",
            json={"ids": agents},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (await http.get(said["control_url"])).status_code == 200
    return [one["availability"] for one in answered.json()["value"]]


async def test_one_line_of_json_is_all_that_a_client_needs() -> None:
    process = await _typed("--json")
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            said = json.loads(await process.stdout.readline())
        assert await _token_and_presences(said) == ["Available"] * 5
        assert [one["name"] for one in said["leads"]] == ["Sami Castellan"]
        assert (said["platform"], said["ws_url"]) == ("teams", "")
        assert said["bot_id"] == said["client_id"]
        assert said["service_url"] == f"{said['base_url']}/connector"
        assert said["workflows_url"].startswith(f"{said['base_url']}/workflows")
        assert said["team_id"].endswith("@thread.tacv2")
        assert said["channel_id"].endswith("@thread.tacv2")
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            out, err = await process.communicate()
    assert (process.returncode, out, err) == (0, b"", b"")
    assert not await asyncio.to_thread(Path(said["ca_file"]).exists)


async def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await TeamsSimulator(port).start()
        with pytest.raises(OSError, match="in use"):
            await serve(port, lambda _: None)
        process = await _typed("--port", str(port))
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    assert process.returncode == 2
    assert f"cannot listen on port {port}" in (out + err).decode()
    assert b"Traceback" not in out + err


async def test_it_ends_while_a_client_keeps_its_connection_and_can_end_twice() -> None:
    sim = TeamsSimulator()
    await sim.start()
    async with client_of(sim) as http:
        assert (await http.get("/_sim")).status_code == 200
        async with asyncio.timeout(5):
            await sim.aclose()
        await sim.aclose()
        with pytest.raises(httpx2.TransportError):
            await http.get("/_sim")


async def test_it_ends_while_requests_are_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async with TeamsSimulator() as sim, client_of(sim) as http:
        sim.faults.add("early", delay_s=60.0)
        sim.faults.add("late", late_s=60.0)
        waiting = [asyncio.create_task(http.get(f"/v1.0/{name}")) for name in ("early", "late")]
        await sim.journal.wait_entries(1, "graph", "late")
        async with asyncio.timeout(5):
            await sim.aclose()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, httpx2.TransportError) for one in ended)
    assert not caplog.records


async def test_it_speaks_tls_alone_and_newer_than_1_1() -> None:
    async with TeamsSimulator() as sim:
        port = httpx2.URL(sim.base_url).port
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(str(sim.ca_file))
        _, writer = await asyncio.open_connection("localhost", port, ssl=old)
        assert writer.get_extra_info("ssl_object").version() in ("TLSv1.2", "TLSv1.3")
        writer.close()
        with contextlib.suppress(ssl.SSLError, OSError):
            await writer.wait_closed()
        async with httpx2.AsyncClient(trust_env=False) as http:
            with pytest.raises(httpx2.TransportError):
                await http.get(f"http://localhost:{port}/_sim")
            with pytest.raises(httpx2.ConnectError):
                await http.get(f"{sim.base_url}/_sim")
