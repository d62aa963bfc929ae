"""Cards in the simulated Team Chat, changed in place by a whole service: answers, disputes, digests."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity import LinkHow, Person, confirm_link, propose_link
from atdesk_core.identity.records import mark_changed
from atdesk_core.policy import ReviewRules
from atdesk_core.reviewing import Asked, RequestKind
from atdesk_core.runtime.planning import changed_flag_rows, flag_row, outbox_rows
from atdesk_core.runtime.service import Service
from atdesk_core.session import OpenFlag, PostFlag
from atdesk_core.store import MessageRefRow, Store, Unit, tables
from atdesk_core.store.apply import upsert, upsert_values
from atdesk_sdk import AccountRef, Capabilities, FindingKind, FlagStatus, Presence
from atdesk_sdk.testing import ScriptedPlatform, StateBecomes
from atdesk_zoom.simulator import ZoomSimulator
from atdesk_zoom.simulator.chat import Card
from tests.core.runtime.office import POLICY, account, until
from tests.zoom.running import LEA
from tests.zoom.test_was_a_break import ZoomOffice

MANY = tuple(f"agent{one}" for one in range(8))
ONE_PERSON = POLICY.model_copy(update={"review": ReviewRules(two_people=frozenset())})


class LeadsOffice(ZoomOffice):
    """The office, with Lee in Zoom too."""

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        lee = AccountRef("zoom", self.sim.credentials.account_id, LEA)
        await propose_link(store, "lee", lee, LinkHow.VERIFIED_EMAIL)
        await confirm_link(store, "lee", lee, "H. R.", time.time())


@asynccontextmanager
async def leads_office(folder: Path, *agents: str) -> AsyncIterator[LeadsOffice]:
    names = ("ann", *agents)
    platform = ScriptedPlatform([account(one) for one in (*names, "lee")], time.time)
    async with ZoomSimulator() as sim:
        yield LeadsOffice(
            folder, platform, names, ONE_PERSON, capabilities=Capabilities(flag_private=True), sim=sim
        )


def shown(card: Card) -> dict[str, str]:
    sections = [block for block in card.content["body"] if block["type"] == "section"]
    return {
        item["key"]: item["value"] for one in sections for part in one["sections"] for item in part["items"]
    }


async def take(service: Service, kind: RequestKind, by: str, number: str, **more: Any) -> None:
    ref = service.world.directory.agent_ref(by) or ""
    assert await service.reviews.take(Asked(kind, ref, time.time(), flag_number=number, **more)) == "done"


async def another_lead(service: Service) -> None:
    """Mia leads somebody else at the site, so she may decide."""
    people = [Person(one, f"ref{one}", one.title(), "", "en", "sales", "home") for one in ("mia", "zoe")]

    async def job(connection: AsyncConnection) -> None:
        await upsert(connection, tables.people, people)
        await upsert_values(connection, tables.leads, [{"agent_id": "zoe", "lead_id": "mia"}])
        await mark_changed(connection)

    await service.store.run(job)
    await until(lambda: "mia" in service.world.directory.people)


async def test_one_card_is_changed_in_place_from_the_answer_to_the_end_of_a_dispute(tmp_path: Path) -> None:
    async with leads_office(tmp_path) as office, office.at_work() as service:
        office.show("other")
        await until(lambda: bool(office.flag_cards()))
        (card,) = office.flag_cards()
        (flag,) = service.room.session("ann").flags
        assert shown(card)["Asked"] == "Lee Lead"
        assert shown(card)["Check"] == "Somebody else in the seat"
        links = [block["link"] for block in card.content["body"] if block.get("link")]
        assert links[0].startswith(f"https://desk.example/flags/{flag.number}/")
        office.sim.chat.click(card.message_id, f"ack:{flag.number}", LEA)
        await until(lambda: shown(card)["Status"] == "Confirmed")
        office.show("agent")
        await until(lambda: "Back since" in shown(card))
        await take(service, RequestKind.DISPUTE, "ann", flag.number, agent_id="ann", text="it was me")
        await until(lambda: shown(card)["Status"].startswith("Disputed by the agent"))
        assert card.buttons() == []
        await another_lead(service)
        await take(service, RequestKind.OVERTURN, "mia", flag.number, code="wrong")
        await until(lambda: shown(card)["Status"].startswith("Overturned"))
        assert "different person" not in json.dumps(card.content)
        assert office.flag_cards() == [card], "one message, from the beginning to the end"
        assert "it was me" not in json.dumps(card.content)


async def test_who_is_no_lead_changes_nothing_and_a_break_of_ones_own_is_paused(tmp_path: Path) -> None:
    async with leads_office(tmp_path) as office, office.at_work() as service:
        office.show("other")
        await until(lambda: bool(office.flag_cards()))
        (card,) = office.flag_cards()
        (flag,) = service.room.session("ann").flags
        before = service.router.counts["answer_by_no_lead"]
        office.sim.chat.click(card.message_id, f"dismiss:{flag.number}:wrong", next(iter(office.sim.people)))
        await until(lambda: service.router.counts["answer_by_no_lead"] == before + 1)
        assert service.room.session("ann").flags[0].status is FlagStatus.RAISED
        office.platform.happen(StateBecomes(account("ann"), Presence.BREAK))
        await until(lambda: "Paused since" in shown(card))
        assert shown(card)["Paused since"].endswith("which is not absent")


def raised(service: Service, agent_id: str) -> OpenFlag:
    """A flag of this agent, raised now: what a session hands to the outbox."""
    now = time.time()
    number = f"A{agent_id[-1]}BCDE"
    return OpenFlag(number, "phone", FindingKind.PHONE, now - 60, now, now + 3600, 0.8, True, policy="abc123")


def at_once(service: Service, *agents: str) -> None:
    """All of them are flagged in one moment. The storm guard, which comes first, has found nothing."""
    for agent_id in agents:
        flag, profile = raised(service, agent_id), service.world.profile(agent_id)
        rows = tuple(outbox_rows(PostFlag(flag), profile, time.time(), 1))
        service.room.keep(Unit(flags=(flag_row(flag, profile, "abc123"),), outbox=rows))


async def close(service: Service, number: str, status: FlagStatus) -> None:
    kept = await service.store.flag(number)
    assert kept is not None
    now = time.time()
    after = replace(kept, status=status.value, closed_at=now)
    rows = tuple(changed_flag_rows(after, None, service.world.profile(kept.agent_id), now))
    service.room.keep(Unit(flags=(after,), outbox=rows))


async def test_many_at_once_are_one_card_that_takes_in_more_over_a_restart_and_changes_in_place(
    tmp_path: Path,
) -> None:
    async with leads_office(tmp_path, *MANY) as office:
        async with office.at_work() as service:
            at_once(service, *MANY[:6])
            await until(lambda: bool(office.flag_cards()))
            (card,) = office.flag_cards()
            assert card.content["head"]["text"] == "6 flags at once"
            await until(lambda: service.outbox.depth == 0)
            await close(service, "A2BCDE", FlagStatus.DISPUTED)
            await until(lambda: "Disputed by the agent" in json.dumps(card.content))
        async with office.at_work() as service:
            at_once(service, MANY[6])
            await until(lambda: card.content["head"]["text"] == "7 flags at once")
            assert office.flag_cards() == [card], "nobody is told twice, and nobody gets a card beside it"
            text = json.dumps(card.content)
            assert all(f"A{one}BCDE" in text for one in range(7))
            assert "phone" not in text
            assert text.count("Disputed by the agent") == 1
            for one in range(7):
                refs = await _kept(service, f"A{one}BCDE")
                assert {ref.external_id for ref in refs} == {card.message_id}


async def test_a_few_at_once_have_a_card_each(tmp_path: Path) -> None:
    async with leads_office(tmp_path, *MANY) as office, office.at_work() as service:
        at_once(service, *MANY[:4])
        await until(lambda: len(office.flag_cards()) == 4)
        await until(lambda: service.outbox.depth == 0)
        assert len(office.flag_cards()) == 4


async def test_a_digest_whose_answer_was_lost_is_sent_at_most_once_more(tmp_path: Path) -> None:
    async with leads_office(tmp_path, *MANY) as office, office.at_work() as service:
        office.sim.faults.lose_answers = 1
        at_once(service, *MANY[:6])
        await until(lambda: service.outbox.counts["duplicate_possible"] == 1)
        await until(lambda: service.outbox.depth == 0)
        assert len(office.flag_cards()) == 2
        assert {card.content["head"]["text"] for card in office.flag_cards()} == {"6 flags at once"}


async def test_what_was_over_before_it_was_shown_is_shown_to_nobody(tmp_path: Path) -> None:
    async with leads_office(tmp_path, *MANY) as office, office.at_work() as service:
        at_once(service, MANY[0])
        await service.room.flushed()
        await close(service, "A0BCDE", FlagStatus.EXPIRED)
        await until(lambda: service.outbox.counts["stale"] >= 2)
        assert office.flag_cards() == []


async def _kept(service: Service, number: str) -> Sequence[MessageRefRow]:
    """Where a flag's messages in Zoom stand: kept once Zoom has answered, a moment after the card shows it.

    Other sinks have a lane of their own, and may have answered before.
    """
    async with asyncio.timeout(20):
        while True:
            refs = await service.store.message_refs(number)
            if mine := [one for one in refs if one.adapter == "zoom-test"]:
                return mine
            await asyncio.sleep(0.02)
