"""A whole service: signing in begins a shift, its random looks are sealed first, Offline ends it."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atdesk_core.policy import LookReason
from atdesk_core.runtime.config import ShiftsTable
from atdesk_core.runtime.service import Service
from atdesk_sdk import Presence
from atdesk_sdk.testing import ScriptedPlatform, StateBecomes
from tests.core.runtime.office import POLICY, Office, account, until

RANDOM_ALONE = POLICY.looks.model_copy(
    update={"reasons": frozenset({LookReason.RANDOM}), "random_per_shift": 24}
)
POLICY_OF_DRAWS = POLICY.model_copy(update={"looks": RANDOM_ALONE})


def soon_over() -> str:
    """Hours that end one to two minutes from now, so that two dozen draws fall within them."""
    now = datetime.fromtimestamp(time.time(), UTC)
    return f"Mon-Sun {now - timedelta(hours=2):%H:%M}-{now + timedelta(minutes=2):%H:%M}"


def make_office(folder: Path) -> Office:
    platform = ScriptedPlatform([account("ann"), account("lee")], time.time)
    platform.happen(StateBecomes(account("ann"), Presence.OFFLINE))
    shifts = ShiftsTable.model_validate({"source": "sign_in", "hours": soon_over()})
    return Office(folder, platform, policy=POLICY_OF_DRAWS, shifts=shifts)


def looks(office: Office) -> list[str]:
    return [str(record.data["reason"]) for _, record in office.records if record.kind == "look_opened"]


def running(service: Service) -> str | None:
    shift = service.world.facts("ann").shift
    return shift.shift_id if shift else None


async def test_no_shift_no_look_then_sealed_draws_alone_and_after_offline_nothing(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent")
        assert running(service) is None
        office.platform.happen(StateBecomes(account("ann"), Presence.AVAILABLE))
        await until(lambda: running(service) is not None and bool(service.world.facts("ann").random_at))
        begun = running(service)
        await until(lambda: bool(looks(office)), timeout_s=60)
        office.platform.happen(StateBecomes(account("ann"), Presence.OFFLINE))
        await until(lambda: running(service) is None)
        opened = len(looks(office))
        office.platform.happen(StateBecomes(account("ann"), Presence.AVAILABLE))
        await until(lambda: running(service) == begun)
    assert set(looks(office)) == {"random"}
    rows = await _rows(office)
    first_look = next(number for number, (kind, _) in enumerate(rows) if kind == "look_opened")
    sealed = next(number for number, (_, data) in enumerate(rows) if data.get("what") == "committed")
    assert sealed < first_look
    assert rows[sealed][1]["shift_id"] == begun
    assert opened >= 1


async def test_the_same_shift_and_the_same_draws_after_a_restart(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.platform.happen(StateBecomes(account("ann"), Presence.AVAILABLE))
        await until(lambda: bool(service.world.facts("ann").random_at))
        before = service.world.facts("ann")
    async with office.open() as service:
        after = service.world.facts("ann")
    assert (after.shift, after.random_at) == (before.shift, before.random_at)


async def _rows(office: Office) -> list[tuple[str, dict[str, object]]]:
    async with office.open() as service:
        return [(row.kind, json.loads(row.data)) for row in await service.store.ledger_page(0)]
