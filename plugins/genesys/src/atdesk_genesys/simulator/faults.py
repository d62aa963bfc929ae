"""What can be made to go wrong, by script: the pitfalls of the reference's table 8, as switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from atdesk_sdk.simulating import faults
from atdesk_sdk.simulating.switches import Switches


@dataclass(slots=True)
class HttpFault(faults.HttpFault):
    """One fault of the HTTP side, with what an agent may do meanwhile.

    Attributes:
        agent: An agent who changes their own presence just before the request is handled.
        presence: What they change it to.
    """

    agent: str | None = None
    presence: str | None = None


@dataclass(slots=True)
class SocketFaults(Switches):
    """Faults of the notification socket. They strike events of users; heartbeats only stop under `mute`.

    Attributes:
        mute: The socket stays open and says nothing at all, pongs included.
        drop: How many events to lose.
        duplicate: How many events to send twice.
        reverse: Hold this many events, then send them newest first (2 swaps a pair).
        refuse: How many socket upgrades to refuse with 404.
    """

    mute: bool = False
    drop: int = 0
    duplicate: int = 0
    reverse: int = 0
    refuse: int = 0
    held: list[Mapping[str, Any]] = field(default_factory=list, init=False)

    def through(self, frame: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Give what goes out instead of `frame`: nothing, it, it twice, or a held batch in reverse."""
        if self.drop > 0:
            self.drop -= 1
            return []
        if self.reverse > 0:
            return self._hold(frame)
        if self.duplicate > 0:
            self.duplicate -= 1
            return [frame, frame]
        return [frame]

    def _hold(self, frame: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        self.held.append(frame)
        if len(self.held) < self.reverse:
            return []
        out, self.held, self.reverse = self.held[::-1], [], 0
        return out


class Faults(faults.HttpFaults[HttpFault]):
    """All faults waiting to strike.

    Attributes:
        socket: Those of the notification socket.
    """

    def __init__(self) -> None:
        super().__init__(HttpFault)
        self.socket = SocketFaults()

    def clear(self) -> None:
        """Take every fault away."""
        super().clear()
        self.socket = SocketFaults()
