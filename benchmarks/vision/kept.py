"""The figures of the run that wrote the model card, for a checkout without the material to measure anew."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.results import CannotMeasure, Options, Result

KEPT = Path("docs/model-card.json")


def of_the_card(options: Options) -> Result:
    """The table as it was measured, and marked so.

    Raises:
        CannotMeasure: There is nothing kept, or no such part.
    """
    try:
        card = json.loads(KEPT.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotMeasure(
            f"{KEPT} cannot be read ({type(error).__name__}), and {_way_out(options)}"
        ) from None
    parts: Mapping[str, Any] = card["parts"]
    unknown = sorted(set(options.parts) - set(parts))
    if unknown:
        raise CannotMeasure(f"vision has no part {', '.join(unknown)}; it has {', '.join(parts)}")
    wanted = [name for name in parts if name in (options.parts or parts)]
    figures = tuple(Figure(**one) for name in wanted for one in parts[name]["figures"])
    return Result("vision, as kept with the model card", figures, (_mark(options, card["machine"]),))


def _mark(options: Options, machine: Mapping[str, Any]) -> str:
    return (
        f"Nothing was measured now: {_way_out(options)}. These are the figures of the run behind {KEPT}, on "
        f"{machine['cores']} cores, {machine['cpu']}, Python {machine['python']}."
    )


def _way_out(options: Options) -> str:
    return f"{options.data} holds no test material (give its folder with --data)"
