"""Every check that a camera can make, measured: faces, company, phones, food, empty seats, and what it costs.

    python -m benchmarks vision [--part NAME,...] [--scenarios N] [--json OUT] [--card FILE]

A full run writes `docs/model-card.md`, and the figures it is made from beside it as JSON; a run of some
parts, or of fewer scenarios, writes neither.
"""

from benchmarks.results import Options, Result


def run(options: Options) -> Result:
    """Measure."""
    # The children of `cost` import this package too, and must not load what they do not need.
    from benchmarks.vision.parts import run_parts  # noqa: PLC0415

    return run_parts(options)
