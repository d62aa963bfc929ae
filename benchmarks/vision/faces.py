"""Face verification over all processes, and its figures."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atdesk_core.vision.encoder.bands import THRESHOLDS
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_core.vision.worker import load_models
from benchmarks.figures import Figure, rate
from benchmarks.results import CannotMeasure
from benchmarks.vision import material, verification
from benchmarks.vision.conditions import CLEAN, CONDITIONS
from benchmarks.vision.outcomes import Came, Shown
from benchmarks.vision.plays import Workers

QUICK_PEOPLE = 4


def read_encoder(path: Path | None) -> BroughtEncoder | None:
    """The table `[vision.encoder]` of a TOML file, such as `atdesk.toml`; None without a file.

    Raises:
        CannotMeasure: There is no such table, or it cannot be used.
    """
    if path is None:
        return None
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["vision"]["encoder"]
        return BroughtEncoder.model_validate(table).beside(path.parent)
    except (OSError, KeyError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise CannotMeasure(f"{path} holds no [vision.encoder] that can be used: {error}") from None


def measure(
    data: Path, workers: Workers, encoder: BroughtEncoder | None, *, quick: bool = False
) -> dict[str, Any]:
    """Everything that was counted, for one backend.

    Args:
        data: The test material.
        workers: Where it runs.
        encoder: The operator's own; None measures the default.
        quick: The first four people, and no ready pairs.
    """
    models = load_models(encoder)
    enrolled = verification.templates(data, models, QUICK_PEOPLE if quick else None)
    calls = [(data, condition, enrolled, encoder) for condition in CONDITIONS]
    shots = workers.each(verification.show_all, calls, "Faces")
    name = models.encoder.name if models.encoder else ""
    return {
        "encoder": name,
        "bands": _bands(encoder),
        **verification.document(enrolled, shots, material.groups(data)),
    }


def _bands(encoder: BroughtEncoder | None) -> str:
    if encoder is None:
        same, other = THRESHOLDS.same_below, THRESHOLDS.other_above
        return f"`same` below {same:g}, `other` above {other:g} (Euclidean), `unsure` between: look again"
    same, other = encoder.same_above, encoder.other_below
    return f"`same` above {same:g}, `other` below {other:g} (cosine), `unsure` between: look again"


def figures(counted: Mapping[str, Any]) -> list[Figure]:
    """The figures of one backend. The card has the groups."""
    enrolment = counted["enrolment"]
    return [
        rate("failed to enrol, of 3 to 5 clean photos", enrolment["failed"], enrolment["tried"]),
        rate("photo refused at enrolment", enrolment["refused"], enrolment["photos"]),
        *(one for condition in CONDITIONS for one in _of(counted["conditions"][condition], condition)),
        *_of(counted["pairs"][CLEAN], "ready pairs, one photo enrolled"),
    ]


def _of(cell: Mapping[str, Any], where: str) -> Sequence[Figure]:
    agent, stranger = cell[Shown.AGENT], cell[Shown.STRANGER]
    return (
        rate(f"no face found, {where}", agent[Came.NOT_FOUND], agent["shown"]),
        rate("... abstained", agent[Came.ABSTAINED], agent["shown"], note=_why(agent)),
        rate("... agent called the agent", agent[Came.SAME], agent["compared"], note=_people(agent)),
        rate("... agent called unsure", agent[Came.UNSURE], agent["compared"]),
        rate("... agent called another (false non-match)", agent[Came.OTHER], agent["compared"]),
        rate(
            "... stranger called the agent (false match)",
            stranger[Came.SAME],
            stranger["compared"],
            note=_people(stranger),
        ),
    )


def _people(counts: Mapping[str, Any]) -> str:
    return f"{counts['people']} people"


def _why(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{why} {count}" for why, count in counts["why"].items())
