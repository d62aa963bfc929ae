"""The agent's own log as JSON: the sentences, and under each the rows as they are in the chain. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from atdesk_core.ledger.own import Day, Line
from atdesk_core.store import LedgerRow


@dataclass(frozen=True, slots=True)
class About:
    """Whose log it is, and of what time.

    Attributes:
        agent_id: As in the directory; the agent knows it.
        agent_ref: The random id that the rows hold.
        zone: The agent's time zone.
        zone_name: IANA name.
        start: First day, ISO.
        end: Last day, ISO.
        made_at: When it was made, seconds since the epoch.
        language: Of the sentences, such as "en".
    """

    agent_id: str
    agent_ref: str
    zone: tzinfo
    zone_name: str
    start: str
    end: str
    made_at: float
    language: str = "en"


def document(about: About, days: Sequence[Day]) -> dict[str, Any]:
    """What `--json` writes."""
    return {
        "document": "atdesk log of one agent",
        "agent": about.agent_id,
        "agent_ref": about.agent_ref,
        "time_zone": about.zone_name,
        "from": about.start,
        "to": about.end,
        "made_at": local(about.made_at, about.zone),
        "days": [{"date": day.date, **numbers(day), "lines": _lines(day, about.zone)} for day in days],
    }


def numbers(day: Day) -> Mapping[str, int]:
    """What a day amounts to."""
    return {
        "looks": day.number("look"),
        "frames": day.frames,
        "looks_that_found_nothing": day.found_nothing,
        "looks_skipped": day.number("look_skipped"),
        "flags_raised": sum(_is_raised(line) for line in day.lines),
        "stills_viewed": day.number("still_viewed"),
    }


def local(at: float, zone: tzinfo) -> str:
    """A time as ISO text with its offset."""
    return datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")


def _is_raised(line: Line) -> bool:
    return line.kind == "flag" and '"what":"raised"' in line.rows[0].data


def _lines(day: Day, zone: tzinfo) -> list[dict[str, Any]]:
    return [
        {
            "at": local(line.at, zone),
            "kind": line.kind,
            "text": line.text,
            "details": list(line.details),
            "rows": [_row(row) for row in line.rows],
        }
        for line in day.lines
    ]


def _row(row: LedgerRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in LedgerRow.__dataclass_fields__}
