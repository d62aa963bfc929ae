"""The log of what arrived and what was sent, with times; the witness that tests and the demo ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from atdesk_sdk.simulating import journal
from atdesk_sdk.simulating.journal import Entry

__all__ = ["Entry", "Journal"]

_LONGEST_LIST: Final = 50


class Journal(journal.Journal):
    """What passed at `token`, `sign_in`, `graph`, `connector`, `workflows` and `bot`.

    An entry's `what` is method and path, or the name of an activity, and is found by any part of it; the note
    of a request whose connection was cut is 0.
    """

    def kept(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON that was sent; of a list of more than 50 its length alone."""
        return {key: _short(value) for key, value in body.items()}


def _short(value: Any) -> Any:
    """Ten thousand agents are polled with lists of 650 ids: thousands of those are not kept."""
    return f"<{len(value)} items>" if isinstance(value, list) and len(value) > _LONGEST_LIST else value
