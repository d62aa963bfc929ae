"""The report of a replay: one page, one plot, no pictures and nothing loaded from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape

from atdesk_core.runtime.replay.outcome import ReplayOutcome, Stretch

# Width of the plot in its own units; the page scales it.
WIDTH = 1000.0

LANES = ("present", "absent", "different_person", "could_not_tell")
TITLES = {
    "present": "At the desk",
    "absent": "Nobody there",
    "different_person": "Somebody else",
    "could_not_tell": "Could not tell",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch in the plot."""

    lane: str
    row: int
    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment in the plot: a state that changed, a flag that was raised."""

    x: float
    word: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, in order of time."""

    start_s: float
    end_s: float | None
    lane: str
    what: str
    known_s: float | None = None
    share: str = ""


def write_report(outcome: ReplayOutcome, title: str, path: Path) -> None:
    """Write the page."""
    environment = Environment(
        loader=PackageLoader("atdesk_core.runtime.replay", "."), autoescape=select_autoescape(["jinja"])
    )
    path.write_text(environment.get_template("report.html.jinja").render(**_view(outcome, title)), "utf-8")


def _view(outcome: ReplayOutcome, title: str) -> dict[str, object]:
    scale = WIDTH / max(outcome.duration_s, 1.0)
    return {
        "title": title,
        "outcome": outcome,
        "width": WIDTH,
        "lanes": [(TITLES[lane], lane, row) for row, lane in enumerate(LANES)],
        "bars": [_bar(one, scale) for one in outcome.stretches],
        "marks": _marks(outcome, scale),
        "rows": sorted(_rows(outcome), key=lambda row: row.start_s),
        "ticks": [(at_s * scale, _clock(at_s)) for at_s in _ticks(outcome.duration_s)],
        "clock": _clock,
    }


def _bar(one: Stretch, scale: float) -> Bar:
    lane = one.what if one.is_finding else "could_not_tell"
    lane = lane if lane in LANES else "could_not_tell"
    name = one.what.replace("_", " ")
    label = f"{name}: {_clock(one.start_s)} to {_clock(one.end_s)}, known at {_clock(one.decided_s)}"
    width = max((one.end_s - one.start_s) * scale, 1.0)
    return Bar(lane, LANES.index(lane), one.start_s * scale, width, label)


def _marks(outcome: ReplayOutcome, scale: float) -> list[Mark]:
    states = [
        Mark(at_s * scale, state, f"{state} at {_clock(at_s)}", "state") for at_s, state in outcome.states
    ]
    flags = [
        Mark(one.raised_s * scale, "flag", f"flag: {_plain(one.kind)} at {_clock(one.raised_s)}", "flag")
        for one in outcome.flags
    ]
    return states + flags


def _rows(outcome: ReplayOutcome) -> Iterator[Row]:
    for one in outcome.stretches:
        lane = one.what if one.is_finding else "could_not_tell"
        what = (
            TITLES.get(one.what, _plain(one.what))
            if one.is_finding
            else f"Could not tell: {_plain(one.what)}"
        )
        share = f"{one.confidence:.0%}" if one.is_finding else ""
        yield Row(one.start_s, one.end_s, lane, what, one.decided_s, share)
    for at_s, state in outcome.states:
        yield Row(at_s, None, "", f"State becomes {_plain(state)}")
    for flag in outcome.flags:
        told = "" if flag.told_agent_s is None else f"; the agent was told at {_clock(flag.told_agent_s)}"
        yield Row(flag.raised_s, None, "", f"Flag: {_plain(flag.kind)}{told}")


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _ticks(duration_s: float) -> list[float]:
    """About ten round steps."""
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
    step = next((one for one in steps if duration_s / one <= 10), steps[-1])
    return [float(at_s) for at_s in range(0, int(duration_s) + 1, step)]


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(round(at_s), 60)
    return f"{minutes}:{seconds:02d}"
