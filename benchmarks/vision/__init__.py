"""Every check that a camera can make, measured: faces, company, phones, food, empty seats, and what it costs.

    python -m benchmarks vision [--part NAME,...] [--scenarios N] [--json OUT] [--card FILE]

A full run writes `docs/model-card.md`, and the figures it is made from beside it as JSON; a run of some
parts, or of fewer scenarios, writes neither. Without the test material, and without a folder that was named,
it shows the figures that are kept with the card, and says so.
"""

from benchmarks.results import DATA, Options, Result


def run(options: Options) -> Result:
    """Measure."""
    if options.data == DATA and not options.has_footage:
        from benchmarks.vision.kept import of_the_card  # noqa: PLC0415

        return of_the_card(options)
    # The children of `cost` import this package too, and must not load what they do not need.
    from benchmarks.vision.parts import run_parts  # noqa: PLC0415

    return run_parts(options)
