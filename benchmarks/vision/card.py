"""The model card: a page made of the figures of a full run and of the model list. Pure, but for `write`.

    python -m benchmarks.vision.card docs/model-card.json docs/model-card.md

makes the page anew from figures that were kept, after a change of its words or of the model list.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from atdesk_core.vision import models
from benchmarks.figures import LEAST_N, NOT_MEASURABLE, Figure, share_interval
from benchmarks.results import CannotMeasure

_HERE = Path(__file__).parent


def render(measured: Mapping[str, Any], listed: tuple[models.ModelRow, ...]) -> str:
    """The page.

    Args:
        measured: What `parts.run_parts` kept: the machine, and figures and detail of each part.
        listed: The models that are shipped.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown of our own figures
    )
    environment.filters |= {
        "share": share,
        "cell": cell,
        "counts": counts,
        "left_out": left_out,
        "md": lambda text: text.replace("|", "\\|"),
    }
    parts = {
        name: {"figures": [Figure(**one) for one in part["figures"]], "detail": part["detail"]}
        for name, part in measured["parts"].items()
    }
    return environment.get_template("card.md.jinja").render(
        machine=measured["machine"], models=listed, **parts
    )


def share(hits: int, n: int) -> str:
    """A share in words: the count, the per cent and the interval; only the count of a few cases."""
    if n < LEAST_N:
        return f"{hits} of {n}: {NOT_MEASURABLE}"
    low, high = share_interval(hits, n)
    return f"{hits} of {n}: {100 * hits / n:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def cell(one: Figure) -> str:
    """The value of a figure for a table; a share with its interval, in per cent."""
    if one.value is not None and one.bounds:
        return f"{100 * one.value:.1f} % ({100 * (one.low or 0.0):.1f} to {100 * (one.high or 0.0):.1f})"
    return one.shown


def counts(known: Mapping[str, int]) -> str:
    """What was counted, the most frequent first; a dash for nothing."""
    ordered = sorted(known.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{what} {count}" for what, count in ordered) or "-"


def left_out(why: Mapping[str, int], frames: int) -> str:
    """The reasons for which a step did not run, with their share of all frames."""
    ordered = sorted(why.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{reason} {100 * count / frames:.1f} %" for reason, count in ordered) or "-"


def figures_beside(path: Path) -> Path:
    """Where the figures behind a card are kept."""
    return path.with_suffix(".json")


def write(measured: Mapping[str, Any], path: Path) -> None:
    """Write the figures and the page.

    Raises:
        CannotMeasure: A file cannot be written.
    """
    kept = json.dumps(measured, indent=1, sort_keys=True)
    try:
        figures_beside(path).write_text(kept + "\n", encoding="utf-8")
        # From what was kept, so that the page can be made anew from it to the letter.
        path.write_text(render(json.loads(kept), models.rows()), encoding="utf-8")
    except OSError as error:
        raise CannotMeasure(f"{error.filename} cannot be written: {error.strerror}") from None


if __name__ == "__main__":
    _, kept_at, page_at = sys.argv
    kept = json.loads(Path(kept_at).read_text(encoding="utf-8"))
    Path(page_at).write_text(render(kept, models.rows()), encoding="utf-8")
