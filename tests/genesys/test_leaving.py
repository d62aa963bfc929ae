"""A user whom the organisation has no more: told once, on a clear answer alone."""

from __future__ import annotations

import pytest

from atdesk_genesys.errors import UserGone, verdict
from atdesk_sdk.events import AccountGone
from tests.genesys.conftest import Desk, Open, account, until


async def test_a_deleted_user_is_told_as_gone_once(open_desk: Open) -> None:
    async with open_desk(resync_s=0.1) as desk:
        first, second = list(desk.sim.world.agents)[:2]
        await desk.follow(first, second)
        desk.sim.world.remove_agent(first)
        gone = await desk.host.wait_for(AccountGone)
        assert gone.account == account(first)
        await _resyncs(desk, 3)
        assert len(desk.host.of(AccountGone)) == 1


async def test_whoever_is_there_is_never_told_as_gone(open_desk: Open) -> None:
    async with open_desk(resync_s=0.1) as desk:
        await desk.follow(desk.user)
        await _resyncs(desk, 3)
        assert desk.host.of(AccountGone) == []


@pytest.mark.parametrize(
    ("status", "code", "gone"),
    [
        (404, "presenceservice.usernotfound", True),
        (404, "not.found", False),
        (404, "presenceservice.sourcenotfound", False),
        (403, "missing.division.permission", False),
        (403, "presenceservice.usernotfound", False),
        (500, "presenceservice.usernotfound", False),
    ],
)
def test_only_one_answer_says_that_somebody_is_gone(status: int, code: str, gone: bool) -> None:
    body = f'{{"code": "{code}"}}'.encode()
    assert isinstance(verdict("read a presence", status, body, None, writes=False), UserGone) is gone


async def _resyncs(desk: Desk, times: int) -> None:
    before = len(desk.sim.log.all("GET /api/v2/users"))
    await until(lambda: len(desk.sim.log.all("GET /api/v2/users")) >= before + times)
