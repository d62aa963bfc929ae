"""A desk with a day behind it: a configuration, a directory, and a log with every kind of row in it."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from atdesk_core.cli.faults import explain
from atdesk_core.cli.main import app
from atdesk_core.identity import declare_sites
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.ledger.schema import KEYS
from atdesk_core.store import LedgerEntry, LedgerRow, Store, Unit
from tests.core.identity.town import ROSTER, SITES, fill

K = LedgerKind
DAY = "2026-11-20"
NOON = 1_795_172_400.0  # 2026-11-20 12:00 in Madrid
ANA, BO, LUZ = "ref1_100", "ref2_100", "ref3_100"
POLICY_VERSION = "c0ffee00c0ffee"

CONFIG = """
[[site]]
id = "madrid"
jurisdiction = "ES"
time_zone = "Europe/Madrid"
policy = "madrid.toml"
[[site]]
id = "lima"
jurisdiction = "PE"
time_zone = "America/Lima"
policy = "lima.toml"
"""
POLICY = 'site = "{site}"\naccountable = "A. Person"\n'

Told = tuple[float, LedgerKind, dict[str, Value]]

STORY: tuple[Told, ...] = (
    (0, K.STATE_SEEN, {"account": ANA, "presence": "available", "interaction": "none"}),
    (5, K.LOOK_OPENED, {"look_id": "look-1", "reason": "watch", "policy": POLICY_VERSION}),
    (6, K.FINDING, {"what": "present", "since": NOON + 5, "confidence": 1.0, "look_id": "look-1"}),
    (7, K.LOOK_ENDED, {"look_id": "look-1", "frames": 2, "why": "complete"}),
    (20, K.LOOK_OPENED, {"look_id": "look-2", "reason": "watch", "policy": POLICY_VERSION}),
    (22, K.LOOK_ENDED, {"look_id": "look-2", "frames": 2, "why": "complete"}),
    (35, K.LOOK_OPENED, {"look_id": "look-3", "reason": "random", "policy": POLICY_VERSION}),
    (37, K.COULD_NOT_TELL, {"what": "too_dark", "since": NOON + 36, "look_id": "look-3"}),
    (38, K.LOOK_ENDED, {"look_id": "look-3", "frames": 6, "why": "complete"}),
    (50, K.LOOK_SKIPPED, {"reason": "watch", "because": "no_budget"}),
    (60, K.LOOK_OPENED, {"look_id": "look-4", "reason": "watch", "policy": POLICY_VERSION}),
    (65, K.FINDING, {"what": "absent", "since": NOON + 61, "confidence": 0.8, "look_id": "look-4"}),
    (66, K.EPISODE, {"what": "begun", "finding": "absent", "since": NOON + 61}),
    (66, K.NOTICE, {"notice_id": "notice-1", "reached": True}),
    (70, K.LOOK_ENDED, {"look_id": "look-4", "frames": 6, "why": "complete"}),
    (126, K.STATE_WRITE, {"change_id": "change-1", "to": "away", "what": "asked"}),
    (127, K.STATE_WRITE, {"change_id": "change-1", "what": "written"}),
    (366, K.FLAG, {"number": "K7Q2AB", "what": "raised", "rule": "absence", "policy": POLICY_VERSION}),
    (370, K.STILL_KEPT, {"still_id": "still-1", "number": "K7Q2AB", "expires_at": NOON + 604_800}),
    (400, K.STILL_VIEWED, {"still_id": "still-1", "by": LUZ}),
    (410, K.LEAD_ACTION, {"number": "K7Q2AB", "what": "dismiss", "reason": "working", "by": LUZ}),
    (420, K.HOLD, {"still_id": "still-1", "what": "placed", "until": NOON + 1_209_600, "by": LUZ}),
    (500, K.PAUSE, {"paused": True, "by": "agent"}),
)


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    said: str


@dataclass(frozen=True)
class Desk:
    """A folder in which commands can be run."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "atdesk.db"

    def run(self, *arguments: str) -> Ran:
        done = CliRunner().invoke(app, [*arguments, "--config", str(self.folder / "atdesk.toml")])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            plain = explain(done.exception)  # type: ignore[arg-type]  # an Exception, by typer
            if plain is None:
                raise done.exception
            return Ran(2, plain)
        return Ran(done.exit_code, done.output)

    def log(self, *arguments: str) -> dict[str, Any]:
        """The agent's log of the day, as JSON."""
        out = self.folder / "log.json"
        ran = self.run("log", "ana", "--from", DAY, "--to", DAY, "--json", str(out), *arguments)
        assert ran.status == 0, ran.said
        document: dict[str, Any] = json.loads(out.read_text("utf-8"))
        return document

    def write(self, *rows: LedgerEntry) -> None:
        asyncio.run(self._write(rows))

    def rows(self) -> list[LedgerRow]:
        async def read() -> list[LedgerRow]:
            async with await Store.open(self.database) as store:
                return await store.ledger_page(0)

        return asyncio.run(read())

    async def _write(self, rows: tuple[LedgerEntry, ...]) -> None:
        async with await Store.open(self.database) as store:
            await store.commit(Unit(ledger=rows))


def make_desk(folder: Path, policy: str = "", language: str = "en") -> Desk:
    """The desk, with people in its directory and nothing in its log."""
    (folder / "atdesk.toml").write_text(CONFIG, "utf-8")
    for site in SITES:
        (folder / f"{site}.toml").write_text(POLICY.format(site=site) + policy, "utf-8")
    asyncio.run(_people(folder / "atdesk.db", ROSTER.replace("madrid,es,luz", f"madrid,{language},luz")))
    return Desk(folder)


async def _people(database: Path, roster: str) -> None:
    async with await Store.open(database) as store:
        await declare_sites(store, list(SITES.values()))
        await fill(store, roster)


def the_day() -> list[LedgerEntry]:
    """The story of ana, with rows of bo between, and of the whole site."""
    rows: list[LedgerEntry] = []
    for after, kind, data in STORY:
        rows.append(entry(kind, NOON + after, "madrid", ANA, data))
        rows.append(entry(K.INPUT, NOON + after, "madrid", BO, {"idle": False}))
    rows.append(entry(K.STOP_ALL, NOON + 600, "*", None, {"what": "ordered"}))
    rows.append(entry(K.STOP_ALL, NOON + 601, "lima", None, {"what": "ordered"}))
    return rows


def one_of_each() -> list[LedgerEntry]:
    """A row of every kind there is, about ana, with as little in it as can be."""
    return [entry(kind, NOON + n, "madrid", ANA, _least(kind)) for n, kind in enumerate(LedgerKind)]


def _least(kind: LedgerKind) -> dict[str, Value]:
    return {"look_id": f"look-{kind.value}"} if "look_id" in KEYS[kind] else {}
