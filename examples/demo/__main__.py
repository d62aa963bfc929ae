"""`python -m examples.demo`."""

import os
import sys

from rich.console import Console


def main() -> int:
    """Exit status: 0 when everything came in the right order, 1 when not, 130 when stopped."""
    # Read when cv2 is imported, here and in the vision process: its graph engine warns about nothing.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
    console = Console()
    try:
        with console.status("Loading"):
            from examples.demo.run import run_demo  # noqa: PLC0415  (seconds, in which Ctrl-C must work)
        return run_demo(console)
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was left behind.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
