"""The CSV file that fills the directory: read, checked as a whole, every fault with line and column.

Columns (any order; `|` between several values of one cell):

| column | holds |
|---|---|
| agent_id | the operator's own id of the person; required, unique |
| name | for display; required |
| email | unique when given |
| team | for display and routing; required |
| site | a site of the configuration; required |
| language | such as es or pt-BR; default en |
| jurisdiction | where they work, such as AL or US-IL; applies beside the site's; empty: the site's alone |
| lead | agent ids of the people who lead this person, in this file or in the directory |
| genesys, zoom, teams, ... | account ids there, `tenant:id`, or `id` where one tenant is configured |
| ends_on | last day of work, such as `2026-12-31`; then looks stop and template and keys go |
| shift | such as `Mon-Fri 09:00-17:30`, site's time zone; empty: never on shift, never looked at |

The file says everything about the people in it: an empty cell removes what was there before. A column
that is left out changes nothing. People who are not in the file stay as they are, unless it is imported as
complete: then they have left.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from atdesk_core.identity.people import Site, folded_id
from atdesk_core.identity.shifts import parse_plan
from atdesk_sdk import AccountRef

T = TypeVar("T")

REQUIRED = ("agent_id", "name", "team", "site")
OPTIONAL = ("email", "language", "jurisdiction", "lead", "shift", "ends_on")
_NOBODY: tuple[str, ...] = ()
_NO_ACCOUNTS: tuple[AccountRef, ...] = ()
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ID = re.compile(r"[A-Za-z0-9._@+-]{1,64}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in the file. `line` counts from 1, the header's line included."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.message}"


class RosterError(Exception):
    """The file cannot be used as it is; nothing of it was imported.

    Args:
        faults: All that was found, in the order of the lines.
    """

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person as the file has them. None: the file has no such column; `date.max`: an empty cell."""

    line: int
    agent_id: str
    name: str
    team: str
    site: str
    email: str | None
    language: str | None
    leads: tuple[str, ...] | None
    shift: str | None
    accounts: Mapping[str, tuple[AccountRef, ...]]
    ends_on: date | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the file is checked against.

    Attributes:
        sites: Site by id, from the configuration.
        tenants: Configured tenants by platform. The keys are the names of the account columns.
    """

    sites: Mapping[str, Site]
    tenants: Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file. Faults are collected, so that all of them are told at once."""

    number: int
    cells: Mapping[str, str]
    faults: list[Fault]

    def fault(self, column: str, message: str) -> None:
        self.faults.append(Fault(self.number, column, message))

    def read(self, column: str, parse: Callable[[str], T], empty: T) -> T | None:
        """A cell, parsed; `empty` when nothing stands in it, None without such a column."""
        if column not in self.cells:
            return None
        text = self.cells[column].strip()
        try:
            return parse(text) if text else empty
        except ValueError as error:
            self.fault(column, str(error))
            return empty

    def required(self, column: str, parse: Callable[[str], str] = str) -> str:
        """A cell that has to hold something."""
        found = self.read(column, parse, "")
        if not self.cells.get(column, "").strip():
            self.fault(column, "is empty, and is needed")
        return found or ""


def read_roster(text: str, known: Known) -> list[RosterRow]:
    """Read a file.

    Args:
        text: The file's content; comma or semicolon between the cells.
        known: What it is checked against.

    Raises:
        RosterError: With every fault that can be seen without the database.
    """
    faults: list[Fault] = []
    rows = [_row(line, known) for line in _lines(text, known, faults)]
    faults += _repeated(rows)
    if faults:
        raise RosterError(sorted(faults, key=lambda fault: fault.line))
    return rows


def _lines(text: str, known: Known, faults: list[Fault]) -> Iterator[_Line]:
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",", strict=True
    )
    header = [name.strip().lower() for name in next(reader, [])]
    _check_header(header, known)
    try:
        for cells in reader:
            if len(cells) == len(header):
                yield _Line(reader.line_num, dict(zip(header, cells, strict=True)), faults)
            elif any(cell.strip() for cell in cells):
                faults.append(
                    Fault(reader.line_num, "line", f"has {len(cells)} cells; the header has {len(header)}")
                )
    except csv.Error as error:
        faults.append(Fault(reader.line_num, "line", f"cannot be read as CSV: {error}"))


def _check_header(header: list[str], known: Known) -> None:
    allowed = (*REQUIRED, *OPTIONAL, *known.tenants)
    missing = [
        Fault(1, name, "this column is missing, and is needed") for name in REQUIRED if name not in header
    ]
    strange = [
        Fault(1, name or "header", f"unknown column; there are {', '.join(allowed)}")
        for name in header
        if name not in allowed
    ]
    twice = [Fault(1, name, "this column is there twice") for name in {*header} if header.count(name) > 1]
    if faults := missing + strange + twice:
        raise RosterError(faults)


def _row(line: _Line, known: Known) -> RosterRow:
    site = line.required("site", lambda text: _site(text, known))
    zone = known.sites[site].time_zone if site else "UTC"
    agent_id = line.required("agent_id", _agent_id)
    return RosterRow(
        line=line.number,
        agent_id=agent_id,
        name=line.required("name"),
        team=line.required("team"),
        site=site,
        email=line.read("email", _email, ""),
        language=line.read("language", _language, "en"),
        leads=line.read("lead", lambda text: _leads(text, agent_id), _NOBODY),
        shift=line.read("shift", lambda text: _shift(text, zone), ""),
        accounts=_accounts(line, known),
        ends_on=line.read("ends_on", _day, date.max),
        jurisdiction=line.read("jurisdiction", _jurisdiction, ""),
    )


def _accounts(line: _Line, known: Known) -> dict[str, tuple[AccountRef, ...]]:
    found: dict[str, tuple[AccountRef, ...]] = {}
    for platform, tenants in known.tenants.items():
        refs = line.read(platform, partial(_account_refs, platform=platform, tenants=tenants), _NO_ACCOUNTS)
        if refs is not None:
            found[platform] = refs
    return found


def _account_refs(text: str, platform: str, tenants: Collection[str]) -> tuple[AccountRef, ...]:
    return tuple(_account_ref(part, platform, tenants) for part in _several(text))


def _account_ref(text: str, platform: str, tenants: Collection[str]) -> AccountRef:
    tenant, colon, external_id = (part.strip() for part in text.partition(":"))
    if not colon:
        if len(tenants) != 1:
            raise ValueError(
                f"{text!r} does not say which tenant: write tenant:id ({_listed(tenants, platform)})"
            )
        return AccountRef(platform, next(iter(tenants)), folded_id(text))
    if tenant not in tenants:
        raise ValueError(f"{tenant!r} is no tenant of {platform} here ({_listed(tenants, platform)})")
    if not external_id:
        raise ValueError(f"{text!r} holds no account id behind the tenant")
    return AccountRef(platform, tenant, folded_id(external_id))


def _listed(tenants: Collection[str], platform: str) -> str:
    return (
        f"configured: {', '.join(sorted(tenants))}" if tenants else f"no [[{platform}]] table is configured"
    )


def _jurisdiction(text: str) -> str:
    code = text.upper()
    if not _JURISDICTION.fullmatch(code):
        raise ValueError(f"{text!r} is no jurisdiction: write an ISO code such as AL or US-IL")
    return code


def _agent_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is no id: 1 to 64 letters, digits and . _ @ + - without spaces")
    return text


def _site(text: str, known: Known) -> str:
    if text not in known.sites:
        there = ", ".join(sorted(known.sites)) or "none"
        raise ValueError(f"{text!r} is not a site of the configuration (there: {there}); add it there first")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError(f"{text!r} is no e-mail address")
    return text.lower()


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"{text!r} is no language code such as es or pt-BR")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date: write it as 2026-12-31") from None


def _leads(text: str, agent_id: str) -> tuple[str, ...]:
    leads = tuple(dict.fromkeys(_agent_id(part) for part in _several(text)))
    if agent_id in leads:
        raise ValueError(f"{agent_id} cannot lead themselves")
    return leads


def _shift(text: str, time_zone: str) -> str:
    parse_plan(text, time_zone)
    return text


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _repeated(rows: Collection[RosterRow]) -> list[Fault]:
    return [
        *_twice((row.line, "agent_id", row.agent_id) for row in rows),
        *_twice((row.line, "email", row.email) for row in rows),
        *_twice(
            (row.line, ref.platform, str(ref))
            for row in rows
            for refs in row.accounts.values()
            for ref in refs
        ),
    ]


def _twice(values: Iterable[tuple[int, str, str | None]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line, column, value in values:
        if value and first.setdefault(value, line) != line:
            yield Fault(line, column, f"{value} stands in line {first[value]} already")
