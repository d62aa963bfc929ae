"""The keys with which a provider signs: fetched when one is missing, and never often."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from atdesk_core.web.sign_in.answers import json_of
from atdesk_core.web.sign_in.provider import ProviderDown

AGAIN_S: Final = 60.0
"""A key id that is not known makes us ask again, but not more often than this: anybody can make one up."""
GOOD_FOR_S: Final = 24 * 3600.0
"""Keys are fetched anew after this, so that one that was withdrawn does not stay."""


class KeyCache:
    """The public keys of one provider.

    Args:
        now: Engine's clock.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.fetches = 0
        self._now = now
        self._keys: KeySet | None = None
        self._coming: asyncio.Task[None] | None = None
        self._fetched_at = float("-inf")

    async def for_key(self, url: str, kid: str | None) -> KeySet:
        """Keys among which the one of this id is, if the provider has it.

        Args:
            url: The provider's `jwks_uri`.
            kid: As in the token's header; None when it names none.

        Raises:
            ProviderDown: They cannot be read.
        """
        age = self._now() - self._fetched_at
        if self._keys is None or age >= GOOD_FOR_S or (not self._has(kid) and age >= AGAIN_S):
            await self._fetch_once(url)
        assert self._keys is not None  # noqa: S101  (fetched, or it raised)
        return self._keys

    async def _fetch_once(self, url: str) -> None:
        """At nine o'clock all come at once: whoever comes while keys are on their way waits for those."""
        if self._coming is None:
            self._coming = asyncio.create_task(self._keep(url), name="atdesk-sign-in-keys")
        coming = self._coming
        try:
            await asyncio.shield(coming)
        finally:
            if coming.done() and self._coming is coming:
                self._coming = None

    async def _keep(self, url: str) -> None:
        self._keys, self._fetched_at = await self._fetch(url), self._now()

    def _has(self, kid: str | None) -> bool:
        return kid is None or any(key.kid == kid for key in self._keys or ())

    async def _fetch(self, url: str) -> KeySet:
        self.fetches += 1
        found = await json_of(url)
        keys: list[Any] = [key for key in found.get("keys", ()) if _is_public(key)]
        try:
            return KeySet.import_key_set({"keys": keys})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderDown("its keys cannot be read") from error


def _is_public(key: object) -> bool:
    """Keys for signatures that anybody may know; a shared secret has no place in such a list."""
    return (
        isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use") in (None, "sig")
    )
