"""Agreeing, refusing, withdrawing: by the agent alone, with a receipt that anybody can check."""

import json
import sqlite3
from pathlib import Path

import httpx2
import pytest

from atdesk_core.identity import Signed, Signer, verify
from atdesk_core.identity.refusing import refusal_of
from atdesk_core.runtime.consent_words import SHIPPED
from tests.core.runtime.office import until
from tests.core.web.own.house import Desk, desk


async def withdrawn(here: Desk) -> None:
    """Ann's consent of the office is ended."""
    async with here.client() as ann:
        assert (await ann.delete("/api/me/consent")).status_code == 200


async def test_withdrawing_stops_every_look_at_once_and_gives_a_receipt(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann, here.page() as page:
        here.office.show("agent")
        await until(lambda: here.service.room.session("ann").look is not None)
        answer = await ann.delete("/api/me/consent")
        assert answer.status_code == 200
        assert "receipt.json" in answer.headers["content-disposition"]
        assert not here.service.world.facts("ann").consent
        await until(lambda: here.service.room.session("ann").look is None)
        me = await page.until(lambda me: me["consent"]["given_at"] is None)
        assert me["why_no_look_code"] == "no_consent"
        again = await ann.delete("/api/me/consent")  # asked for again, it says the same
        assert again.status_code == 200
    receipt = Signed.parse(answer.text)
    verify(receipt, Signer.open(tmp_path / "atdesk.sign.key").public_pem)
    assert receipt.document["kind"] == "atdesk.erasure-receipt"
    assert receipt.document["proof"]["opened_after"] == 0  # type: ignore[index, call-overload]
    assert json.loads(answer.text)


async def test_agreeing_is_to_a_text_in_a_language(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann:
        await withdrawn(here)
        shown = (await ann.get("/api/me/consent", params={"language": "es"})).json()
        assert (shown["version"], shown["language"]) == (SHIPPED, "es")
        assert shown["given_at"] is None
        assert shown["alternative"] in shown["text"]
        other = await ann.post("/api/me/consent", json={"version": "1999"})
        assert (other.status_code, other.json()["error"]["code"]) == (409, "text_changed")
        said = await ann.post("/api/me/consent", json={"version": SHIPPED, "language": "es"})
        assert said.status_code == 204
        assert here.service.world.facts("ann").consent
        twice = await ann.post("/api/me/consent", json={"version": SHIPPED})
        assert (twice.status_code, twice.json()["error"]["code"]) == (409, "consent_given")
        log = (await ann.get("/api/me/log")).json()
    assert any(one["kind"] == "consent" and SHIPPED in one["sentence"] for one in log["entries"])


async def test_a_refusal_is_the_agents_own_and_in_no_log(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann, here.client("bob") as bob:
        standing = await bob.post("/api/me/consent/refuse", json={})
        assert (standing.status_code, standing.json()["error"]["code"]) == (409, "consent_given")
        await withdrawn(here)
        before = len((await ann.get("/api/me/log")).json()["entries"])
        assert (await ann.post("/api/me/consent/refuse", json={"version": SHIPPED})).status_code == 204
        me = (await ann.get("/api/me")).json()
        assert me["consent"] == {"given_at": None, "refused": True}
        assert len((await ann.get("/api/me/log")).json()["entries"]) == before
        kept = await refusal_of(here.service.store, "ann")
        assert kept is not None
        assert kept.text_version == SHIPPED
        assert (await ann.post("/api/me/consent", json={"version": SHIPPED})).status_code == 204
        assert (await ann.get("/api/me")).json()["consent"]["refused"] is False


@pytest.mark.long  # as long as the database waits for whoever holds it
async def test_where_nothing_can_be_proved_the_consent_ends_all_the_same(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann:
        ann.timeout = httpx2.Timeout(60.0)
        reader = sqlite3.connect(tmp_path / "atdesk.db")  # somebody reads, and holds on to the log of it
        try:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM people").fetchone()
            await ann.post("/api/me/pause")
            await here.service.room.flushed()
            answer = await ann.delete("/api/me/consent")
        finally:
            reader.close()
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "erase_later")
        assert not here.service.world.facts("ann").consent
        again = await ann.delete("/api/me/consent")
        assert again.status_code == 200
