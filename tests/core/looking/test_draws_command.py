"""`atdesk draws` as an agent or a works council meets it."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.console import Console

from atdesk_core.cli import draws
from atdesk_core.identity import FileKeyRing, ShiftWindow, load_directory
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.runtime.draws import Coming, Draws
from atdesk_core.store import Store, Unit
from tests.core.identity.town import fill

SHIFT = ShiftWindow("2026-11-23T09:00", 1_000_000.0, 1_030_000.0)


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.database = folder / "atdesk.db"
        self.key_file = folder / "atdesk.keys"
        self.file = folder / "draws.json"
        self._out = io.StringIO()
        self.console = Console(file=self._out, width=300)

    def do(self, work: Callable[[Store], Awaitable[None]]) -> None:
        async def run() -> None:
            async with await Store.open(self.database) as store:
                await work(store)

        asyncio.run(run())

    def printed(self) -> str:
        text = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return text

    def nonce(self, said: str, at: float) -> int:
        return draws.say_nonce(
            self.database, self.key_file, "ana", said, now=lambda: at, console=self.console
        )

    async def pass_shift(self, store: Store) -> None:
        """A shift in which every draw is looked at."""
        clock = [SHIFT.starts_at]
        ring = await FileKeyRing.for_store(self.key_file, store)
        service = Draws(store, ring, lambda: clock[0], lambda _agent: None)
        directory = await load_directory(store)
        await service.tick(directory, lambda one: Coming(3, (SHIFT,) if one == "ana" else ()))
        for number, at in enumerate(service.times("ana", SHIFT.shift_id, 3)):
            data = {"look_id": f"ana-look-{number}", "reason": "random", "policy": "0123456789ab"}
            row = entry(LedgerKind.LOOK_OPENED, at + 1, "madrid", directory.people["ana"].agent_ref, data)
            await store.commit(Unit(ledger=(row,)))
        clock[0] = SHIFT.ends_at + 1
        await service.tick(directory, lambda _one: Coming(0))


async def people(store: Store) -> None:
    await fill(store)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    opened = Terminal(tmp_path)
    opened.do(people)
    return opened


def test_a_shift_is_checked_from_the_log_and_from_a_file_without_it(terminal: Terminal) -> None:
    assert terminal.nonce("only I know this", SHIFT.starts_at - 5000) == 0
    assert "sealed before you said it" in terminal.printed()
    terminal.do(terminal.pass_shift)
    assert draws.verify_shift(terminal.database, "ana", SHIFT.shift_id, terminal.console) == 0
    said = terminal.printed()
    assert "3 random looks opened, 3 at most" in said
    assert "nobody could choose these draws" in said
    assert "Holds:" in said
    export = draws.export_shift(terminal.database, "ana", SHIFT.shift_id, terminal.file, terminal.console)
    assert export == 0
    terminal.database.unlink()
    assert draws.verify_file(terminal.file, terminal.console) == 0
    assert "only I know this" not in terminal.file.read_text()


def test_a_file_that_was_tampered_with_does_not_hold(terminal: Terminal) -> None:
    terminal.do(terminal.pass_shift)
    draws.export_shift(terminal.database, "ana", SHIFT.shift_id, terminal.file, terminal.console)
    content = json.loads(terminal.file.read_text())
    content["looks"][0]["at"] = content["draws"][0] - 5
    terminal.file.write_text(json.dumps(content))
    terminal.printed()
    assert draws.verify_file(terminal.file, terminal.console) == 1
    assert "Does not hold: look ana-look-0 was opened at a time that was not drawn" in terminal.printed()


def test_what_cannot_be_checked_says_why(terminal: Terminal) -> None:
    assert draws.verify_file(terminal.file, terminal.console) == 2
    assert "draws.json cannot be read: No such file" in terminal.printed()
    terminal.file.write_bytes(b"\xff\xfe{}")
    assert draws.verify_file(terminal.file, terminal.console) == 2
    assert "it is not UTF-8" in terminal.printed()
    assert draws.verify_shift(terminal.database, "ana", "2026-11-23T09:00", terminal.console) == 1
    assert "nothing was committed to for the shift" in terminal.printed()
    assert draws.verify_shift(terminal.database, "zoe", "2026-11-23T09:00", terminal.console) == 1
    assert "nobody in the directory has the id zoe" in terminal.printed()
