"""What can be made to go wrong, and what Microsoft's documentation leaves open: switches for both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

#: What becomes of ids that are nobody's in `getPresencesByUserId`.
UNKNOWN_IDS: Final = frozenset({"omitted", "unknown", "not_found"})


@dataclass(slots=True)
class HttpFault:
    """One fault. It strikes the first `times` requests that match, then it is gone.

    Attributes:
        match: Regular expression, searched in `"METHOD /path"`: `"POST /v1.0/users/.*/presence/"`.
        times: How many requests it strikes.
        status: Answer with this status instead of doing what was asked.
        code: The `code` of the error body; by the status when empty.
        message: The `message` of the error body.
        retry_after: `Retry-After`, in seconds; None leaves it out.
        html: Answer with a page of HTML instead of JSON, with `status` or 200.
        stale: A read answers what was so before each user's last change, with the version of then.
        delay_s: Wait before doing anything.
        late_s: Do it at once, but let the answer wait.
        cut: `before`: the connection breaks and nothing happened. `after`: accepted, but the answer was lost.
        user: A user (id or name) who picks a status in their own client just before the request is handled.
        picks: What they pick: an availability, such as `DoNotDisturb`.
    """

    match: str
    times: int = 1
    status: int | None = None
    code: str = ""
    message: str = "A fault was asked for."
    retry_after: int | None = None
    html: bool = False
    stale: bool = False
    delay_s: float = 0.0
    late_s: float = 0.0
    cut: str | None = None
    user: str | None = None
    picks: str | None = None

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
class Faults:
    """All faults waiting to strike."""

    http: list[HttpFault] = field(default_factory=list)

    def add(self, match: str, **kind: Any) -> HttpFault:
        """Add a fault; see `HttpFault` for what can be said.

        Raises:
            ValueError: As `HttpFault.parse`.
        """
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


@dataclass(slots=True)
class OpenPoints:
    """Points on which the documentation is silent or divided; an adapter must live with either answer.

    Attributes:
        sequence_numbers: A presence carries `sequenceNumber`, which many samples omit.
        unknown_ids: Of an id that is nobody's, the bulk read says nothing (`omitted`), `PresenceUnknown`
            (`unknown`), or the whole call is a 404 (`not_found`).
        camel_case: Availability and activity begin with a small letter, as localised pages print them.
        clear_preferred_status: Of a `clearUserPreferredPresence` that was done.
        least_preferred_s: The shortest `expirationDuration` of a preferred state; 0: any.
        unsettable_refused: `setPresence` with an activity that only Teams itself sets (a meeting, out of
            office) is a 400; else it is accepted without effect.
        foreign_sessions: `setPresence` takes a `sessionId` that is not the calling app's id. Microsoft says
            it has to be; people report that others leave sessions behind.
        retry_after: The limit's own 429 says how long to wait.
        roles_in_403: A 403 names the permissions that would do, and those that the token has.
        status_message_app_only: An app may set a user's status message.
    """

    sequence_numbers: bool = True
    unknown_ids: str = "omitted"
    camel_case: bool = False
    clear_preferred_status: int = 200
    least_preferred_s: float = 0.0
    unsettable_refused: bool = True
    foreign_sessions: bool = False
    retry_after: bool = True
    roles_in_403: bool = True
    status_message_app_only: bool = True

    def change(self, wanted: Mapping[str, object]) -> None:
        """Set switches by name.

        Raises:
            ValueError: A name that is no switch, or a value that it cannot have.
        """
        known = {item.name for item in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"{name!r} is no switch; there are {', '.join(sorted(known))}")
            present = getattr(self, name)
            fits = type(value) is type(present) or (isinstance(present, float) and type(value) is int)
            if not fits:
                raise ValueError(f"{name} takes {type(present).__name__}, not {type(value).__name__}")
            if name == "unknown_ids" and value not in UNKNOWN_IDS:
                raise ValueError(f"unknown_ids is one of {', '.join(sorted(UNKNOWN_IDS))}")
            setattr(self, name, value)
