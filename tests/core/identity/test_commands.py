"""The commands as a person meets them: what they print, and their exit status."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from atdesk_core.cli import agents, consent, enrol
from atdesk_core.cli.enrol import judge_photos
from atdesk_core.identity import (
    EnrolmentError,
    FileKeyRing,
    PersonKeys,
    Template,
    Templates,
    load_directory,
)
from atdesk_core.store import Store
from tests.core.identity.town import KNOWN, ROSTER, confirmed

NOW = 1_795_168_800.0  # Friday 2026-11-20, 10:00 in Madrid


@dataclass(frozen=True)
class Made:
    template: tuple[float, ...]
    encoder: str


@dataclass(frozen=True)
class Judged:
    name: str
    unfit: str | None


@dataclass(frozen=True)
class Outcome:
    enrolment: Made | None
    photos: tuple[Judged, ...]


def good_but_one(photos: Sequence[Path]) -> Outcome:
    first, *rest = photos
    judged = (Judged(first.name, "two faces"), *(Judged(photo.name, None) for photo in rest))
    return Outcome(Made((0.5, 0.25), "enc1") if rest else None, judged)


class Terminal:
    """A database, a clock and a console to run commands with."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "atdesk.db"
        self.key_file = folder / "atdesk.keys"
        self.roster = folder / "people.csv"
        self.opened: list[str] = []
        self._out = io.StringIO()
        self.console = Console(file=self._out, width=200)

    def printed(self) -> str:
        text = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return text

    def import_(self, text: str = ROSTER, confirmed_by: str | None = "Ines Gil") -> int:
        self.roster.write_text(text, encoding="utf-8-sig")
        return agents.import_agents(
            self.database,
            self.roster,
            KNOWN,
            confirmed_by=confirmed_by,
            now=lambda: NOW,
            console=self.console,
        )

    def consent(self, agent_id: str = "ana") -> int:
        return consent.record(
            self.database,
            agent_id,
            text_version="v3",
            language="es",
            alternative="a scheduled call",
            now=lambda: NOW,
            console=self.console,
        )

    def enrol(self, *photos: str, agent_id: str = "ana") -> int:
        return enrol.enrol(
            self.database,
            self.key_file,
            agent_id,
            [Path(photo) for photo in photos],
            lambda store, person: confirmed(store, person.agent_id, NOW),
            now=lambda: NOW,
            console=self.console,
            judge=self._judge,
        )

    def _judge(self, photos: Sequence[Path]) -> Outcome:
        self.opened += [photo.name for photo in photos]
        return good_but_one(photos)

    def log_kinds(self) -> list[str]:
        async def read() -> list[str]:
            async with await Store.open(self.database) as store:
                return [f"{row.kind} {row.data}" for row in await store.ledger_page(0)]

        return asyncio.run(read())


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_import_and_list(terminal: Terminal) -> None:
    assert terminal.import_() == 0
    assert "3 added, 0 updated; accounts: 7 newly confirmed" in terminal.printed()
    assert agents.list_agents(terminal.database, now=lambda: NOW, console=terminal.console) == 0
    listed = terminal.printed()
    assert "Ana Ruiz" in listed
    assert "genesys:acme:g-ana" in listed


def test_an_empty_directory_says_how_to_fill_it(terminal: Terminal) -> None:
    assert agents.list_agents(terminal.database, now=lambda: NOW, console=terminal.console) == 0
    assert "atdesk agents import FILE" in terminal.printed()


def test_a_faulty_file_imports_nothing_and_names_every_fault(terminal: Terminal) -> None:
    assert terminal.import_(ROSTER.replace("lima,es", "rome,es").replace("09:00", "9h")) == 1
    printed = terminal.printed()
    assert "Nothing was imported" in printed
    assert "line 2, shift" in printed
    assert "line 4, site" in printed
    assert not terminal.database.exists()


def test_a_file_that_cannot_be_read_is_named(terminal: Terminal) -> None:
    terminal.roster.write_bytes("agent_id,name\nana,Jos\xe9\n".encode("latin-1"))
    arguments = {"confirmed_by": None, "now": lambda: NOW, "console": terminal.console}
    assert agents.import_agents(terminal.database, terminal.roster, KNOWN, **arguments) == 1  # type: ignore[arg-type]
    assert "line 2, file" in terminal.printed()
    nowhere = terminal.roster.with_name("none.csv")
    assert agents.import_agents(terminal.database, nowhere, KNOWN, **arguments) == 1  # type: ignore[arg-type]
    assert "none.csv cannot be read: No such file" in terminal.printed()


def test_a_proposed_account_is_confirmed_by_a_human(terminal: Terminal) -> None:
    terminal.import_(confirmed_by=None)
    assert "7 proposed" in terminal.printed()

    def link(account: str) -> int:
        return agents.link_agent(
            terminal.database, "ana", account, by="Ines Gil", now=lambda: NOW, console=terminal.console
        )

    assert link("genesys:acme:g-ana") == 0
    assert "is Ana Ruiz's, confirmed by Ines Gil" in terminal.printed()
    assert link("genesys") == 1
    assert "platform:tenant:id" in terminal.printed()
    assert link("genesys:acme:g-luz") == 1
    assert "not proposed for ana" in terminal.printed()
    assert terminal.log_kinds() == ['link {"platform":"genesys","what":"confirmed"}']


def test_an_account_is_taken_from_somebody_and_is_nobodys_then(terminal: Terminal) -> None:
    terminal.import_()

    def unlink(account: str, by: str = "Ines Gil") -> int:
        return agents.unlink_account(
            terminal.database, account, by=by, now=lambda: NOW, console=terminal.console
        )

    assert unlink("genesys:acme:g-ana", by=" ") == 1
    assert "--by: say who" in terminal.printed()
    assert unlink("genesys:acme:g-ana") == 0
    assert "is not Ana Ruiz's any more" in terminal.printed()
    assert terminal.log_kinds() == ['link {"platform":"genesys","what":"removed"}']
    assert unlink("genesys:acme:g-ana") == 1
    assert "confirmed for nobody" in terminal.printed()
    assert unlink("genesys") == 1
    assert "platform:tenant:id" in terminal.printed()


def test_without_consent_no_photo_is_opened_and_it_is_said_how_to_record_one(terminal: Terminal) -> None:
    terminal.import_()
    assert terminal.enrol("one.jpg", "two.jpg") == 1
    assert "atdesk consent record ana --text-version" in terminal.printed()
    assert terminal.opened == []


def test_enrolling_with_consent(terminal: Terminal) -> None:
    terminal.import_()
    assert terminal.consent() == 0
    assert terminal.enrol("one.jpg", "two.jpg", "three.jpg") == 0
    printed = terminal.printed()
    assert "Ana Ruiz is enrolled from 2 of 3 photos" in printed
    assert "left out one.jpg: two faces" in printed
    assert asyncio.run(_template(terminal)) == Template("ana", "enc1", (0.5, 0.25))
    assert [kind.split()[0] for kind in terminal.log_kinds()] == ["consent", "enrolment"]


def test_no_fit_photo_enrols_nobody(terminal: Terminal) -> None:
    terminal.import_()
    terminal.consent()
    assert terminal.enrol("one.jpg") == 1
    printed = terminal.printed()
    assert "no photo of ana is fit" in printed
    assert "one.jpg: two faces" in printed
    assert asyncio.run(_enrolled(terminal)) is False


def test_withdrawing_ends_it(terminal: Terminal) -> None:
    terminal.import_()
    terminal.consent()
    terminal.enrol("one.jpg", "two.jpg")
    assert consent.withdraw(terminal.database, "ana", now=lambda: NOW, console=terminal.console) == 0
    assert "Template, stills and keys are destroyed" in terminal.printed()
    assert asyncio.run(_enrolled(terminal)) is False


def test_nobody_of_that_id(terminal: Terminal) -> None:
    terminal.import_()
    assert terminal.consent("ghost") == 1
    assert "nobody in the directory has the id ghost" in terminal.printed()


def test_real_photos_without_a_face_are_refused_by_name(tmp_path: Path) -> None:
    wall, text = tmp_path / "wall.jpg", tmp_path / "notes.jpg"
    cv2.imwrite(str(wall), np.full((240, 320, 3), 160, np.uint8))
    text.write_text("no picture")
    outcome = judge_photos([wall, text])
    assert outcome.enrolment is None
    assert [(photo.name, str(photo.unfit).split(":")[0]) for photo in outcome.photos] == [
        ("wall.jpg", "no face"),
        ("notes.jpg", "does not decode"),
    ]
    with pytest.raises(EnrolmentError, match=r"none\.jpg cannot be read"):
        judge_photos([tmp_path / "none.jpg"])


async def _template(terminal: Terminal) -> Template | None:
    async with await Store.open(terminal.database) as store:
        keys = PersonKeys(store, FileKeyRing.open(terminal.key_file))
        return await Templates(store, keys).load("ana", "enc1")


async def _enrolled(terminal: Terminal) -> bool:
    async with await Store.open(terminal.database) as store:
        return (await load_directory(store)).is_enrolled("ana")
