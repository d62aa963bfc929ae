"""How the Bot Connector names conversations. Pure."""

from __future__ import annotations

from typing import Final

_THREAD: Final = ";messageid="


def base_of(conversation_id: str) -> str:
    """The channel of a thread; every other conversation is itself."""
    return conversation_id.partition(_THREAD)[0]
