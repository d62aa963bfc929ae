"""One page: no picture, no script, and nothing loaded from elsewhere."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from atdesk_core.runtime.replay.outcome import ReplayOutcome
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import clock, span
from atdesk_core.runtime.replay.report.distances import distances
from atdesk_core.runtime.replay.report.lanes import beside_lanes, seat_lanes
from atdesk_core.runtime.replay.report.measured import step_rows, strips
from atdesk_core.runtime.replay.report.moments import flag_lane, state_lane, told_lane
from atdesk_core.runtime.replay.report.rows import rows
from atdesk_core.runtime.replay.report.scale import Scale, ticks
from atdesk_core.runtime.replay.report.summary import facts, headline
from atdesk_core.runtime.replay.report.words import counted, say, whole

_HERE: Final = Path(__file__).parent
_LONG_S: Final = 60.0
"""In a shorter recording the first pictures, which cost more, hide what a minute takes."""


def write_report(outcome: ReplayOutcome, title: str, path: Path) -> None:
    """Write the page.

    Args:
        outcome: What the replay found.
        title: Of the recording.
        path: Where to.

    Raises:
        OSError: It cannot be written there.
    """
    path.write_text(render(outcome, title), "utf-8")


def render(outcome: ReplayOutcome, title: str) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("atdesk_core.runtime.replay.report", "."),
        autoescape=select_autoescape(["jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(**_view(outcome, title))


def _view(outcome: ReplayOutcome, title: str) -> dict[str, object]:
    scale = Scale(outcome.duration_s)
    style = (_HERE / "page.css").read_text("utf-8")
    return {
        "say": say,
        "title": title,
        "style": style,
        "style_hash": b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        "length": span(outcome.duration_s),
        "end": clock(outcome.duration_s),
        "headline": headline(outcome),
        "facts": facts(outcome),
        "ticks": ticks(scale),
        "seat": seat_lanes(outcome, scale),
        "beside": beside_lanes(outcome, scale),
        "told": _told(outcome, scale),
        "strips": strips(outcome, scale) if outcome.observations else [],
        "distances": distances(outcome, scale),
        "rows": rows(outcome),
        "steps": step_rows(outcome) if outcome.observations else [],
        "opened": whole(outcome.frames_analysed),
        "read": counted(outcome.frames_read, "picture"),
        "schedule": words.SCHEDULES.get(outcome.schedule, words.plain(outcome.schedule)),
        "cost": f"{outcome.cpu_s / outcome.duration_s * 60:.1f}" if outcome.duration_s >= _LONG_S else "",
    }


def _told(outcome: ReplayOutcome, scale: Scale) -> list[object]:
    lanes = (told_lane(outcome, scale), state_lane(outcome, scale), flag_lane(outcome, scale))
    return [lane for lane in lanes if lane is not None]
