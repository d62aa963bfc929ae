"""Sessions as earlier versions of atdesk kept them, byte for byte."""

from pathlib import Path

_DATA = Path(__file__).with_name("data")


def kept_by_the_first_version(scene: str) -> str:
    """What stood in `sessions.data`: `quiet`, `about_to_be_away` or `away_and_flagged`."""
    return (_DATA / f"first_version_{scene}.json").read_text().strip()


def kept_by_the_second_version(scene: str) -> str:
    """The same, and `paused`."""
    return (_DATA / f"second_version_{scene}.json").read_text().strip()
