"""Tokens and the request limit: who may ask, and how often."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Token:
    """An access token.

    Attributes:
        value: What goes into the header.
        client_id: Of the client that got it.
        expires_s: By the clock of `Tokens`.
        user_id: The person it stands for; None with client credentials.
        scopes: What it may be used for; they hold for a person's token alone.
    """

    value: str
    client_id: str
    expires_s: float
    user_id: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def counted_as(self) -> str:
        """Whose requests it counts among: the client's, or those of this person with this client."""
        return self.client_id if self.user_id is None else f"{self.client_id} {self.user_id}"


@dataclass(slots=True)
class Tokens:
    """The tokens given out. There is no refresh token with client credentials: one asks again.

    Args:
        clients: Client id -> secret.
        clock: Monotonic seconds.
    """

    clients: dict[str, str]
    clock: Callable[[], float]
    live: dict[str, Token] = field(default_factory=dict)

    def issue(
        self,
        client_id: str,
        life_s: float,
        *,
        user_id: str | None = None,
        scopes: frozenset[str] = frozenset(),
    ) -> Token:
        """Give a new token; older ones stay valid until their own end."""
        expires_s = self.clock() + life_s
        token = Token(secrets.token_urlsafe(32), client_id, expires_s, user_id, scopes)
        self.live[token.value] = token
        return token

    def knows(self, client_id: str, secret: str) -> bool:
        """Tell whether these credentials are right."""
        known = self.clients.get(client_id)
        return known is not None and secrets.compare_digest(known, secret)

    def check(self, authorization: str) -> Token | None:
        """Give the token an `Authorization` header stands for, unless it is unknown, expired or revoked."""
        scheme, _, value = authorization.partition(" ")
        token = self.live.get(value.strip()) if scheme.lower() == "bearer" else None
        return token if token is not None and token.expires_s > self.clock() else None

    def expire_people(self) -> None:
        """End every token that stands for a person."""
        self.live = {value: token for value, token in self.live.items() if token.user_id is None}

    def expire_all(self) -> None:
        """End every token now."""
        self.live.clear()


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a client stands after a request: what the three `inin-ratelimit` headers say."""

    count: int
    allowed: int
    reset_s: int

    @property
    def exceeded(self) -> bool:
        """Whether the request has to be refused."""
        return self.count > self.allowed

    def headers(self) -> dict[str, str]:
        """Give the headers; `reset` is seconds left, not an epoch [BLOG]."""
        return {
            "inin-ratelimit-count": str(self.count),
            "inin-ratelimit-allowed": str(self.allowed),
            "inin-ratelimit-reset": str(self.reset_s),
        }


@dataclass(slots=True)
class RateLimiter:
    """Counts the requests of each client in windows that begin with its first request."""

    allowed: int
    window_s: float
    clock: Callable[[], float]
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    def count(self, client_id: str) -> Allowance:
        """Count one request."""
        now = self.clock()
        start, used = self._windows.get(client_id, (now, 0))
        if now - start >= self.window_s:
            start, used = now, 0
        self._windows[client_id] = (start, used + 1)
        return Allowance(used + 1, self.allowed, max(1, math.ceil(start + self.window_s - now)))


#: Path below `/api/v2` -> the scope that a person's token needs; `:readonly` does for reading [OAS] [PYDOC].
_SCOPES = (
    (r"users/me", "user-basic-info"),
    (r"tokens/me", "user-basic-info"),
    (r"notifications/.*", "notifications"),
    (r"(presence|presencedefinitions|systempresences)(/.*)?", "presence"),
    (r"users/([^/]+/)?presences/.*", "presence"),
    (r"users(/[^/]+/routingstatus)?", "users"),
    (r"groups/.*", "groups"),
)


def in_scope(token: Token, method: str, path: str) -> bool:
    """Tell whether a token may be used for this at all. Scopes do not bind client credentials [PY]."""
    if token.user_id is None:
        return True
    below = path.removeprefix("/api/v2/")
    needed = next((scope for pattern, scope in _SCOPES if re.fullmatch(pattern, below)), None)
    granted = {needed, f"{needed}:readonly"} if method == "GET" else {needed}
    return bool(granted & token.scopes)
