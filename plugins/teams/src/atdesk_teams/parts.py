"""What a part of the adapter, such as the bot, is given, and how it lives with the connection."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx2

from atdesk_sdk.adapter import Host
from atdesk_sdk.condition import Condition
from atdesk_teams.client import GraphClient


@dataclass(frozen=True, slots=True)
class Ground:
    """What every part stands on while the adapter runs.

    Attributes:
        host: The engine.
        condition: Troubles go here, each under a name of its own: said once, and over once.
        graph: Microsoft Graph with the app's token.
        http: Requests elsewhere; trusts `ca_file`.
        clock: Monotonic seconds.
        chance: Jitter.
    """

    host: Host
    condition: Condition
    graph: GraphClient
    http: httpx2.AsyncClient
    clock: Callable[[], float]
    chance: random.Random


class Part(Protocol):
    """A part with a life of its own. A trouble of one part never stops another."""

    async def start(self, ground: Ground) -> None:
        """Begin; what keeps failing goes to `ground.condition`, not to the caller."""
        ...

    async def aclose(self) -> None:
        """Stop every task. Closing twice is fine."""
        ...
