"""Headers that every answer carries, those among them without which Zoom shows no page."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from atdesk_core.web.headers import Framing, SafeHeaders

#: What Zoom's client checks on each document, or it does not render it (developers.zoom.us, OWASP headers).
ZOOM_WANTS = (
    "strict-transport-security",
    "x-content-type-options",
    "content-security-policy",
    "referrer-policy",
)


async def _page(_request: Request) -> Response:
    return PlainTextResponse("here")


async def _own(_request: Request) -> Response:
    return PlainTextResponse("here", headers={"Strict-Transport-Security": "max-age=1"})


def _asking(public_url: str) -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/me/", _page), Route("/own", _own)])
    safe = SafeHeaders(app, Framing(("https://*.zoom.us",), public_url))
    return httpx.AsyncClient(transport=httpx.ASGITransport(safe), base_url="http://testserver")


@pytest.fixture
async def public() -> AsyncIterator[httpx.AsyncClient]:
    async with _asking("https://atdesk.example.com") as http:
        yield http


@pytest.mark.parametrize("path", ["/me/", "/nothing-here"])
async def test_what_zooms_client_asks_of_a_page(public: httpx.AsyncClient, path: str) -> None:
    answer = await public.get(path)
    assert [name for name in ZOOM_WANTS if name not in answer.headers] == []
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_the_agents_page_may_be_framed_by_its_consoles_alone(public: httpx.AsyncClient) -> None:
    mine, other = await public.get("/me/"), await public.get("/nothing-here")
    assert "frame-ancestors https://*.zoom.us" in mine.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in other.headers["content-security-policy"]


async def test_an_answer_that_says_otherwise_keeps_its_word(public: httpx.AsyncClient) -> None:
    assert (await public.get("/own")).headers["strict-transport-security"] == "max-age=1"


@pytest.mark.parametrize("public_url", ["", "http://127.0.0.1:8080"])
async def test_without_tls_nothing_is_promised_of_it(public_url: str) -> None:
    async with _asking(public_url) as http:
        assert "strict-transport-security" not in (await http.get("/me/")).headers
