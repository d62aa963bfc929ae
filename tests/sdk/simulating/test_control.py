"""The control plane: an act gets what was sent, a mistake is said in a sentence, and the log is read."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from atdesk_sdk.simulating.control import acting, log_of, redirect_in
from atdesk_sdk.simulating.journal import Journal


async def _say(body: dict[str, Any]) -> dict[str, Any]:
    return {"who": body["who"], "said": body["text"]}


async def _find(body: dict[str, Any]) -> dict[str, Any]:
    people = {"Mira": 1}
    return {"found": people[body["who"]]}


async def _refuse(body: dict[str, Any]) -> dict[str, Any]:
    raise KeyError(f"no user {body['who']!r} here")


async def _fail(_: dict[str, Any]) -> dict[str, Any]:
    raise TypeError


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
async def http(journal: Journal) -> AsyncIterator[httpx2.AsyncClient]:
    acts = acting({"users/{who}/say": _say, "find": _find, "refuse": _refuse, "fail": _fail})
    app = httpx2.ASGITransport(app=Starlette(routes=[*acts, log_of(journal)]))
    async with httpx2.AsyncClient(transport=app, base_url="http://here/_sim") as client:
        yield client


async def test_an_act_gets_what_was_sent_and_where(http: httpx2.AsyncClient) -> None:
    answered = await http.post("/users/Mira Halloran/say", json={"text": "hello", "who": "somebody else"})
    assert (answered.status_code, answered.json()) == (200, {"who": "Mira Halloran", "said": "hello"})


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("/users/Mira/say", b"", "give 'text'"),
        ("/users/Mira/say", b"[]", "an object was expected"),
        ("/find", b'{"who": "Nobody"}', "there is no 'Nobody'"),
        ("/refuse", b'{"who": "Nobody"}', "no user 'Nobody' here"),
        ("/fail", b"", "TypeError"),
    ],
)
async def test_a_mistake_is_said(http: httpx2.AsyncClient, path: str, sent: bytes, said: str) -> None:
    answered = await http.post(path, content=sent)
    assert (answered.status_code, answered.json()) == (400, {"error": said})


async def test_what_is_no_json_is_said_too(http: httpx2.AsyncClient) -> None:
    answered = await http.post("/find", content=b"{")
    assert answered.status_code == 400
    assert "property name" in answered.json()["error"]


async def test_the_log_is_read_from_where_one_was(http: httpx2.AsyncClient, journal: Journal) -> None:
    for what in ("GET /a", "GET /b", "POST /b"):
        journal.add("in", "rest", what, note="200")
    journal.add("out", "hook", "POST /c")
    whole = (await http.get("/log")).json()
    assert [entry["what"] for entry in whole] == ["GET /a", "GET /b", "POST /b", "POST /c"]
    asked = {"where": "rest", "what": "/b", "way": "in"}
    assert (await http.get("/log", params=asked)).json() == whole[1:3]
    later = {"since": str(whole[-1]["at_s"])}
    assert (await http.get("/log", params=later)).json() == []
    assert (await http.get("/log", params={"since": "noon"})).status_code == 400


def test_an_address_to_be_sent_back_to_is_absolute() -> None:
    assert redirect_in({"uri": "https://here/back?to=1"}) == "https://here/back?to=1"


@pytest.mark.parametrize("uri", [None, 7, "", "/back", "ftp://here/back", "https://here/back#top"])
def test_what_is_no_such_address_is_refused(uri: object) -> None:
    with pytest.raises(ValueError, match="absolute 'uri' without a fragment"):
        redirect_in({"uri": uri})
