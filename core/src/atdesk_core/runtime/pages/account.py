"""The account that stands for an agent's own page: no platform gives it, and no directory links it."""

from typing import Final

from atdesk_sdk import AccountRef

PAGE: Final = "page"
"""Name and platform of the adapter of the pages."""


def page_account(agent_id: str) -> AccountRef:
    """The account of an agent's own page: that very agent."""
    return AccountRef(PAGE, "", agent_id)
