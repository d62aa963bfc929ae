"""Where commands print: results to standard output, progress and faults to standard error."""

from rich.console import Console

# In a pipe or a file a table need not fit a screen.
WIDE = 160


def console() -> Console:
    """Standard output."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=WIDE)


def errors() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False)
