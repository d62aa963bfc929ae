"""The service cuts the log by itself, by the longest time that any policy asks for."""

import logging
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import text

from atdesk_core import policy as presets_room
from atdesk_core.ledger import verify
from atdesk_core.ledger.retention import DAY_S
from atdesk_core.policy import SitePolicy
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.policy.safeguards import RetentionRules
from atdesk_core.runtime.log_keeping import MOST_DAYS, LogKeeper, longest
from atdesk_core.store import LedgerEntry, Store, Unit

START = 1_700_000_000.0


def keeping(days: int) -> SitePolicy:
    return SitePolicy(site="home", accountable="A. Person", retention=RetentionRules(ledger_days=days))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A row a day, for 400 days."""
    async with await Store.open(tmp_path / "atdesk.db") as opened:
        days = (START + number * DAY_S for number in range(400))
        await opened.commit(
            Unit(ledger=tuple(LedgerEntry(at, "home", "ref", "input", '{"idle":true}') for at in days))
        )
        yield opened


def keeper(store: Store, *policies: SitePolicy | None) -> LogKeeper:
    return LogKeeper(store, lambda: iter(policies), lambda: START + 400 * DAY_S)


async def rows_of(store: Store) -> int:
    return (await verify(store)).rows


async def test_the_longest_time_holds_for_the_one_chain(store: Store) -> None:
    assert await keeper(store, keeping(183), keeping(365), keeping(30)).keep() == 35
    assert await rows_of(store) == 400 - 35 + 1


async def test_where_a_policy_is_not_known_the_longest_time_holds_and_not_for_ever(store: Store) -> None:
    assert await keeper(store, keeping(30), None).keep() == 0
    assert await keeper(store).keep() == 0
    assert await rows_of(store) == 400
    much_later = START + (MOST_DAYS + 10) * DAY_S
    await store.commit(Unit(ledger=(LedgerEntry(much_later, "home", "ref", "input", "{}"),)))
    assert await LogKeeper(store, lambda: iter([None]), lambda: much_later).keep() == 10


async def test_a_log_that_is_not_whole_is_said_and_kept(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await store.run(lambda connection: connection.execute(text("DELETE FROM ledger WHERE seq = 3")))
    with caplog.at_level(logging.ERROR):
        assert await keeper(store, keeping(183)).keep() == 0
    assert "the decision log was not cut: the log is not whole" in caplog.text


async def test_it_is_started_and_closed_twice(store: Store) -> None:
    one = keeper(store, keeping(183))
    one.start()
    await one.aclose()
    await one.aclose()


def test_the_longest_of_many() -> None:
    assert longest([keeping(183), keeping(3650)]) == 3650
    assert longest([keeping(183), None]) == longest([]) == MOST_DAYS


def test_no_jurisdiction_allows_longer_than_what_is_taken_for_the_longest() -> None:
    codes = [path.stem for path in Path(str(files(presets_room) / "presets")).glob("*.toml")]
    days = [cap_of("ZZ" if code == "general" else code).values["retention.ledger_days"] for code in codes]
    assert len(days) > 8
    assert max(days) == MOST_DAYS  # type: ignore[type-var]  # all are numbers
