"""What the doctor hears from the service that runs beside it."""

from __future__ import annotations

import time

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from atdesk_core.cli.running_check import running_lines
from atdesk_core.runtime.config import ServiceTable
from atdesk_core.web.app import build_app
from atdesk_core.web.server import serving
from atdesk_sdk import HealthReport, HealthStatus


def _report(status: HealthStatus, message: str) -> HealthReport:
    return HealthReport("teams", status, message, time.time())


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - what a table may say
@pytest.mark.parametrize(
    ("report", "lines"),
    [
        (_report(HealthStatus.UP, ""), []),
        (_report(HealthStatus.UP, "strangers"), [("the running service, teams", True, "strangers")]),
        (_report(HealthStatus.DOWN, "no secret"), [("the running service, teams", False, "no secret")]),
    ],
)
async def test_each_adapter_with_something_to_say_has_a_line(
    host: str, report: HealthReport, lines: list[tuple[str, bool, str]]
) -> None:
    async with serving(build_app({}, lambda: {"teams": report}), "127.0.0.1", 0) as port:
        assert await running_lines(ServiceTable(host=host, port=port)) == lines


async def test_where_none_runs_there_is_nothing_to_say() -> None:
    async with serving(build_app({}, dict), "127.0.0.1", 0) as port:
        pass
    assert await running_lines(ServiceTable(port=port)) == []
    assert await running_lines(ServiceTable(port=0)) == []


async def test_something_else_at_that_port_says_nothing_of_ours() -> None:
    async def other(_request: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async with serving(Starlette(routes=[Route("/readyz", other)]), "127.0.0.1", 0) as port:
        assert await running_lines(ServiceTable(port=port)) == []
