"""A whole service: somebody whose account is gone, or who is declared as left, is looked at no more."""

import json
import time
from pathlib import Path

from atdesk_core.identity.leaving import Departure, Why, come_back, leave
from atdesk_core.runtime.service import Service
from atdesk_sdk import AccountGone
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import Office, account, until


def make_office(folder: Path) -> Office:
    platform = ScriptedPlatform([account(one) for one in ("ann", "bea", "lee")], time.time)
    return Office(folder, platform, ("ann", "bea"))


def looks(office: Office, agent_id: str) -> int:
    return sum(record.kind == "look_opened" for one, record in office.records if one == agent_id)


def has_left(service: Service) -> bool:
    return service.world.directory.has_left("ann")


async def test_a_platform_says_that_somebody_is_gone_and_no_look_follows(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent", "ann")
        office.show("agent", "bea")
        await until(lambda: looks(office, "ann") > 0 and looks(office, "bea") > 0)
        service.rounds.hear(AccountGone(account("ann"), time.time(), time.time()))
        await until(lambda: has_left(service))
        assert service.room.session("ann").look is None
        assert service.world.facts("ann").shift is None
        assert not service.world.facts("ann").consent
        before, others = looks(office, "ann"), looks(office, "bea")
        office.show("nobody", "ann")
        await until(lambda: looks(office, "bea") > others + 2)
        assert looks(office, "ann") == before
        rows = [json.loads(row.data) for row in await service.store.ledger_page(0) if row.kind == "left"]
        assert [(row["what"], row["why"], row["platform"]) for row in rows] == [
            ("left", "platform", "scripted")
        ]


async def test_it_holds_over_a_restart_until_it_is_taken_back(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        await leave(service.store, Departure("ann", time.time(), Why.DECLARED, "H. R."))
        await until(lambda: has_left(service))
    async with office.open() as service:
        office.show("agent", "ann")
        assert has_left(service)
        await come_back(service.store, "ann")
        await until(lambda: looks(office, "ann") > 0)
