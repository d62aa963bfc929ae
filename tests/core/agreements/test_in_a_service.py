"""A running service takes up what is signed, recorded and lapsed, and stops looking where it has to."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from atdesk_core.agreements import Entry, record_precondition, site_scope
from atdesk_core.agreements.revision import mark_changed
from atdesk_core.identity import ask_code
from atdesk_core.identity.confirming import check_code
from atdesk_core.policy import Because, Precondition
from atdesk_core.runtime.dry import DryDelivery
from atdesk_core.session import OpenLook, Record, RecordKind
from atdesk_core.store import Store
from atdesk_sdk import NoticeKind
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, account, until

HOME = site_scope("home")
ASSESSED = POLICY.model_copy(update={"requires": frozenset({Precondition.IMPACT_ASSESSMENT})})
NO_CAMERA = POLICY.model_copy(update={"camera": False})


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, ScriptedPlatform([account("ann"), account("lee")], time.time))


def records(office: Office, kind: RecordKind) -> list[Record]:
    return [record for _, record in office.records if record.kind is kind]


def skipped_because(office: Office) -> list[object]:
    return [record.data["because"] for record in records(office, RecordKind.LOOK_SKIPPED)]


async def looks(office: Office) -> bool:
    """Whether a look is opened within the time of several."""
    before = len(office.platform.looks)
    await asyncio.sleep(2.0)
    return len(office.platform.looks) > before


async def kinds_of_rows(store: Store) -> list[str]:
    return [f"{row.kind} {row.data}" for row in await store.ledger_page(0)]


async def test_never_signed_nobody_is_looked_at_until_somebody_signs(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.signed = False
    async with office.open() as service:
        office.show("agent")
        assert not await looks(office)
        assert skipped_because(office) == [Because.POLICY_NOT_SIGNED]
        assert "atdesk policy sign site:home --by NAME --reason TEXT" in caplog.text
        await office.sign(service.store)
        await until(lambda: bool(office.platform.looks))


async def test_a_new_version_takes_effect_without_a_restart(office: Office) -> None:
    async with office.open() as service:
        office.show("agent")
        await until(lambda: bool(office.platform.looks))
        office.policy = NO_CAMERA
        await office.sign(service.store)
        await until(lambda: service.world.facts("ann").policy == NO_CAMERA)
        assert not await looks(office)
        await until(lambda: Because.CAMERA_FORBIDDEN in skipped_because(office))


async def test_a_policy_that_somebody_alters_while_it_runs_ends_the_looks(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    async with office.open() as service:
        office.show("agent")
        await until(lambda: bool(office.platform.looks))
        await service.store.run(
            lambda connection: connection.execute(text("UPDATE policy_versions SET reason = 'another'"))
        )
        await service.store.run(mark_changed)
        await until(lambda: Because.POLICY_NOT_SIGNED in skipped_because(office))
        assert not await looks(office)
        assert caplog.text.count("its signature does not hold") == 1
        assert 'policy {"because":"altered","level":"site","what":"refused"}' in await kinds_of_rows(
            service.store
        )


async def test_what_was_never_on_record_and_what_lapses_ends_the_looks_and_is_said(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.policy = ASSESSED
    async with office.open() as service:
        office.show("agent")
        await until(lambda: skipped_because(office) == [Because.PRECONDITION_MISSING])
        now = time.time()
        entry = Entry("DPIA-2026-04", now - 10.0, now + 4.0, "D. P. Officer")
        await record_precondition(service.store, HOME, Precondition.IMPACT_ASSESSMENT, entry, now)
        await until(lambda: bool(office.platform.looks))
        await until(lambda: Because.PRECONDITION_LAPSED in skipped_because(office))
        assert not await looks(office)
        assert "impact_assessment of site:home has lapsed (DPIA-2026-04)" in caplog.text
        rows = [row for row in await kinds_of_rows(service.store) if row.startswith("precondition")]
        assert ['"what":"recorded"' in rows[0], '"what":"lapsed"' in rows[1], len(rows)] == [True, True, 2]


async def test_no_frame_is_opened_in_the_moment_after_a_lapse(office: Office) -> None:
    """Asked for each frame, by the clock: it does not wait for the next reading of the database."""
    office.policy = ASSESSED
    async with office.open() as service:
        now = time.time()
        entry = Entry("DPIA-2026-04", now - 10.0, now + 3600.0, "D. P. Officer")
        await record_precondition(service.store, HOME, Precondition.IMPACT_ASSESSMENT, entry, now)
        await until(lambda: service.world.facts("ann").met == {Precondition.IMPACT_ASSESSMENT})
        service.world._now = lambda: now + 3600.0
        assert service.world.facts("ann").met == frozenset()
        assert service.world.facts("ann").lapsed == {Precondition.IMPACT_ASSESSMENT}


async def test_a_code_goes_to_the_agents_own_channel(office: Office) -> None:
    async with office.open() as service:
        await ask_code(service.store, "ann", time.time())
        await until(lambda: bool(office.platform.notices))
        (notice,) = office.platform.notices
        assert (notice.kind, notice.account) == (NoticeKind.ENROL_CODE, account("ann"))
        code = notice.text.split("enrols you: ")[1].split(".")[0]
        await check_code(service.store, "ann", code, time.time())
        assert await service.store.open_outbox() == []


async def test_a_dry_run_sends_no_code(office: Office) -> None:
    office.make_delivery = lambda _delivery: DryDelivery()
    async with office.open() as service:
        await ask_code(service.store, "ann", time.time())
        await asyncio.sleep(1.5)
        assert office.platform.notices == []


async def test_forbidden_and_allowed_again_at_once_there_are_looks_again(office: Office) -> None:
    """The camera went off in between: the session must not wait for a look that nobody holds open."""
    async with office.open() as service:
        office.show("agent")
        await until(lambda: service.room.session("ann").look is not None)
        office.policy = NO_CAMERA
        await office.sign(service.store)
        await until(lambda: service.world.facts("ann").policy == NO_CAMERA)
        office.policy = POLICY
        await office.sign(service.store)
        await until(lambda: service.world.facts("ann").policy == POLICY)
        assert await looks(office) or await looks(office)


class Held:
    """Looks that somebody holds open."""

    def __init__(self) -> None:
        self.open_now: set[str] = set()

    def open(self, agent_id: str, command: OpenLook) -> None:
        self.open_now.add(command.look_id)

    def close(self, look_id: str) -> None:
        self.open_now.discard(look_id)


async def test_an_open_look_is_closed_before_its_session_is_told(office: Office) -> None:
    async with office.open() as service:
        held = Held()
        service.room.looks = held
        office.show("agent")
        await until(lambda: bool(held.open_now))
        office.policy = NO_CAMERA
        await office.sign(service.store)
        await until(lambda: not held.open_now)
        await until(lambda: service.room.session("ann").look is None)
        assert [record.data["why"] for record in records(office, RecordKind.LOOK_ENDED)] == [
            Because.CAMERA_FORBIDDEN
        ]
