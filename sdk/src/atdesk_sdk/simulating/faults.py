"""What can be made to go wrong on the HTTP side, by script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, Self, TypeVar


@dataclass(slots=True)
class HttpFault:
    """One fault. It strikes the first `times` requests that match, then it is gone.

    A simulator adds what can go wrong on its platform alone, in a subclass.

    Attributes:
        match: Regular expression, searched in `"METHOD /path"`.
        times: How many requests it strikes.
        status: Answer with this status instead of doing what was asked.
        code: The `code` of the error body; the platform's own for that status when empty.
        retry_after: `Retry-After`, in seconds; None leaves it out.
        html: Answer with a page of HTML instead of JSON.
        delay_s: Wait before doing anything.
        late_s: Do it at once, but let the answer wait.
        cut: `before`: the connection breaks and nothing happened. `after`: accepted, but the answer was lost.
    """

    match: str
    times: int = 1
    status: int | None = None
    code: str = ""
    retry_after: int | None = None
    html: bool = False
    delay_s: float = 0.0
    late_s: float = 0.0
    cut: str | None = None

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
    def parse(cls, body: Mapping[str, Any]) -> Self:
        """Build one from JSON.

        Raises:
            ValueError: A key is unknown, `match` is missing, or a value cannot be.
        """
        unknown = set(body) - {item.name for item in fields(cls)}
        if unknown or "match" not in body:
            raise ValueError(f"a fault needs 'match' and knows no {sorted(unknown)}")
        return cls(**body)


FaultT = TypeVar("FaultT", bound=HttpFault)


class HttpFaults(Generic[FaultT]):
    """The faults that wait to strike.

    Args:
        kind: What they are made of.

    Attributes:
        http: Those of the HTTP side, in the order in which they are tried.
    """

    def __init__(self, kind: type[FaultT]) -> None:
        self.http: list[FaultT] = []
        self._kind = kind

    def add(self, match: str, **more: Any) -> FaultT:
        """Add a fault; `more` is what its kind knows.

        Raises:
            ValueError: As `HttpFault.parse`.
        """
        return self.add_json({"match": match, **more})

    def add_json(self, body: Mapping[str, Any]) -> FaultT:
        """Add a fault that was sent as JSON.

        Raises:
            ValueError: As `HttpFault.parse`.
        """
        fault = self._kind.parse(body)
        self.http.append(fault)
        return fault

    def strike(self, method: str, path: str) -> FaultT | None:
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
