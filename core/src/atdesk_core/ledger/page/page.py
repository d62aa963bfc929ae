"""From the days of a log to HTML."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from atdesk_core.ledger.document import About, numbers
from atdesk_core.ledger.own import LOOK, Day, Line

Say = Callable[[str], str]

_HERE: Final = Path(__file__).parent
_TONES: Final[Mapping[str, str]] = {
    LOOK: "look",
    "look_skipped": "quiet",
    "flag": "flag",
    "lead_action": "flag",
    "flag_viewed": "flag",
    "review": "flag",
    "dispute": "flag",
    "state_write": "state",
    "claim": "state",
    "notice": "told",
    "still_kept": "still",
    "still_viewed": "still",
    "hold": "still",
    "pause": "own",
    "consent": "own",
    "could_not_tell": "quiet",
}
"""Which colour a line has; it says nothing that the words do not say too."""

_FACTS: Final = (
    ("looks", "times somebody looked"),
    ("frames", "pictures opened"),
    ("looks_that_found_nothing", "looks that found nothing new"),
    ("looks_skipped", "looks that were not allowed"),
    ("flags_raised", "flags shown to a lead"),
    ("stills_viewed", "stills viewed by a person"),
)


def render_log(about: About, days: Sequence[Day], say: Say) -> str:
    """One page with every line of these days."""
    view = {
        "days": [_day(day, about, say) for day in days],
        "facts": _facts(days, say),
        "single": about.start == about.end,
    }
    return _render("log.html.jinja", about, say, view)


def render_index(about: About, days: Sequence[tuple[str, Mapping[str, int]]], say: Say) -> str:
    """The first page of an export: each day with what it amounts to, and a link to its own page."""
    rows = [
        (_long(day, say), f"days/{day}.html", [amounts[name] for name, _ in _FACTS]) for day, amounts in days
    ]
    heads = [say(title) for _, title in _FACTS]
    return _render("index.html.jinja", about, say, {"rows": rows, "heads": heads})


def _render(template: str, about: About, say: Say, view: Mapping[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("atdesk_core.ledger.page", "."),
        autoescape=select_autoescape(["jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_HERE / "page.css").read_text("utf-8")
    made_at = datetime.fromtimestamp(about.made_at, about.zone).strftime("%Y-%m-%d %H:%M")
    return environment.get_template(template).render(
        say=say,
        about=about,
        made_at=made_at,
        start=_long(about.start, say),
        end=_long(about.end, say),
        style=style,
        style_hash=b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        **view,
    )


def _facts(days: Sequence[Day], say: Say) -> list[tuple[int, str]]:
    amounts = [numbers(day) for day in days]
    return [(sum(one[name] for one in amounts), say(title)) for name, title in _FACTS]


def _day(day: Day, about: About, say: Say) -> dict[str, Any]:
    return {
        "id": f"day-{day.date}",
        "title": say("What happened") if about.start == about.end else _long(day.date, say),
        "lines": [_line(line, day.date, about) for line in day.lines],
    }


def _line(line: Line, day: str, about: About) -> dict[str, Any]:
    at = datetime.fromtimestamp(line.at, about.zone)
    other_day = "" if at.date().isoformat() == day else f"{at:%Y-%m-%d} "
    seqs = [row.seq for row in line.rows]
    return {
        "iso": at.isoformat(timespec="seconds"),
        "time": f"{other_day}{at:%H:%M:%S}",
        "text": line.text[:1].upper() + line.text[1:],
        "details": line.details,
        "rows": ", ".join(map(str, seqs)),
        "tone": _TONES.get(line.kind, ""),
    }


def _long(day: str, say: Say) -> str:
    """A date as people write it, in words of the reader's language."""
    one = date.fromisoformat(day)
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return f"{say(weekdays[one.weekday()])} {day}"
