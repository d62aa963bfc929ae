"""A service with the agents' pages: their frames, their indicator and the notices that they show."""

import asyncio
import time
from pathlib import Path

import pytest

from atdesk_core.policy import LookRules, NotReached
from atdesk_core.runtime.pages.account import page_account
from atdesk_core.runtime.service import Service
from atdesk_core.session import RecordKind
from atdesk_sdk import (
    AccountRef,
    Capabilities,
    CouldNotTell,
    GiveUp,
    InputActivity,
    Interaction,
    NoticeKind,
    PauseChanged,
    PausedBy,
    Presence,
    StreamKey,
    VideoClosed,
    VideoOpened,
)
from atdesk_sdk.testing import Fault, Operation, ScriptedPlatform, StateBecomes
from tests.core.runtime.office import MEETING, POLICY, Office, account, until
from tests.core.runtime.pages import Page

LOOKS = POLICY.looks.model_copy(update={"page": True})
WITH_PAGE = POLICY.model_copy(update={"looks": LOOKS})
NOT_PRIVATE = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)


def make_office(tmp_path: Path, looks: LookRules = LOOKS, capabilities: Capabilities = NOT_PRIVATE) -> Office:
    platform = ScriptedPlatform([account(one) for one in ("ann", "lee", "eve")], time.time)
    policy = POLICY.model_copy(update={"looks": looks})
    return Office(tmp_path, platform, policy=policy, capabilities=capabilities)


def page_of(service: Service, shows: str = "agent", *, obeys: bool = True) -> Page:
    page = Page(picture=shows.encode(), obeys=obeys)
    page.open(service.screens, service.page)
    return page


def recorded(office: Office, kind: RecordKind) -> list[object]:
    return [
        record.data.get("what", record.data.get("because"))
        for _, record in office.records
        if record.kind is kind
    ]


def kinds(page: Page) -> list[NoticeKind]:
    return [one.kind for one in page.notices]


async def test_an_empty_chair_at_the_page_is_found_told_on_the_page_and_written(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        page = page_of(service, "nobody")
        await until(lambda: [change.to for change in office.platform.writes] == [Presence.AWAY])
        assert kinds(page)[0] is NoticeKind.ABSENT
        assert office.platform.notices[0].kind is NoticeKind.ABSENT
        first = page.told.index(("start", page.orders[0].look_id))
        assert page.told[:first] == [("begins", page.orders[0].look_id)], "shown before the camera opens"
        page.picture = b"agent"
        await until(lambda: [one.to for one in office.platform.writes][-1] is Presence.AVAILABLE)


async def test_a_page_that_shows_no_indicator_is_no_evidence_of_absence(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        page = page_of(service, "nobody", obeys=False)
        await until(lambda: ("ends", page.told[0][1]) in page.told if page.told else False)
        assert page.orders == []
        assert service.broker.counts["looks_without_indicator"] == 1
        assert recorded(office, RecordKind.FINDING) == []


async def test_without_leave_of_the_policy_the_camera_of_the_page_stays_off(tmp_path: Path) -> None:
    office = make_office(tmp_path, POLICY.looks)
    async with office.open() as service:
        page = page_of(service, "nobody")
        await until(lambda: "page_not_allowed" in recorded(office, RecordKind.LOOK_SKIPPED))
        assert page.told == []


async def test_while_a_meeting_runs_the_page_is_not_asked(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent")
        await until(lambda: bool(office.platform.looks))
        page = page_of(service)
        looks = len(office.platform.looks)
        await until(lambda: len(office.platform.looks) > looks + 1)
        assert page.orders == []
        assert ("begins", "look-") in [(what, look[:5]) for what, look in page.told], (
            "it shows it all the same"
        )


async def test_in_a_call_the_camera_of_the_page_is_closed(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        page = page_of(service)
        await until(lambda: bool(page.orders))
        office.platform.happen(StateBecomes(account("ann"), interaction=Interaction.CUSTOMER_CALL))
        await until(lambda: "in_call" in recorded(office, RecordKind.LOOK_SKIPPED))
        assert service.room.session("ann").look is None


async def test_a_pause_on_the_page_is_the_agents_own_stop(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        page_of(service)
        await until(lambda: service.room.session("ann").look is not None)
        now = time.time()
        service.router.take(PauseChanged(page_account("ann"), True, PausedBy.AGENT, now, now))
        assert service.room.session("ann").look is None
        assert service.room.session("ann").is_paused
        service.router.take(InputActivity(page_account("ann"), True, 0.0, now, now))
        assert [one.account for one in service.room.session("ann").silences] == [page_account("ann")]


async def test_a_page_that_goes_away_closes_the_video_and_nobody_is_absent(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        page = page_of(service, "nobody")
        await until(lambda: bool(page.orders))
        assert page.key is not None
        service.page.gone(page.key, CouldNotTell.NO_SIGNAL)
        assert service.room.session("ann").videos == ()
        await asyncio.sleep(2.0)  # longer than everything that would follow from an absence
        assert office.platform.writes == []


async def test_only_a_page_is_in_no_meeting_and_has_the_account_of_a_page(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        now = time.time()
        foreign = StreamKey("scripted", "s", "1")
        service.router.take(VideoOpened(foreign, page_account("ann"), MEETING, now, now))
        service.router.take(VideoOpened(foreign, account("ann"), None, now, now))
        assert service.router.counts["not_identified"] == 2
        assert not service.room.knows("ann") or service.room.session("ann").videos == ()


@pytest.mark.parametrize(
    "whose", [page_account("nobody"), AccountRef("page", "elsewhere", "ann"), AccountRef("page", "", "")]
)
async def test_a_page_of_nobody_is_never_looked_at(tmp_path: Path, whose: AccountRef) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        now = time.time()
        service.router.take(VideoOpened(StreamKey("page", "x", "1"), whose, None, now, now))
        assert service.router.counts["not_identified"] == 1


async def test_about_somebody_else_in_the_seat_the_page_says_nothing(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        page = page_of(service, "other")
        await until(lambda: NoticeKind.DIFFERENT_PERSON in [one.kind for one in office.platform.notices])
        await until(lambda: bool(office.platform.flags))
        assert NoticeKind.DIFFERENT_PERSON not in kinds(page)


async def test_a_notice_that_the_open_page_took_has_reached_the_agent(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    assert office.policy.not_reached is NotReached.HOLD
    office.platform.happen(Fault(Operation.NOTIFY, GiveUp("no chat today")))
    async with office.open() as service:
        page = page_of(service, "nobody")
        await until(lambda: [change.to for change in office.platform.writes] == [Presence.AWAY])
        assert kinds(page)[0] is NoticeKind.ABSENT


async def test_a_notice_that_neither_the_page_nor_a_platform_took_has_not(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.platform.happen(Fault(Operation.NOTIFY, GiveUp("no chat today")))
    async with office.open() as service:
        page = page_of(service, "nobody")
        page.takes_notices = False
        await until(lambda: bool(recorded(office, RecordKind.FINDING)))
        await asyncio.sleep(3.0)  # longer than the delay and the time before a flag
        assert office.platform.writes == []
        assert not office.platform.flags


async def test_a_closed_page_takes_nothing_from_what_reached_the_agent_elsewhere(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open():
        office.show("nobody")
        await until(lambda: [change.to for change in office.platform.writes] == [Presence.AWAY])
        assert office.platform.notices[0].kind is NoticeKind.ABSENT


async def test_who_turned_the_camera_off_in_a_meeting_is_in_it_until_the_platform_says_otherwise(
    tmp_path: Path,
) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        now = time.time()
        key = StreamKey("scripted", "s", "1")
        service.router.take(VideoOpened(key, account("ann"), MEETING, now, now))
        service.router.take(VideoClosed(key, CouldNotTell.CAMERA_OFF, now, now))
        assert [one.key for one in service.room.session("ann").dark_meetings] == [key]
        service.router.take(VideoClosed(key, CouldNotTell.NO_SIGNAL, now, now))
        assert service.room.session("ann").dark_meetings == ()


@pytest.mark.parametrize("tells", [True, False])
async def test_the_world_knows_whose_platform_tells_of_idleness(tmp_path: Path, tells: bool) -> None:
    office = make_office(tmp_path, capabilities=Capabilities(reports_idle=tells))
    async with office.open() as service:
        assert service.world.facts("ann").idle_accounts == ({account("ann")} if tells else frozenset())


async def test_facts_hold_what_the_page_answered_last(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        assert service.world.facts("ann").page_answered_at is None
        page = page_of(service)
        assert service.world.facts("ann").page_answered_at is not None
        assert service.world.facts("eve").page_answered_at is None
        assert page.attachment is not None
        page.attachment.detach()
        assert service.world.facts("ann").page_answered_at is None
