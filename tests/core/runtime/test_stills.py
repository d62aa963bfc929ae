"""The frame that a flag was judged on becomes a still, once; whatever comes between, there is none."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.evidence import EvidenceStore, Holds, NoStill, Still, StillError, ViewReason
from atdesk_core.identity import Directory, DirectoryRows, FileKeyRing, load_directory, withdraw_consent
from atdesk_core.policy import ExtraPersonRule, SitePolicy, StillsRule
from atdesk_core.reviewing import Asked, RequestKind
from atdesk_core.runtime import purging, stills
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.runtime.service import Service
from atdesk_core.session import Wanted
from atdesk_core.vision.redaction import Refusal, Refused
from atdesk_core.vision.still import StillPicture
from atdesk_sdk import Frame, PausedBy
from atdesk_sdk.testing import PauseSet, ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, account, until
from tests.core.runtime.test_reviews import about, add_lead, asked, ref
from tests.core.vision.footage import jpeg, jpeg_frame, room

WITH_STILLS = POLICY.model_copy(update={"stills": StillsRule(enabled=True)})
RING = FileKeyRing("test", bytes(32))


@dataclass
class Painter:
    """Keeps what it was given; the picture says whose it is. Waits while it is told to."""

    outcome: StillPicture | Refused | Exception = field(
        default_factory=lambda: StillPicture(b"redacted", True, 0)
    )
    given: list[bytes] = field(default_factory=list)
    rooms: list[bool] = field(default_factory=list)
    at_work: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.go_on.set()

    async def still(self, agent_id: str, frame: Frame, *, room: bool) -> StillPicture | Refused:
        self.given.append(bytes(frame.data))
        self.rooms.append(room)
        self.at_work.set()
        await self.go_on.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def _office(tmp_path: Path, painter: Painter, policy: SitePolicy = WITH_STILLS) -> Office:
    platform = ScriptedPlatform([account("ann"), account("lee")], time.time)
    return Office(tmp_path, platform, policy=policy, artist=painter)


async def _log(service: Service, kind: str) -> list[dict[str, Any]]:
    return [
        {"seq": row.seq, "data": row.data} for row in await service.store.ledger_page(0) if row.kind == kind
    ]


def _evidence(service: Service) -> EvidenceStore:
    return EvidenceStore(service.store, RING, time.time)


async def _stills(service: Service, wanted: int = 1) -> tuple[Still, ...]:
    async with asyncio.timeout(12):
        while len(found := await _evidence(service).find()) < wanted:  # noqa: ASYNC110  (no event)
            await asyncio.sleep(0.05)
    return found


async def _refused(service: Service) -> str:
    async with asyncio.timeout(12):
        while not (rows := await _log(service, "still_refused")):  # noqa: ASYNC110  (no event)
            await asyncio.sleep(0.05)
    return str(rows[0]["data"])


async def test_the_judged_frame_becomes_a_still_after_its_flag(tmp_path: Path) -> None:
    painter = Painter()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        office.show("other")
        (still,) = await _stills(service)
        assert painter.given == [b"other"]
        assert (still.agent_id, still.finding) == ("ann", "different_person")
        assert await service.store.flag(still.flag_number) is not None
        (kept,), flags = await _log(service, "still_kept"), await _log(service, "flag")
        assert min(row["seq"] for row in flags) < kept["seq"]
        town = await load_directory(service.store)
        view = _evidence(service).view(
            still.still_id, "lee", ViewReason.REVIEW, town, lambda _agent_id: WITH_STILLS
        )
        assert await view == b"redacted"


@pytest.mark.parametrize("asked_for", [False, True])
async def test_the_room_is_left_in_it_only_where_the_policy_asks_for_it(
    tmp_path: Path, asked_for: bool
) -> None:
    painter = Painter()
    policy = POLICY.model_copy(update={"stills": StillsRule(enabled=True, room=asked_for)})
    office = _office(tmp_path, painter, policy)
    async with office.open():
        office.show("other")
        await until(lambda: painter.rooms == [asked_for])


async def test_of_somebody_who_came_near_no_room_is_left_whatever_the_policy_says(tmp_path: Path) -> None:
    painter = Painter()
    company = ExtraPersonRule(enabled=True, agent_first_s=1.0, for_s=1.0)
    update = {"stills": StillsRule(enabled=True, room=True), "extra_person": company}
    office = _office(tmp_path, painter, POLICY.model_copy(update=update))
    async with office.open():
        office.show("company")
        await until(lambda: painter.rooms == [False], timeout_s=30)


async def test_where_policy_does_not_allow_stills_no_frame_is_ever_held(tmp_path: Path) -> None:
    painter = Painter()
    office = _office(tmp_path, painter, POLICY)
    async with office.open() as service:
        office.show("other")
        await until(lambda: bool(office.platform.flags))
        assert not service._stills._judged
    assert painter.given == []


async def test_a_still_of_no_life_is_none(tmp_path: Path) -> None:
    painter = Painter()
    of_no_life = POLICY.model_copy(update={"stills": StillsRule(enabled=True, life_days=0)})
    office = _office(tmp_path, painter, of_no_life)
    async with office.open() as service:
        office.show("other")
        await until(lambda: bool(office.platform.flags))
        assert not service._stills._judged
    assert painter.given == []


async def test_where_no_frame_by_itself_shows_it_there_is_no_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "shown", lambda *_: frozenset())
    painter = Painter()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        office.show("other")
        assert '"because":"no_picture","look_id":null' in await _refused(service)
    assert painter.given == []


async def test_a_pause_while_it_is_redacted_means_no_still(tmp_path: Path) -> None:
    painter = Painter()
    painter.go_on.clear()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        office.show("other")
        await asyncio.wait_for(painter.at_work.wait(), 12)
        office.platform.happen(PauseSet(account("ann"), True, PausedBy.AGENT))
        await until(lambda: service.room.session("ann").paused_by is not None)
        office.platform.happen(PauseSet(account("ann"), False, PausedBy.AGENT))
        await until(lambda: service.room.session("ann").paused_by is None)
        painter.go_on.set()
        assert "paused" in await _refused(service)
        assert await _evidence(service).find() == ()


async def test_a_consent_withdrawn_while_it_is_redacted_means_no_still(tmp_path: Path) -> None:
    painter = Painter()
    painter.go_on.clear()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        office.show("other")
        await asyncio.wait_for(painter.at_work.wait(), 12)
        await withdraw_consent(service.store, "ann", time.time())
        painter.go_on.set()
        assert "no_consent" in await _refused(service)
        assert await _evidence(service).find() == ()


@pytest.mark.parametrize(
    ("outcome", "because"),
    [
        (Refused(Refusal.FACE_LEFT), "face_left"),
        (Refused(Refusal.TOO_DARK), "too_dark"),
        (RuntimeError("a name in a text"), "failed"),
        (TimeoutError(), "too_late"),
    ],
)
async def test_whatever_goes_wrong_there_is_no_still_and_the_log_says_why(
    tmp_path: Path, outcome: Refused | Exception, because: str, caplog: pytest.LogCaptureFixture
) -> None:
    office = _office(tmp_path, Painter(outcome))
    async with office.open() as service:
        office.show("other")
        assert f'"because":"{because}"' in await _refused(service)
        assert await _evidence(service).find() == ()
    assert "a name in a text" not in caplog.text


async def test_who_comes_back_before_the_flag_leaves_no_frame_behind(tmp_path: Path) -> None:
    """It is confirmed with fresh evidence: the frame is there, and goes when the agent is seen again."""
    painter = Painter()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        office.show("nobody")
        await until(lambda: "ann" in service._stills._judged)
        office.show("agent")
        await until(lambda: not service.room.session("ann").episodes)
        assert not service._stills._judged
    assert painter.given == []


async def test_a_still_is_gone_at_its_time_also_when_the_service_was_down(tmp_path: Path) -> None:
    short = POLICY.model_copy(update={"stills": StillsRule(enabled=True, life_days=6 / 86_400)})
    office = _office(tmp_path, Painter(), short)
    async with office.open() as service:
        office.show("other")
        (still,) = await _stills(service)
    await asyncio.sleep(max(0.0, still.expires_at - time.time()))
    async with office.open() as again:
        async with asyncio.timeout(12):
            while await _evidence(again).find():  # noqa: ASYNC110  (the database has no event)
                await asyncio.sleep(0.05)
        assert len(await _log(again, "still_purged")) == 1


async def test_it_is_purged_while_the_service_runs(tmp_path: Path) -> None:
    short = POLICY.model_copy(update={"stills": StillsRule(enabled=True, life_days=3 / 86_400)})
    office = _office(tmp_path, Painter(), short)
    async with office.open() as service:
        office.show("other")
        (still,) = await _stills(service)
        town = await load_directory(service.store)
        async with asyncio.timeout(30):
            while await _evidence(service).find():  # noqa: ASYNC110  (the database has no event)
                await asyncio.sleep(0.05)
        with pytest.raises(StillError, match="there is no still"):
            await _evidence(service).view(
                still.still_id, "lee", ViewReason.REVIEW, town, lambda _agent_id: short
            )


async def test_a_policy_that_is_tightened_reaches_what_is_kept(tmp_path: Path) -> None:
    office = _office(tmp_path, Painter())
    async with office.open() as service:
        office.show("other")
        await _stills(service)
    office.policy = POLICY
    async with office.open() as again:
        async with asyncio.timeout(30):
            while await _evidence(again).find():  # noqa: ASYNC110  (the database has no event)
                await asyncio.sleep(0.05)


async def test_a_purge_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(purging, "PURGE_S", 0.1)
    short = POLICY.model_copy(update={"stills": StillsRule(enabled=True, life_days=1 / 86_400)})
    office = _office(tmp_path, Painter(), short)
    refuse = "CREATE TRIGGER full BEFORE DELETE ON stills BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    async with office.open() as service:
        await service.store.run(lambda connection: connection.execute(text(refuse)))
        office.show("other")
        await _stills(service)
        await until(lambda: "cannot be destroyed yet" in caplog.text)
        assert len(await _evidence(service).find()) == 1
        await service.store.run(lambda connection: connection.execute(text("DROP TRIGGER full")))
        async with asyncio.timeout(12):
            while await _evidence(service).find():  # noqa: ASYNC110  (the database has no event)
                await asyncio.sleep(0.05)


async def test_a_dispute_holds_what_is_kept_of_the_flag_until_it_is_overturned(tmp_path: Path) -> None:
    """Held as soon as the agent disputes; destroyed once a second reviewer says that the flag was wrong."""
    office = _office(tmp_path, Painter())
    async with office.open() as service:
        second = await add_lead(service, "ann")
        office.show("other")
        (still,) = await _stills(service)
        number = still.flag_number
        dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", number)
        assert await asked(service, dispute) == "done"
        async with asyncio.timeout(12):
            while (await _evidence(service).find())[0].hold_until is None:  # noqa: ASYNC110  (no event)
                await asyncio.sleep(0.05)
        assert await asked(service, about(RequestKind.OVERTURN, second, number, "wrong")) == "done"
        async with asyncio.timeout(12):
            while await _evidence(service).find():  # noqa: ASYNC110  (the database has no event)
                await asyncio.sleep(0.05)
        holds = [row["data"] for row in await _log(service, "hold")]
        assert ["placed" in data for data in holds] == [True, False]
        assert '"by":"the_review"' in holds[1]


async def _disputed_while_it_is_redacted(office: Office, service: Service, painter: Painter) -> str:
    office.show("other")
    async with asyncio.timeout(12):
        await painter.at_work.wait()
    (flag,) = service.room.session("ann").flags
    dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", flag.number)
    assert await asked(service, dispute) == "done"
    await until(lambda: len(service._stills._tasks) == 1)  # what a dispute holds: nothing yet
    return flag.number


async def test_a_still_that_is_sealed_after_the_dispute_is_held_all_the_same(tmp_path: Path) -> None:
    painter = Painter()
    painter.go_on.clear()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        await _disputed_while_it_is_redacted(office, service, painter)
        painter.go_on.set()
        await _stills(service)
        await until(lambda: not service._stills._tasks)
        (still,) = await _evidence(service).find()
        assert still.hold_until is not None


async def test_of_a_flag_that_came_to_nothing_while_it_was_redacted_there_is_no_still(
    tmp_path: Path,
) -> None:
    painter = Painter()
    painter.go_on.clear()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        second = await add_lead(service, "ann")
        number = await _disputed_while_it_is_redacted(office, service, painter)
        assert await asked(service, about(RequestKind.OVERTURN, second, number, "wrong")) == "done"
        painter.go_on.set()
        assert '"because":"flag_gone"' in await _refused(service)
        assert await _evidence(service).find() == ()


async def test_what_a_dispute_holds_is_held_after_a_restart_when_there_was_no_time_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed right after the dispute was kept; and the still would have had its time meanwhile."""

    async def killed(*_what: object) -> None:
        await asyncio.Event().wait()

    office = _office(tmp_path, Painter())
    with monkeypatch.context() as patched:
        patched.setattr(Holds, "hold_all", killed)
        patched.setattr(stills, "CLOSE_S", 0.0)
        async with office.open() as service:
            office.show("other")
            (still,) = await _stills(service)
            number = still.flag_number
            dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", number)
            assert await asked(service, dispute) == "done"
            gone = text("UPDATE stills SET expires_at = :now")

            async def job(connection: AsyncConnection) -> None:
                await connection.execute(gone, {"now": time.time() + 1})

            await service._stills._purging.aclose()
            await service.store.run(job)
    office.clock = lambda: time.time() + 60.0  # its time is over
    async with office.open() as service:
        (still,) = await _evidence(service).find()
        assert still.hold_until is not None


async def test_two_flags_of_one_agent_at_once_are_both_written_down(tmp_path: Path) -> None:
    """Whichever has the picture: the other one says that it has none, and neither stands in for the other."""
    painter = Painter()
    painter.go_on.clear()
    office = _office(tmp_path, painter)
    async with office.open() as service:
        office.show("other")
        async with asyncio.timeout(12):
            await painter.at_work.wait()
        (flag,) = service.room.session("ann").flags
        numbers = [flag.number, "SECOND", "THIRD1"]
        for number in numbers[1:]:
            service._stills.flagged("ann", replace(flag, number=number))
        rows = [await service.store.flag(flag.number)]
        assert rows[0] is not None
        service._stills.kept([replace(rows[0], number=number) for number in numbers[1:]])
        painter.go_on.set()
        (still,) = await _stills(service)
        assert still.flag_number == flag.number
        await until(lambda: not service._stills._tasks)
        refused = " ".join(str(row["data"]) for row in await _log(service, "still_refused"))
        assert all(number in refused for number in numbers[1:])


def test_the_reasons_are_words_that_the_log_takes() -> None:
    assert all(one.value.replace("_", "").isalpha() for one in (*NoStill, *Refusal))


async def test_of_whom_there_is_no_consent_any_more_nothing_stays_in_memory() -> None:
    """Another process withdrew it, or erased the agent: this one hears of it with the directory."""
    asked: list[str] = []

    async def enrolment_of(agent_id: str) -> None:
        asked.append(agent_id)

    pool = VisionPool(1, enrolment_of)
    await pool.start()
    try:
        for agent_id in ("ann", "bo"):
            await pool.observe(agent_id, jpeg_frame(jpeg(room())), Wanted())
        assert pool.remembered == {"ann", "bo"}
        pool.renew(Directory(DirectoryRows(consented=["bo"])).has_consent)
        assert pool.remembered == {"bo"}
        await pool.observe("bo", jpeg_frame(jpeg(room())), Wanted())
    finally:
        await pool.aclose()
    assert asked == ["ann", "bo", "bo"]
