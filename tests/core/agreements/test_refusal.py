"""Who refuses is, for leads, for the log and for every list, one who was not asked yet."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text

from atdesk_core.cli import agents
from atdesk_core.identity import (
    Consent,
    Refusal,
    RefusalError,
    directory_revision,
    load_directory,
    record_consent,
    record_refusal,
    refusal_of,
)
from atdesk_core.store import Store
from tests.core.identity.town import fill

REFUSED = Refusal("ana", "v3", "es", "a scheduled call", 20.0)


async def _listed(path: Path) -> str:
    out = io.StringIO()
    console = Console(file=out, width=200)
    await asyncio.to_thread(agents.list_agents, path, now=lambda: 30.0, console=console)
    return out.getvalue()


async def _everything_else(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every table but the one of refusals, row by row."""
    async with store.reading() as connection:
        names = await connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        tables = [name for name in names if name != "consent_refusals"]
        return {
            name: [tuple(row) for row in await connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608
            for name in tables
        }


async def test_a_refusal_changes_nothing_that_anybody_else_reads(store: Store, tmp_path: Path) -> None:
    await fill(store)
    before, listed = await _everything_else(store), await _listed(tmp_path / "atdesk.db")
    await record_refusal(store, REFUSED)
    assert await _everything_else(store) == before
    assert await _listed(tmp_path / "atdesk.db") == listed
    town = await load_directory(store)
    assert (town.has_consent("ana"), town.has_consent("bo")) == (False, False)


async def test_it_is_no_change_of_the_directory_and_no_row_of_the_log(store: Store) -> None:
    await fill(store)
    number = await directory_revision(store)
    await record_refusal(store, REFUSED)
    assert await directory_revision(store) == number
    assert await store.ledger_bounds() is None


async def test_the_agent_can_read_it_and_agreeing_later_takes_it_away(store: Store) -> None:
    await fill(store)
    await record_refusal(store, REFUSED)
    assert await refusal_of(store, "ana") == REFUSED
    await record_consent(store, Consent("c1", "ana", "v4", "es", "a scheduled call", 40.0))
    assert await refusal_of(store, "ana") is None


@pytest.mark.parametrize(
    ("refusal", "prepare", "says"),
    [
        (Refusal("ghost", "v3", "es", "a call", 1.0), None, "nobody in the directory has the id ghost"),
        (Refusal("ana", "v3", "es", " ", 1.0), None, "the alternative that is taken"),
        (
            REFUSED,
            lambda store: record_consent(store, Consent("c1", "ana", "v3", "es", "a call", 1.0)),
            "atdesk consent withdraw",
        ),
    ],
)
async def test_what_is_no_refusal_is_not_recorded(
    store: Store, refusal: Refusal, prepare: Callable[[Store], Awaitable[None]] | None, says: str
) -> None:
    await fill(store)
    if prepare is not None:
        await prepare(store)
    with pytest.raises(RefusalError, match=says):
        await record_refusal(store, refusal)
