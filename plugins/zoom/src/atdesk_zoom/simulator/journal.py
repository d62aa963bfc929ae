"""The log of what arrived and what was sent, with times; the witness that tests and the demo ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atdesk_sdk.simulating import journal
from atdesk_sdk.simulating.journal import Entry

__all__ = ["Entry", "Journal"]


class Journal(journal.Journal):
    """What passed at `signaling`, `media`, `rest`, `token`, `webhook` and `bot`.

    An entry's `what` is the number of a message's type, method and path, or the name of an event.
    """

    def kept(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The message without what signs it; picture data is replaced by its length."""
        bare = {key: value for key, value in body.items() if key != "signature"}
        content = bare.get("content")
        if isinstance(content, dict) and "data" in content:
            bare["content"] = content | {"data": f"<{len(str(content['data']))} characters>"}
        return bare

    def names(self, what: str, entry: Entry) -> bool:
        """By the whole, or by its first words: message 1 is not message 15."""
        return entry.what == what or entry.what.startswith(what + " ")
