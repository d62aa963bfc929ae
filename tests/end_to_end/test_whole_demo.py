"""The demo is played to its end and is right, on each console.

A demo waits nearly all of its hundred seconds, so that both are played at once, each in a process of its own.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.end_to_end.whole_demo import Playing, is_right, playing

PLATFORMS = {"genesys": ("zoom", "genesys"), "teams": ("teams",)}


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Playing]]:
    """Every console's demo, begun; the first is what somebody gets who names none."""
    with ExitStack() as stack:
        yield {
            console: stack.enter_context(
                playing(tmp_path_factory.mktemp(console), "" if console == "genesys" else console)
            )
            for console in PLATFORMS
        }


@pytest.mark.timeout(200)
@pytest.mark.parametrize("console", PLATFORMS)
def test_the_whole_demo_runs_and_is_right(demos: dict[str, Playing], console: str) -> None:
    said = demos[console].ends()
    is_right(demos[console].folder, said, PLATFORMS[console])
