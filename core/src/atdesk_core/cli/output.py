"""Where commands print: results to standard output, progress and faults to standard error."""

from rich.console import Console


def console() -> Console:
    """Standard output."""
    return Console(highlight=False)


def errors() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False)
