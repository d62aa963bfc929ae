"""What can be made to go wrong, by script: the pitfalls of the reference's table 8, as switches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class HttpFault:
    """One fault of the HTTP side. It strikes the first `times` requests that match, then it is gone.

    Attributes:
        match: Regular expression, searched in `"METHOD /path"`.
        times: How many requests it strikes.
        status: Answer with this status instead of doing what was asked.
        code: The `code` of the error body.
        retry_after: `Retry-After`, in seconds.
        html: Answer 200 with a page of HTML instead of JSON.
        delay_s: Wait before doing anything.
        late_s: Do it at once, but let the answer wait.
        cut: `before`: the connection breaks and nothing happened. `after`: accepted, but the answer was lost.
        agent: An agent who changes their own presence just before the request is handled.
        presence: What they change it to.
    """

    match: str
    times: int = 1
    status: int | None = None
    code: str = "internal.server.error"
    retry_after: int | None = None
    html: bool = False
    delay_s: float = 0.0
    late_s: float = 0.0
    cut: str | None = None
    agent: str | None = None
    presence: str | None = None

    def __post_init__(self) -> None:
        """Refuse a fault that could never strike.

        Raises:
            ValueError: The expression does not compile, or `cut` is none of the known words.
        """
        try:
            re.compile(self.match)
        except re.error as broken:
            raise ValueError(f"match {self.match!r} is no regular expression: {broken}") from broken
        if self.cut not in (None, "before", "after"):
            raise ValueError(f"cut is 'before' or 'after', not {self.cut!r}")

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> HttpFault:
        """Build one from JSON.

        Raises:
            ValueError: A key is unknown, `match` is missing, or a value cannot be.
        """
        unknown = set(body) - {item.name for item in fields(cls)}
        if unknown or "match" not in body:
            raise ValueError(f"a fault needs 'match' and knows no {sorted(unknown)}")
        return cls(**body)


@dataclass(slots=True)
class SocketFaults:
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
    held: list[Mapping[str, Any]] = field(default_factory=list)

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


@dataclass(slots=True)
class Faults:
    """All faults waiting to strike."""

    http: list[HttpFault] = field(default_factory=list)
    socket: SocketFaults = field(default_factory=SocketFaults)

    def add(self, match: str, **kind: Any) -> HttpFault:
        """Add a fault of the HTTP side; see `HttpFault` for what can be said."""
        fault = HttpFault.parse({"match": match, **kind})
        self.http.append(fault)
        return fault

    def strike(self, method: str, path: str) -> HttpFault | None:
        """Take the first fault that matches this request, and count it down."""
        for fault in self.http:
            if re.search(fault.match, f"{method} {path}"):
                fault.times -= 1
                if fault.times <= 0:
                    self.http.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Take every fault away."""
        self.http.clear()
        self.socket = SocketFaults()
