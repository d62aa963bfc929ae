"""A thousand answers lost and connections broken: no card lost, a second copy only where an answer was lost.

The whole service: its store, its outbox and its sink, over real HTTP and TLS. Only what would make it take
hours is taken away: the pauses of the outbox, Teams' limits on a channel and the flush of the disk for each
commit, all of which have tests of their own.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from atdesk_core.runtime import outbox
from atdesk_core.runtime.planning import flag_row, outbox_rows
from atdesk_core.runtime.service import Service
from atdesk_core.session import OpenFlag, PostFlag
from atdesk_core.store import OutboxStatus, Unit, database
from atdesk_sdk import FindingKind
from atdesk_teams import flow
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.conversations import Message
from tests.core.runtime.office import until
from tests.teams.bot_desk import texts
from tests.teams.poor_line import PoorLine
from tests.teams.teams_office import SimulatedOffice, shown, simulated_office

POST = "POST /connector/v3/conversations$"
POSTS = 400
#: Connections that break at once in each half: so many before the answers are lost, and so many after.
REFUSED = 185
FORCED = 1000
PATIENCE_S = 240.0
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_NO_LIMITS = ((1_000_000, 1.0),)


@dataclass
class Fates:
    """What becomes of the first attempt of each post that reaches Teams.

    Attributes:
        sim: The tenant.
        line: The way to it, which is down before that, and once more before a second attempt gets through.
        lost: How many were done, and their answers lost.
        broken: On how many the connection broke before anything was done.
    """

    sim: TeamsSimulator
    line: PoorLine
    lost: int = 0
    broken: int = 0
    _draw: random.Random = field(default_factory=lambda: random.Random(20_261_122))  # noqa: S311 - repeatable

    def bring(self, many: int) -> None:
        """So many posts come; each one's first attempt meets what is drawn for it."""
        for kind in self._draw.choices(("after", "before", "busy", "well"), (60, 30, 5, 5), k=many):
            cut = kind if kind in ("after", "before") else None
            self.sim.faults.add(POST, cut=cut, status=503 if kind == "busy" else None)
            self.lost += kind == "after"
            self.broken += kind == "before"
        self.line.refuse(REFUSED)
        self.line.refuse(REFUSED, once=lambda: not self.sim.faults.http)

    def spare_the_rest(self) -> None:
        """What was not met by now is met by nobody: no post meets two of them."""
        left = [one.cut for one in self.sim.faults.http]
        self.lost -= left.count("after")
        self.broken -= left.count("before")
        self.sim.faults.clear()

    @property
    def forced(self) -> int:
        """All that was made to go wrong with a connection."""
        return self.lost + self.broken + self.line.refused


def number(at: int) -> str:
    return "F" + "".join(_LETTERS[at // 32**place % 32] for place in (2, 1, 0))


def numbered(message: Message) -> str:
    """The number that people read on a card."""
    return texts(shown(message))[0].removeprefix("Flag ").partition(":")[0]


def owe(service: Service, first: int, many: int) -> None:
    """So many flags are committed, each with its card to be sent."""
    profile, now = service.world.profile("ann"), time.time()
    for at in range(first, first + many):
        flag = OpenFlag(
            number(at),
            "phone",
            FindingKind.PHONE,
            now - 600,
            now - 500,
            now + 3600,
            0.8,
            True,
            policy="abc123",
        )
        rows = tuple(row for row in outbox_rows(PostFlag(flag), profile, now, 1) if row.adapter == "teams")
        # Confirmed meanwhile: of one agent and rule a single flag is open at a time.
        kept = replace(flag_row(flag, profile, "abc123"), status="acknowledged", closed_at=now)
        service.room.keep(Unit(flags=(kept,), outbox=rows))


async def all_of_them(office: SimulatedOffice, fates: Fates) -> Counter[str]:
    """Post them all, with a restart in the middle; what the outbox counted."""
    half = POSTS // 2
    async with office.at_work() as service:
        fates.bring(half)
        owe(service, 0, half)
        # Ended with a fifth of these not tried yet, and many of the others open: the next takes them up.
        await until(lambda: len(fates.sim.faults.http) <= half // 5, PATIENCE_S)
        before = service.outbox.counts
    fates.spare_the_rest()
    async with office.at_work() as service:
        await until(lambda: ended(before + service.outbox.counts) >= half, PATIENCE_S)
        fates.bring(half)
        owe(service, half, half)
        await until(lambda: ended(before + service.outbox.counts) >= POSTS, PATIENCE_S)
        return before + service.outbox.counts


def ended(counted: Counter[str]) -> int:
    """How many posts the outbox is done with."""
    return sum(counted[one.value] for one in (OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.STALE))


@pytest.fixture
def in_a_hurry(sim: TeamsSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits."""
    monkeypatch.setattr(outbox, "FIRST_RETRY_S", 0.001)
    monkeypatch.setattr(outbox, "LONGEST_RETRY_S", 0.01)
    monkeypatch.setattr(outbox, "PAUSE_S", 0.01)
    monkeypatch.setattr(flow, "LIMITS", _NO_LIMITS)
    monkeypatch.setattr(flow, "APP_LIMITS", _NO_LIMITS)
    limits = sim.bot.connector.limits
    limits.app, limits.windows = _NO_LIMITS[0], dict.fromkeys(limits.windows, _NO_LIMITS)
    monkeypatch.setattr(database, "_PRAGMAS", (*database._PRAGMAS, "PRAGMA synchronous=OFF"))


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("in_a_hurry")
async def test_no_card_is_lost_and_there_are_two_only_where_the_answer_was_lost(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with (
        PoorLine(sim.service_url) as line,
        simulated_office(sim, tmp_path, service_url=line.url) as office,
    ):
        fates = Fates(sim, line)
        counted = await all_of_them(office, fates)
        copies = Counter(numbered(card) for card in office.flag_cards())
    assert set(copies) == {number(at) for at in range(POSTS)}, "no card is lost, and none has another number"
    assert set(copies.values()) <= {1, 2}
    twice = sum(one == 2 for one in copies.values())
    # One more is possible for the post that was on its way when the process was ended.
    assert fates.lost <= twice <= fates.lost + 1
    assert twice <= counted["duplicate_possible"] <= fates.lost + fates.broken + 1
    assert counted["failed"] == counted["stale"] == 0
    assert line.refused == 4 * REFUSED
    assert fates.forced >= FORCED
