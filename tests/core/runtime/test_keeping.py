"""Where an Away ends by itself, the adapter is told which of ours still stand, and no other."""

import time
from collections.abc import Collection
from pathlib import Path

import pytest

from atdesk_core.runtime.keeping import Keeping
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import Office, account, until


class _Ending(ScriptedAdapter):
    """A platform on which an Away ends unless it is kept."""

    told: list[list[AccountRef]]

    async def keep(self, accounts: Collection[AccountRef]) -> None:
        self.told.append(sorted(accounts))


class _Breaking(_Ending):
    async def keep(self, accounts: Collection[AccountRef]) -> None:
        await super().keep(accounts)
        raise OSError("no disk")


def _office(tmp_path: Path, kind: type[_Ending]) -> Office:
    kind.told = []
    accounts = [account(one) for one in ("ann", "bo", "lee", "eve", "ann-at-home")]
    return Office(tmp_path, ScriptedPlatform(accounts, time.time), ("ann", "bo"), adapter_type=kind)


async def test_an_away_is_kept_while_it_is_claimed_also_after_a_restart(tmp_path: Path) -> None:
    office = _office(tmp_path, _Ending)
    async with office.open():
        office.show("agent", "bo")
        office.show("nobody")
        await until(lambda: [account("ann")] in _Ending.told)
        assert all(account("bo") not in told for told in _Ending.told)
    _Ending.told.clear()
    async with office.open():
        await until(lambda: bool(_Ending.told))
        assert _Ending.told[0] == [account("ann")]
        office.show("agent")
        await until(lambda: _Ending.told[-1] == [])


async def test_one_that_cannot_be_told_keeps_nothing_else_up_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office = _office(tmp_path, _Breaking)
    async with office.open() as service:
        adapters = [_Breaking(office.platform, capabilities=office.capabilities) for _ in range(2)]
        keeping, before = Keeping(adapters, service.room), len(_Breaking.told)
        caplog.clear()
        for _ in range(3):
            await keeping.tell()
    assert len(_Breaking.told) >= before + 6
    assert sum("could not be told" in record.message for record in caplog.records) == 1
