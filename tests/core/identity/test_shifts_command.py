"""`atdesk shifts` as a person meets it, and `[site.shifts]` in the configuration."""

import asyncio
import io
from pathlib import Path

import pytest
from pydantic import ValidationError
from rich.console import Console

from atdesk_core.cli import shifts
from atdesk_core.cli.own import find_reader
from atdesk_core.identity import ShiftSource, Source, declare_sources
from atdesk_core.identity.shifts_kept import keep_sign_ins
from atdesk_core.identity.shifts_sign_in import SignedIn
from atdesk_core.ledger.days import day_finder
from atdesk_core.runtime.config import ShiftsTable, SiteTable
from atdesk_core.store import Store
from tests.core.identity.town import fill

MONDAY = 1_795_424_400.0  # 2026-11-23, 10:00 in Madrid
IMPORT = {"madrid": "import", "lima": "import"}


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.database, self.file = folder / "atdesk.db", folder / "shifts.csv"
        self.out = io.StringIO()
        self.console = Console(file=self.out, width=300)

    def import_(self, text: str, sources: dict[str, str] | None = None) -> int:
        self.file.write_text(text)
        return shifts.import_shifts(
            self.database, self.file, sources or IMPORT, now=lambda: MONDAY, console=self.console
        )

    def list(self) -> str:
        assert shifts.list_shifts(self.database, "ana", 7, now=lambda: MONDAY, console=self.console) == 0
        return self.out.getvalue()


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    opened = Terminal(tmp_path)

    async def people() -> None:
        async with await Store.open(opened.database) as store:
            await fill(store)

    asyncio.run(people())
    return opened


def test_an_import_is_told_and_listed(terminal: Terminal) -> None:
    text = (
        "agent_id,start,end\nana,2026-11-23T09:30,2026-11-23T12:00\nana,2026-11-20T09:00,2026-11-20T12:00\n"
    )
    assert terminal.import_(text) == 0
    said = terminal.list()
    assert "1 shifts of 1 people are on record; 0 that are not in" in said
    assert "1 were over already" in said
    assert "come from an import" in said
    assert "Mon 2026-11-23 09:30 CET" in said
    assert "running" in said


def test_a_bad_file_names_every_line_and_changes_nothing(terminal: Terminal) -> None:
    assert terminal.import_("agent_id,start,end\nzoe,2026-11-23T09:30,x\nana,soon,later\n") == 1
    said = terminal.list()
    assert "Nothing was imported" in said
    assert "line 2, agent_id: zoe is nobody" in said
    assert "line 3, start: 'soon' is no time" in said
    assert "Mon 2026-11-23 09:00 CET" in said  # the roster's plan, as before


def test_where_signing_in_counts_no_import_is_taken(terminal: Terminal) -> None:
    text = "agent_id,start,end\nana,2026-11-23T09:30,2026-11-23T12:00\n"
    assert terminal.import_(text, IMPORT | {"madrid": "sign_in"}) == 1
    assert "see atdesk agents list, and [site.shifts]" in terminal.out.getvalue()


def test_shifts_by_sign_in_are_listed_with_their_real_end(terminal: Terminal) -> None:
    async def sign_in() -> None:
        async with await Store.open(terminal.database) as store:
            await declare_sources(store, [ShiftSource("madrid", "sign_in", "Mon-Fri 07:00-22:00")])
            shift = SignedIn("2026-11-23T09:00:10+01:00", MONDAY - 3590, MONDAY + 9999, MONDAY - 1800)
            await keep_sign_ins(store, [("ana", shift), ("nobody", shift)], MONDAY)

    asyncio.run(sign_in())
    said = terminal.list()
    assert "come from signing in" in said
    assert "2026-11-23T09:00:10+01:00" in said
    assert "Mon 2026-11-23 09:30 CET" in said


def test_the_day_of_the_agents_own_log_hangs_on_the_shift_by_sign_in_too(terminal: Terminal) -> None:
    """A night shift's rows after midnight belong to the day on which the agent signed in."""

    async def read() -> str:
        async with await Store.open(terminal.database) as store:
            night = SignedIn("2026-11-23T22:00:00+01:00", MONDAY + 12 * 3600, MONDAY + 20 * 3600)
            await keep_sign_ins(store, [("ana", night)], MONDAY)
            subject = (await find_reader(store, "ana")).subject
            windows = subject.shifts(MONDAY, MONDAY + 86_400)
            return day_finder(windows, subject.zone)(MONDAY + 16 * 3600)  # 02:00 on Tuesday

    assert asyncio.run(read()) == "2026-11-23"


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"source": "sign_in"}, "hours go with source"),
        ({"hours": "Mon-Fri 07:00-22:00"}, "hours go with source"),
        ({"source": "sign_in", "hours": "always"}, "'always' is no shift"),
        ({"source": "guess"}, "'import' or 'sign_in'"),
    ],
)
def test_a_source_that_is_not_whole_is_refused(table: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        ShiftsTable.model_validate(table)


def test_a_site_declares_its_source() -> None:
    site = SiteTable.model_validate(
        {
            "id": "home",
            "jurisdiction": "GB",
            "time_zone": "Europe/London",
            "policy": "policy.toml",
            "shifts": {"source": "sign_in", "hours": "Mon-Fri 07:00-22:00"},
        }
    )
    assert site.shift_source == ShiftSource("home", Source.SIGN_IN, "Mon-Fri 07:00-22:00")
