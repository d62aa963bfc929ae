"""What Graph's requests and answers hold: JSON, pairs, durations, errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse

from atdesk_teams.simulator.presence import Pair

#: In a request's scope: whether it is to be answered with what was so before.
STALE: Final = "teams.stale"
_DURATION: Final = re.compile(
    r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?", re.IGNORECASE
)
_SECONDS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0}


class GraphError(Exception):
    """A request that Graph refuses.

    Attributes:
        status: Of the answer.
        code: Of the error.
        headers: Of the answer.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, dict(headers or {})


def error_answer(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Graph's error body."""
    inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "request-id": str(uuid4())}
    body = {"error": {"code": code, "message": message, "innerError": inner}}
    return JSONResponse(body, status, dict(headers or {}))


async def json_body(request: Request) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        GraphError: There is none (400).
    """
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from None
    if not isinstance(body, dict):
        raise GraphError(400, "BadRequest", "An object was expected.")
    return body


def duration_s(text: str) -> float:
    """Seconds of an ISO 8601 duration of days and smaller.

    Raises:
        ValueError: It is none, or an empty one.
    """
    found = _DURATION.fullmatch(text)
    parts = {} if found is None else {key: part for key, part in found.groupdict().items() if part}
    if not parts:
        raise ValueError(f"{text!r} is no duration such as PT10M")
    return sum(float(part) * _SECONDS[key] for key, part in parts.items())


def life_s_of(body: Mapping[str, Any]) -> float | None:
    """How long it shall stand; None: not said."""
    sent = body.get("expirationDuration")
    if sent is None:
        return None
    try:
        return duration_s(str(sent))
    except ValueError:
        raise GraphError(400, "InvalidArgument", "[ExpirationDuration]: No ISO 8601 duration.") from None


def pair_of(body: Mapping[str, Any]) -> Pair:
    """What shall be shown.

    Raises:
        GraphError: One half of it is missing (400).
    """
    pair = Pair(str(body.get("availability") or ""), str(body.get("activity") or ""))
    for name, value in (("Availability", pair.availability), ("Activity", pair.activity)):
        if not value:
            raise GraphError(400, "InvalidArgument", f"[{name}]: The {name} field is required.")
    return pair


def spelt(word: str, camel_case: bool) -> str:
    """A word of a presence, as pages in English or localised ones write it."""
    return word[:1].lower() + word[1:] if camel_case else word
