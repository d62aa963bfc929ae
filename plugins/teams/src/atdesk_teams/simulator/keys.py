"""The keys that tokens are signed with, and how they are published."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey


class SigningKeys:
    """A key that signs now, and those before it that are still published.

    Args:
        name: Begins each key's id.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._keys = [_first_key(name)]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Give a token (RS256) by the newest key."""
        key = self._keys[-1]
        header = {"alg": "RS256", "typ": "JWT", "kid": key.kid, "x5t": key.kid}
        return jwt.encode(header, dict(claims), key)

    def rotate(self, *, withdraw: bool = False) -> None:
        """Sign with a new key from now on.

        Args:
            withdraw: Publish the older ones no more.
        """
        new = _made(f"{self._name}-{len(self._keys) + 1}")
        self._keys = [new] if withdraw else [*self._keys, new]

    def published(self, issuer: str) -> dict[str, Any]:
        """Give the JSON Web Key Set, with the issuer that Entra adds to each key."""
        return {"keys": [{**key.as_dict(private=False), "issuer": issuer} for key in self._keys]}


@functools.cache
def _first_key(name: str) -> RSAKey:
    """Tests start hundreds of simulators in one process; they share what costs a quarter of a second."""
    return _made(f"{name}-1")


def _made(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}, private=True)
