"""Tokens for one stream of a forwarder: asked for with its secret, good for one connection within a minute.

Memory holds a hash of each, and nothing holds the token itself. A restart ends them all: the forwarder asks
for another one.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from atdesk_core.runtime.config import ForwarderTable
from atdesk_core.web.sign_in.tokens import random_token
from atdesk_sdk import AccountRef, ConfigError, Meeting, resolve_secret

OPEN_WITHIN_S: Final = 60.0
STREAM_S: Final = 3300.0
MOST: Final = 5_000
"""Tokens that wait to be used; one more ends the oldest."""
LEAST_SECRET_CHARS: Final = 32


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is good for.

    Attributes:
        account: Whose frames.
        meeting: From which meeting.
        until: Engine's clock; the stream may last so long.
        open_until: Engine's clock; the token has to be used before.
        of_effect: Of a Teams effect, whose frames stay on this machine.
    """

    account: AccountRef
    meeting: Meeting
    until: float
    open_until: float
    of_effect: bool = False


class StreamTokens:
    """The tokens that wait to be used.

    Args:
        now: Engine's clock.
        make: Makes a token; chance, unless a test says otherwise.
    """

    def __init__(self, now: Callable[[], float], make: Callable[[], str] = random_token) -> None:
        self._now = now
        self._make = make
        self._kept: OrderedDict[bytes, Grant] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def issue(self, account: AccountRef, meeting: Meeting, *, of_effect: bool = False) -> str:
        """A new token; it is nowhere else."""
        now, token = self._now(), self._make()
        self._forget(now, room_for=1)
        self._kept[_hash(token)] = Grant(account, meeting, now + STREAM_S, now + OPEN_WITHIN_S, of_effect)
        return token

    def redeem(self, token: str) -> Grant | None:
        """What the token is good for; after that it is good for nothing. None: it is wrong, used or old."""
        self._forget(self._now())
        return self._kept.pop(_hash(token), None)

    def _forget(self, now: float, room_for: int = 0) -> None:
        """All live equally long, so the oldest stand first."""
        while self._kept:
            first = next(iter(self._kept))
            if self._kept[first].open_until > now and len(self._kept) + room_for <= MOST:
                return
            del self._kept[first]


@dataclass(frozen=True, slots=True)
class Forwarder:
    """One `[[forwarder]]` whose secret has been read; a hash of it is kept."""

    platform: str
    tenant: str
    secret_hash: bytes


def read_forwarders(tables: Iterable[ForwarderTable]) -> tuple[Forwarder, ...]:
    """Read the secrets.

    Raises:
        ConfigError: A secret is not there, or is short enough to be guessed.
    """
    return tuple(Forwarder(one.platform, one.tenant, _hash(_secret_of(one))) for one in tables)


def forwarder_of(forwarders: Iterable[Forwarder], secret: str) -> Forwarder | None:
    """Whose secret it is; takes equally long whoever it is."""
    given = _hash(secret)
    found = [one for one in forwarders if hmac.compare_digest(one.secret_hash, given)]
    return found[0] if found else None


def _secret_of(table: ForwarderTable) -> str:
    secret = resolve_secret(table.secret)
    if len(secret) < LEAST_SECRET_CHARS:
        raise ConfigError(
            f"the secret of [[forwarder]] {table.name!r} is shorter than {LEAST_SECRET_CHARS} characters: "
            "take one of chance, such as `openssl rand -hex 32` gives"
        )
    return secret


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
