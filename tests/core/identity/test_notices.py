"""What an agent does not want to be told: hints alone, durably, and seen by a running service."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.cli import notices
from atdesk_core.identity import (
    HINTS,
    LiveDirectory,
    NoticeError,
    load_directory,
    parse_hint,
    silence,
    unsilence,
)
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.ledger.sentences import sentence
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_sdk import NoticeKind
from tests.core.identity.test_commands import Terminal
from tests.core.identity.town import ROSTER, fill

LIGHT = NoticeKind.MORE_LIGHT
ALWAYS_TOLD = [kind for kind in NoticeKind if kind not in HINTS]


def row(what: str = "silenced") -> LedgerEntry:
    return entry(LedgerKind.PREFERENCE, 11.0, "madrid", "ref", {"what": what, "hint": LIGHT.value})


async def test_a_hint_is_silenced_for_one_agent_and_heard_again(store: Store) -> None:
    await fill(store)
    assert await silence(store, "ana", LIGHT, 10.0)
    town = await load_directory(store)
    assert town.silenced("ana") == frozenset({LIGHT})
    assert (town.silenced("bo"), town.silenced("ghost")) == (frozenset(), frozenset())
    assert await unsilence(store, "ana", LIGHT)
    assert (await load_directory(store)).silenced("ana") == frozenset()


async def test_it_outlives_a_restart_and_another_import(store: Store, path: Path) -> None:
    await fill(store)
    await silence(store, "ana", LIGHT, 10.0)
    await fill(store, ROSTER.replace("north", "south"), at=200.0)
    await store.aclose()
    async with await Store.open(path) as again:
        town = await load_directory(again)
        assert town.people["ana"].team == "south"
        assert town.silenced("ana") == frozenset({LIGHT})


async def test_another_process_sees_each_change_once(store: Store, path: Path) -> None:
    await fill(store)
    async with await Store.open(path) as other:
        elsewhere = await LiveDirectory.load(other)
        await silence(store, "ana", LIGHT, 10.0)
        assert await elsewhere.refresh()
        assert elsewhere.current.silenced("ana") == frozenset({LIGHT})
        await silence(store, "ana", LIGHT, 20.0)
        assert not await elsewhere.refresh()
        await unsilence(store, "ana", LIGHT)
        assert await elsewhere.refresh()
        assert elsewhere.current.silenced("ana") == frozenset()


async def test_it_is_logged_once_for_each_change(store: Store) -> None:
    await fill(store)
    assert await silence(store, "ana", LIGHT, 10.0, [row()])
    assert not await silence(store, "ana", LIGHT, 20.0, [row()])
    assert await unsilence(store, "ana", LIGHT, [row("heard")])
    assert not await unsilence(store, "ana", LIGHT, [row("heard")])
    told = [sentence(one.kind, json.loads(one.data)) for one in await store.ledger_page(0)]
    assert told == [
        "the hint more light was switched off for the agent",
        "the hint more light was switched on again for the agent",
    ]


@pytest.mark.parametrize("kind", ALWAYS_TOLD)
async def test_what_comes_before_a_flag_cannot_be_silenced(store: Store, kind: NoticeKind) -> None:
    await fill(store)
    refused = rf"the notice {kind.value} cannot be silenced.*What can be silenced is more_light"
    with pytest.raises(NoticeError, match=refused):
        await silence(store, "ana", kind, 10.0, [row()])
    with pytest.raises(NoticeError, match=refused):
        await unsilence(store, "ana", kind, [row()])
    assert (await load_directory(store)).silenced("ana") == frozenset()
    assert await store.ledger_page(0) == []


@pytest.mark.parametrize("kind", NoticeKind)
async def test_the_tables_themselves_take_exactly_the_hints(store: Store, kind: NoticeKind) -> None:
    await fill(store)

    async def put(connection: AsyncConnection) -> None:
        values = {"agent_id": "ana", "kind": kind.value, "at": 1.0}
        await connection.execute(insert(tables.silenced_notices).values(values))

    if kind in HINTS:
        await store.run(put)
    else:
        with pytest.raises(IntegrityError, match="only_hints"):
            await store.run(put)


async def test_nobody_of_that_id(store: Store) -> None:
    await fill(store)
    for change in (silence(store, "ghost", LIGHT, 10.0), unsilence(store, "ghost", LIGHT)):
        with pytest.raises(NoticeError, match="nobody in the directory has the id ghost: see atdesk agents"):
            await change


def test_hints_are_read_as_they_are_typed() -> None:
    assert parse_hint("more_light") is LIGHT
    with pytest.raises(NoticeError, match="there is no notice 'light': what can be silenced is more_light"):
        parse_hint("light")
    with pytest.raises(NoticeError, match="absent cannot be silenced"):
        parse_hint("absent")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path)
    terminal.import_()
    terminal.printed()
    return terminal


def silence_in(terminal: Terminal, hint: str, agent_id: str = "ana") -> int:
    return notices.silence_hint(terminal.database, agent_id, hint, now=lambda: 20.0, console=terminal.console)


def hear_in(terminal: Terminal, hint: str) -> int:
    return notices.hear_hint(terminal.database, "ana", hint, now=lambda: 30.0, console=terminal.console)


def test_the_commands_say_what_they_did_and_how_to_undo_it(terminal: Terminal) -> None:
    assert silence_in(terminal, "more_light") == 0
    printed = terminal.printed()
    assert "more_light is off from now on for Ana Ruiz" in printed
    assert "atdesk notices hear ana more_light" in printed
    assert asyncio.run(_silenced(terminal)) == frozenset({LIGHT})
    assert silence_in(terminal, "more_light") == 0
    assert "is off already" in terminal.printed()
    assert hear_in(terminal, "more_light") == 0
    assert "more_light is on again from now on for Ana Ruiz" in terminal.printed()
    assert asyncio.run(_silenced(terminal)) == frozenset()
    assert hear_in(terminal, "more_light") == 0
    assert "is on already" in terminal.printed()
    assert terminal.log_kinds() == [
        'preference {"hint":"more_light","what":"silenced"}',
        'preference {"hint":"more_light","what":"heard"}',
    ]


def test_the_commands_refuse_with_the_way_out(terminal: Terminal) -> None:
    assert silence_in(terminal, "different_person") == 1
    assert "always told before a lead sees anything" in terminal.printed()
    assert silence_in(terminal, "lights") == 1
    assert "there is no notice 'lights'" in terminal.printed()
    assert silence_in(terminal, "more_light", agent_id="ghost") == 1
    assert "atdesk agents list" in terminal.printed()
    assert terminal.log_kinds() == []


async def _silenced(terminal: Terminal) -> frozenset[NoticeKind]:
    async with await Store.open(terminal.database) as store:
        return (await load_directory(store)).silenced("ana")
