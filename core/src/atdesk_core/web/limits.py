"""How often one address or person may ask for what costs something. Bounded memory, nothing on a disk."""

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MOST_KEYS: Final = 20_000
"""Addresses and people that are remembered; beyond them the one that asked longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be asked for.

    Attributes:
        name: For the metrics.
        method: Of the request.
        path: Which paths.
        per_minute: In the long run.
        burst: At once.
    """

    name: str
    method: str
    path: re.Pattern[str]
    per_minute: float
    burst: int


# A whole call centre may sign in at nine o'clock from one address, so these are no tight numbers for an
# address. Nobody guesses a code or a token of 256 bits at any of these rates.
LIMITS: Final[tuple[Limit, ...]] = (
    Limit("sign_in_start", "GET", re.compile(r"/sign-in/[^/]+/start"), 600, 300),
    Limit("sign_in_callback", "GET", re.compile(r"/sign-in/[^/]+/callback"), 600, 300),
    Limit("sign_in_exchange", "POST", re.compile(r"/sign-in/(exchange|teams|[^/]+/pick)"), 600, 300),
    Limit("photo", "POST", re.compile(r"/api/me/(enrolment(/photo)?|self-test)"), 120, 30),
    Limit("answer", "POST", re.compile(r"/(api/me|flags|checks)/.+"), 120, 40),
    Limit("answer", "DELETE", re.compile(r"/api/me/.+"), 120, 40),
)

WhoseOf = Callable[[HTTPConnection], str | None]
"""The person behind a request, if it is known without asking any further."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """Token buckets by key; a key that was forgotten begins with a full one.

    Args:
        now: Seconds, monotonic.
        most: Keys that are remembered.
    """

    def __init__(self, now: Callable[[], float], most: int = MOST_KEYS) -> None:
        self._now = now
        self._most = most
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, limit: Limit, whose: str) -> float:
        """Take one. Returns 0, or the seconds until there is one again."""
        now, key, rate = self._now(), (limit.name, whose), limit.per_minute / 60.0
        bucket = self._buckets.pop(key, None) or _Bucket(float(limit.burst), now)
        self._buckets[key] = bucket
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        bucket.left = min(float(limit.burst), bucket.left + max(0.0, now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1.0:
            return (1.0 - bucket.left) / rate
        bucket.left -= 1.0
        return 0.0


class RateLimits:
    """Middleware: answers 429 with `Retry-After` to whoever asks too often.

    Args:
        app: What answers else.
        whose: The person behind a request; without one the address counts.
        now: Seconds, monotonic.
        refused: Counted by the limit's name.
        limits: Which.
    """

    def __init__(
        self,
        app: ASGIApp,
        whose: WhoseOf,
        now: Callable[[], float],
        refused: Counter[str],
        limits: Sequence[Limit] = LIMITS,
    ) -> None:
        self._app = app
        self._whose = whose
        self._buckets = Buckets(now)
        self._refused = refused
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        limit = self._limit_of(scope) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        wait_s = self._buckets.take(limit, self._key(HTTPConnection(scope)))
        if wait_s == 0.0:
            await self._app(scope, receive, send)
            return
        self._refused[limit.name] += 1
        await _too_often(math.ceil(wait_s))(scope, receive, send)

    def _limit_of(self, scope: Scope) -> Limit | None:
        method, path = scope["method"], scope["path"]
        fits = (one for one in self._limits if one.method == method and one.path.fullmatch(path))
        return next(fits, None)

    def _key(self, connection: HTTPConnection) -> str:
        person = self._whose(connection)
        if person is not None:
            return f"person:{person}"
        return f"address:{connection.client.host if connection.client else ''}"


def _too_often(wait_s: int) -> JSONResponse:
    message = f"That was asked for too often. Try again in {wait_s} s."
    body = {"error": {"code": "too_often", "message": message}}
    return JSONResponse(body, status_code=429, headers={"Retry-After": str(wait_s)})
