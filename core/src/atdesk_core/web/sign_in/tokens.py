"""Sign-ins that stand: opaque random tokens, of which memory holds a hash and nobody the rest.

A restart ends every sign-in. That is meant: nothing of it is on a disk.
"""

import base64
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from atdesk_core.web.sign_in.who import Role, Who

TOKEN_BYTES: Final = 32
"""256 bits: nobody guesses one."""
MOST_EACH: Final = 8
"""Sign-ins of one person at a time; one more ends the oldest."""
MOST: Final = 50_000
"""Sign-ins altogether; one more ends the oldest."""


def tab_hash(tab_secret: str) -> str:
    """What a tab says of its secret before it signs in: base64url of SHA-256, without padding."""
    digest = hashlib.sha256(tab_secret.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def random_token() -> str:
    """A new token of 256 bits, fit for a header, a cookie and an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in that stands.

    Attributes:
        who: Who, and as what.
        tab_hash: See `tab_hash`; empty for a cookie session, which belongs to no tab.
    """

    who: Who
    tab_hash: str


class TokenBook:
    """Sign-ins by the hash of their token. Bounded; what has expired is forgotten.

    Args:
        now: Engine's clock.
        make: Makes a token; chance, unless a test says otherwise.
    """

    def __init__(self, now: Callable[[], float], make: Callable[[], str] = random_token) -> None:
        self._now = now
        self._make = make
        self._kept: OrderedDict[bytes, SignIn] = OrderedDict()
        self._of: dict[str, list[bytes]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def issue(
        self, person_id: str, roles: frozenset[Role], tab: str, shift_id: str, expires_at: float
    ) -> tuple[str, Who]:
        """A new sign-in.

        Args:
            person_id: Of whom.
            roles: What it may be used for.
            tab: Hash of the tab's secret; empty for a cookie session.
            shift_id: The shift that runs; empty off shift.
            expires_at: Engine's clock.

        Returns:
            The token, which is nowhere else, and who it is good for.
        """
        token = self._make()
        tab_id = secrets.token_hex(8) if tab else ""
        who = Who(person_id, roles, tab_id, shift_id, expires_at)
        self._make_room(person_id)
        key = _key(token)
        self._kept[key] = SignIn(who, tab)
        self._of.setdefault(person_id, []).append(key)
        return token, who

    def find(self, token: str) -> SignIn | None:
        """The sign-in of a token; None when there is none, or not any more."""
        key = _key(token)
        found = self._kept.get(key)
        if found is not None and self._now() >= found.who.expires_at:
            self._drop(key)
            return None
        return found

    def bind(self, token: str, shift_id: str, expires_at: float) -> Who | None:
        """A sign-in from before the shift belongs to the shift from now on."""
        key = _key(token)
        found = self._kept.get(key)
        if found is None:
            return None
        who = replace(found.who, shift_id=shift_id, expires_at=expires_at)
        self._kept[key] = SignIn(who, found.tab_hash)
        return who

    def tabs(self) -> frozenset[str]:
        """Random ids of the tabs that are signed in."""
        now = self._now()
        return frozenset(one.who.tab for one in self._kept.values() if one.who.expires_at > now)

    def end(self, token: str) -> bool:
        """Sign out; False when there was nothing to end."""
        return self._drop(_key(token))

    def end_all(self, person_id: str) -> int:
        """End every sign-in of a person. Returns how many there were."""
        keys = tuple(self._of.get(person_id, ()))
        return sum(self._drop(key) for key in keys)

    def _drop(self, key: bytes) -> bool:
        found = self._kept.pop(key, None)
        if found is None:
            return False
        keys = self._of[found.who.person_id]
        keys.remove(key)
        if not keys:
            del self._of[found.who.person_id]
        return True

    def _make_room(self, person_id: str) -> None:
        now = self._now()
        own = self._of.get(person_id, ())
        for key in [one for one in own if self._kept[one].who.expires_at <= now]:
            self._drop(key)
        while len(self._of.get(person_id, ())) >= MOST_EACH:
            self._drop(self._of[person_id][0])
        while len(self._kept) >= MOST:
            self._drop(next(iter(self._kept)))


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
