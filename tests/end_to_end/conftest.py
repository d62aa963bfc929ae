"""Everything in this folder is a story in real time, with services and platforms that are begun for it."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story takes long and mostly waits: among several processes it is begun before the rest."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("early")
