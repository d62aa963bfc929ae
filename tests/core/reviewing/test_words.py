"""What an agent typed stands in one place, under their id, and goes."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.leaving import Departure, Why, erase_leaver, is_disputed, leave
from atdesk_core.reviewing import (
    Asked,
    RequestKind,
    ask,
    dispute_of,
    outcome_of,
    pause_of,
    pending,
    settle,
)
from atdesk_core.store import DisputeRow, PauseRow, Store, Unit, UnitRefusedError, tables
from atdesk_core.store.review_words import forget_words
from tests.core.reviewing.people import FLAG, fill

WORDS = "my daughter was ill"
DISPUTE = DisputeRow(FLAG.number, "a0", 300.0, WORDS)
PAUSE = PauseRow("a0", 300.0, "agent", "family", WORDS)


async def kept(store: Store) -> None:
    await fill(store, 2)
    await store.commit(Unit(flags=(FLAG,), disputes=(DISPUTE,), pauses=(PAUSE,)))
    await ask(store, Asked(RequestKind.DISPUTE, "ref0", 300.0, "a0", FLAG.number, text=WORDS))


def left_on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_no_row_shows_its_words_when_it_is_printed() -> None:
    asked = Asked(RequestKind.DISPUTE, "ref0", 300.0, "a0", FLAG.number, text=WORDS)
    assert WORDS not in f"{DISPUTE!r} {PAUSE!r} {asked!r}"


async def test_an_erasure_takes_every_word_and_leaves_the_dispute(store: Store, tmp_path: Path) -> None:
    await kept(store)
    await store.run(lambda connection: forget_words(connection, "a0"))
    dispute = await dispute_of(store, FLAG.number)
    assert dispute is not None
    assert (dispute.text, dispute.at) == (None, 300.0)
    assert await pause_of(store, "a0") is None
    assert [request.text for request in await pending(store)] == [None]
    assert await store.scrub()
    await store.aclose()
    assert WORDS.encode() not in left_on_disk(tmp_path)


async def test_whoever_leaves_the_directory_leaves_no_word(store: Store) -> None:
    await kept(store)

    async def remove(connection: AsyncConnection) -> None:
        await connection.execute(delete(tables.people).where(tables.people.c.agent_id == "a0"))

    await store.run(remove)
    assert await dispute_of(store, FLAG.number) is None
    assert await pause_of(store, "a0") is None
    assert await pending(store) == []


async def test_a_day_after_somebody_left_their_words_are_gone_and_an_open_dispute_holds_that_back(
    store: Store,
) -> None:
    await kept(store)
    await leave(store, Departure("a0", 300.0, Why.ROSTER, ""))
    await store.commit(Unit(flags=(replace(FLAG, status="disputed", closed_at=310.0),)))
    assert await is_disputed(store, "a0")
    # Asked again where it is done: somebody may dispute a flag between the question and the erasure.
    assert await erase_leaver(store, "a0", 400.0, lambda _gone: []) is None
    await store.commit(Unit(flags=(replace(FLAG, status="overturned", closed_at=310.0),)))
    assert not await is_disputed(store, "a0")
    assert await erase_leaver(store, "a0", 400.0, lambda _gone: []) is not None
    dispute = await dispute_of(store, FLAG.number)
    assert dispute is not None
    assert dispute.text is None
    assert await pause_of(store, "a0") is None


async def test_of_somebody_who_has_left_nothing_is_kept_and_nothing_else_is_lost(store: Store) -> None:
    await fill(store, 1)
    gone = PauseRow("nobody", 300.0, "agent")
    await store.commit(Unit(flags=(FLAG,), pauses=(gone, PAUSE)))
    assert await pause_of(store, "nobody") is None
    assert await pause_of(store, "a0") == PAUSE


async def test_a_pause_is_kept_while_it_stands_and_there_is_no_history_to_count(store: Store) -> None:
    await fill(store, 1)
    await store.commit(Unit(pauses=(PAUSE,)))
    later = PauseRow("a0", 400.0, "agent")
    await store.commit(Unit(pauses=(later,)))
    assert await pause_of(store, "a0") == later
    await store.commit(Unit(resumed=("a0",)))
    async with store.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM pauses")) == 0


async def test_a_request_is_done_once_and_its_words_go_then(store: Store) -> None:
    await kept(store)
    (request,) = await pending(store)
    assert request.text == WORDS
    await settle(store, request.place, "done", 301.0)
    await settle(store, request.place, "too_late", 302.0)
    assert await outcome_of(store, request.place) == "done"
    assert await pending(store) == []
    async with store.reading() as connection:
        assert await connection.scalar(text("SELECT text FROM review_requests")) is None


async def test_a_decision_without_a_person_or_a_reason_cannot_be_kept(store: Store) -> None:
    await fill(store, 1)
    half = DisputeRow(FLAG.number, "a0", 300.0, None, upheld=True, decided_at=301.0)
    with pytest.raises(UnitRefusedError):
        await store.commit(Unit(flags=(FLAG,), disputes=(half,)))
