"""The hint that only the agent gets, in a running service: who does not want it, does not get it."""

import asyncio
import time
from pathlib import Path

import pytest

from atdesk_core.identity import silence, unsilence
from atdesk_core.runtime.wording import notice_text
from atdesk_core.session import NotifyAgent, hints
from atdesk_sdk import NoticeKind
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import Office, account, until

LIGHT = NoticeKind.MORE_LIGHT
TOLD = set(NoticeKind) - {NoticeKind.ENROL_CODE, NoticeKind.DESK_CHECK}
"""What a session tells; codes and desk checks have a text of their own."""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(hints, "DARK_FOR_S", 0.5)  # so that the story takes seconds
    names = ("ann", "bob")
    platform = ScriptedPlatform([account(one) for one in (*names, "lee")], time.time)
    return Office(tmp_path, platform, names)


def told_of_light(office: Office) -> list[str]:
    notices = office.platform.notices
    return [notice.account.external_id for notice in notices if notice.kind is LIGHT]


async def test_a_running_service_stops_giving_it_and_gives_it_again(office: Office) -> None:
    async with office.open() as service:
        await silence(service.store, "ann", LIGHT, time.time())
        await until(lambda: service.world.facts("ann").silenced == {LIGHT})
        office.show("dark", "ann")
        office.show("dark", "bob")
        await until(lambda: told_of_light(office) == ["bob"])
        await until(lambda: service.room.session("ann").judge.verdict.reason == "too_dark")
        await asyncio.sleep(1.5)  # three times as long as it takes bob
        assert told_of_light(office) == ["bob"]
        await unsilence(service.store, "ann", LIGHT)
        await until(lambda: told_of_light(office) == ["bob", "ann"])


async def test_it_stays_silenced_over_a_restart(office: Office) -> None:
    async with office.open() as service:
        await silence(service.store, "ann", LIGHT, time.time())
    async with office.open() as service:
        assert service.world.facts("ann").silenced == {LIGHT}
        assert service.world.facts("bob").silenced == frozenset()


def test_it_says_how_to_switch_it_off_and_what_comes_before_a_flag_says_no_such_thing() -> None:
    texts = {kind: notice_text(NotifyAgent("n1", kind, 0.0, 60.0), "UTC") for kind in TOLD}
    assert "ask your administrator to switch the hint more_light off" in texts[LIGHT]
    assert not any("switch the hint" in text for kind, text in texts.items() if kind is not LIGHT)
