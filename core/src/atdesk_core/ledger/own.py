"""The agent's own log: a view of the rows about one agent, with nothing left out. Pure.

There is no policy in here, and no setting: whatever was written about somebody can be read by that person.
Rows of one look become one line, "nothing found" included; every other row is a line of its own.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.schema import FOR_THE_AGENT
from atdesk_core.ledger.sentences import Teller
from atdesk_core.store import LedgerRow

LOOK = "look"
"""The kind of a line that tells a whole look."""

_OUTCOMES = (LedgerKind.FINDING, LedgerKind.FINDING_OVER, LedgerKind.COULD_NOT_TELL)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened.

    Attributes:
        at: When it began, seconds since the epoch.
        kind: A `LedgerKind`, or `LOOK`.
        text: In a sentence.
        details: What else is known of it, a sentence each.
        rows: The rows that say so, in their order.
        frames: Opened for it.
        found_nothing: A look that found nothing it had not known before.
    """

    at: float
    kind: str
    text: str
    details: tuple[str, ...]
    rows: tuple[LedgerRow, ...]
    frames: int = 0
    found_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day; what belongs to a shift counts to the day on which it began."""

    date: str
    lines: tuple[Line, ...]

    def number(self, *kinds: str) -> int:
        """How many lines of these kinds there are."""
        return sum(line.kind in kinds for line in self.lines)

    @property
    def frames(self) -> int:
        """How many frames were opened."""
        return sum(line.frames for line in self.lines)

    @property
    def found_nothing(self) -> int:
        """How many looks found nothing."""
        return sum(line.found_nothing for line in self.lines)


def own_log(rows: Iterable[LedgerRow], teller: Teller, day_of: Callable[[float], str]) -> tuple[Day, ...]:
    """The agent's own log, day by day.

    Args:
        rows: Of this agent, and of nobody (stop orders, policies), in order of place.
        teller: In the agent's language and time zone.
        day_of: The day that a time belongs to, ISO.
    """
    lines = _Lines(teller)
    for row in rows:
        lines.add(row)
    told = lines.all()
    # In order of place, which is the order in which it was written: a clock may have gone back between.
    days = [Day(date, tuple(some)) for date, some in groupby(told, lambda line: day_of(line.at))]
    return tuple(_joined(days))


def _joined(days: Sequence[Day]) -> Iterator[Day]:
    """Days in order, each once."""
    for date in sorted({day.date for day in days}):
        yield Day(date, tuple(line for day in days if day.date == date for line in day.lines))


@dataclass(slots=True)
class _Look:
    """A look whose rows come one after the other."""

    opened: LedgerRow
    rows: list[LedgerRow] = field(default_factory=list)


class _Lines:
    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._lines: list[tuple[int, Line]] = []
        self._looks: dict[str, _Look] = {}
        self._ended: _Look | None = None
        self._known = ""

    def add(self, row: LedgerRow) -> None:
        data = data_of(row)
        look = self._looks.get(str(data.get("look_id")))
        if row.kind in _OUTCOMES and look is None and self._of_ended(row):
            return
        if self._ended is not None and row.at > self._ended.rows[-1].at:
            self._tell_ended()
        if row.kind == LedgerKind.LOOK_OPENED and data.get("look_id"):
            self._looks[str(data["look_id"])] = _Look(row, [row])
        elif look is not None and row.kind in _OUTCOMES:
            look.rows.append(row)
        elif look is not None and row.kind == LedgerKind.LOOK_ENDED:
            look.rows.append(row)
            del self._looks[str(data["look_id"])]
            self._tell_ended()
            self._ended = look
        else:
            self._remember([row])
            self._put(Line(row.at, row.kind, self._sentence(row), (), (row,)))

    def all(self) -> list[Line]:
        """In order of the first row of each; what is still open comes with what is known of it."""
        self._tell_ended()
        for look in self._looks.values():
            self._put(self._look(look))
        self._looks.clear()
        return [line for _, line in sorted(self._lines, key=lambda pair: pair[0])]

    def _of_ended(self, row: LedgerRow) -> bool:
        """What decides a look also ends it: the outcome is written right after the end, in the same step."""
        if self._ended is None or row.at != self._ended.rows[-1].at:
            return False
        self._ended.rows.append(row)
        return True

    def _tell_ended(self) -> None:
        look, self._ended = self._ended, None
        if look is not None:
            self._put(self._look(look))

    def _put(self, line: Line) -> None:
        self._lines.append((line.rows[0].seq, line))

    def _sentence(self, row: LedgerRow) -> str:
        return self._teller.sentence(row.kind, data_of(row))

    def _look(self, look: _Look) -> Line:
        say, opened = self._teller.say, data_of(look.opened)
        ended = next((data_of(row) for row in look.rows if row.kind == LedgerKind.LOOK_ENDED), None)
        outcomes = [self._sentence(row) for row in look.rows if row.kind in _OUTCOMES]
        frames = int(ended.get("frames") or 0) if ended else 0
        for_the_agent = opened.get("reason") in FOR_THE_AGENT
        result = self._result(outcomes, frames, ended, for_the_agent=for_the_agent)
        self._remember(look.rows)
        by_page = say("looked at through the agent's own page for {reason}, {frames} frames: {result}")
        by_meeting = say("looked at for {reason}, {frames} frames: {result}")
        text = (by_page if opened.get("source") == "page" else by_meeting).format(
            reason=self._teller.reason(opened.get("reason", "unknown")), frames=frames, result=result
        )
        details = [say("under policy {policy}").format(policy=opened.get("policy", "unknown"))]
        if ended:
            details.append(say("ended: {why}").format(why=self._teller.word(ended.get("why", "unknown"))))
        return Line(
            look.opened.at, LOOK, text, tuple(details), tuple(look.rows), frames, not outcomes and frames > 0
        )

    def _result(
        self, outcomes: Sequence[str], frames: int, ended: Mapping[str, Any] | None, *, for_the_agent: bool
    ) -> str:
        say = self._teller.say
        if outcomes:
            return "; ".join(outcomes)
        if ended is None:
            return say("it goes on, or its end was not written")
        if not frames:
            return say("no picture was opened")
        if for_the_agent:
            return say("shown to the agent alone, and nothing was judged")
        known = say(", as before: {known}").format(known=self._known) if self._known else ""
        return say("nothing new was found{known}").format(known=known)

    def _remember(self, rows: Sequence[LedgerRow]) -> None:
        """What the next look that finds nothing new finds as before."""
        for row in rows:
            if row.kind == LedgerKind.FINDING:
                self._known = self._teller.found(data_of(row).get("what"))
            elif row.kind == LedgerKind.COULD_NOT_TELL:
                self._known = self._sentence(row)


def data_of(row: LedgerRow) -> Mapping[str, Any]:
    """What a row holds; nothing when it was altered beyond reading."""
    try:
        content = json.loads(row.data)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
