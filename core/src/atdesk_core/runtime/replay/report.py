"""The report of a replay: one page, one plot, no pictures and nothing loaded from elsewhere."""

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
    label: str
    kind: str


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
        "ticks": [(at_s * scale, _clock(at_s)) for at_s in _ticks(outcome.duration_s)],
        "clock": _clock,
        "titles": TITLES,
    }


def _bar(one: Stretch, scale: float) -> Bar:
    lane = one.what if one.is_finding else "could_not_tell"
    lane = lane if lane in LANES else "could_not_tell"
    name = one.what.replace("_", " ")
    label = f"{name}: {_clock(one.start_s)} to {_clock(one.end_s)}, known at {_clock(one.decided_s)}"
    width = max((one.end_s - one.start_s) * scale, 1.0)
    return Bar(lane, LANES.index(lane), one.start_s * scale, width, label)


def _marks(outcome: ReplayOutcome, scale: float) -> list[Mark]:
    states = [Mark(at_s * scale, f"{state} at {_clock(at_s)}", "state") for at_s, state in outcome.states]
    flags = [
        Mark(one.raised_s * scale, f"flag: {one.kind.replace('_', ' ')} at {_clock(one.raised_s)}", "flag")
        for one in outcome.flags
    ]
    return states + flags


def _ticks(duration_s: float) -> list[float]:
    """About ten round steps."""
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
    step = next((one for one in steps if duration_s / one <= 10), steps[-1])
    return [float(at_s) for at_s in range(0, int(duration_s) + 1, step)]


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(round(at_s), 60)
    return f"{minutes}:{seconds:02d}"
