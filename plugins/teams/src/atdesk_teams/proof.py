"""Whether an activity comes from the Bot Connector: its token, checked by Microsoft's own validator.

Two traps are closed here. The validator fetches keys with a call that blocks, so they are fetched in a
thread, and before the first activity comes. And it compares the claim `serviceurl` only when it is given one
to compare with; our own token goes to that address afterwards, so without one nothing is genuine.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

import jwt
from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides

from atdesk_sdk.errors import TryLater
from atdesk_teams.config import TeamsConfig

with warnings.catch_warnings():
    # A part of the library that is not used here warns, while it is loaded, that it is a preview.
    warnings.simplefilter("ignore")
    from microsoft_teams.apps.auth.token_validator import JwtValidationOptions, TokenValidator

#: Microsoft asks for the keys to be read again once a day; a key that nobody knows makes us look sooner.
_KEYS_S: Final = 86_400.0
_FETCH_S: Final = 5.0
#: So long nobody asks for keys again after they could not be had.
_REST_S: Final = 10.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Forged(Exception):
    """It is not from the Bot Connector, or not for us. Holds nothing of what was sent."""


class _Validator(TokenValidator):
    """Trusts the configured authority, and can fetch keys apart."""

    def __init__(self, options: JwtValidationOptions, tls: ssl.SSLContext | None) -> None:
        super().__init__(options)
        self._jwks_client = jwt.PyJWKClient(
            options.jwks_uri, lifespan=_KEYS_S, timeout=_FETCH_S, ssl_context=tls
        )

    def fetch(self) -> None:
        """Have keys. Blocks."""
        self._jwks_client.get_jwk_set()

    def has_key_of(self, token: str) -> bool:
        """Whether the key of this token is known, so that checking it asks nobody.

        Raises:
            jwt.PyJWTError: It is no token.
        """
        kid = jwt.get_unverified_header(token).get("kid")
        return any(key.key_id == kid for key in self._keys())

    @property
    def has_keys(self) -> bool:
        """Whether any are known."""
        return bool(self._keys())

    def _keys(self) -> Sequence[jwt.PyJWK]:
        cache = self._jwks_client.jwk_set_cache
        known = cache.get() if cache is not None else None
        return known.keys if isinstance(known, jwt.PyJWKSet) else ()

    def fetch_for(self, token: str) -> None:
        """Have the key of this token. Blocks where it is not known yet."""
        self._jwks_client.get_signing_key_from_jwt(token)


class Proof:
    """Checks who speaks to the bot.

    Args:
        config: The table.
        bot_id: Whom a token has to be for.
        tls: What is trusted; None: the machine's own.
    """

    def __init__(self, config: TeamsConfig, bot_id: str, tls: ssl.SSLContext | None) -> None:
        # The library logs each failure, with claims of whoever sent it.
        logging.getLogger("microsoft_teams.apps.auth.token_validator").setLevel(logging.CRITICAL + 1)
        cloud = with_overrides(
            PUBLIC, openid_metadata_url=str(config.bot_openid_url), token_issuer=config.bot_token_issuer
        )
        self._validator = _Validator(TokenValidator.for_service(bot_id, cloud=cloud).options, tls)
        self._hosts = config.service_hosts | {urlsplit(config.connector).hostname or ""}
        self._not_before = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def warm(self) -> None:
        """Have the keys before the first activity comes.

        Raises:
            TryLater: They cannot be had now.
        """
        await self._in_thread(self._validator.fetch)

    async def check(self, token: str, service_url: str) -> None:
        """Make sure that this activity is genuine.

        Args:
            token: What came as `Authorization: Bearer`.
            service_url: Of the activity: where our answers, and our token, will go.

        Raises:
            Forged: It is not.
            TryLater: The keys cannot be had now.
        """
        if not token or not self._may_get_our_token(service_url):
            raise Forged
        try:
            if not self._validator.has_key_of(token):
                await self._in_thread(self._validator.fetch_for, token)
            claims = await self._validator.validate_token(token, service_url)
        except jwt.PyJWTError:
            raise Forged from None
        if "exp" not in claims:
            raise Forged

    def _may_get_our_token(self, service_url: str) -> bool:
        """TLS, and a host that is configured; so a genuine token for another place opens nothing either."""
        try:
            parts = urlsplit(service_url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
        known = any(host == one or host.endswith(f".{one}") for one in self._hosts if one)
        return safe and known and parts.username is None

    async def _in_thread(self, fetch: Callable[..., None], *values: str) -> None:
        """One at a time: whoever sends many unknown keys makes us ask no more often."""
        async with self._one_at_a_time:
            if time.monotonic() < self._not_before:
                raise TryLater("the keys of the Bot Connector could not be read a moment ago", _REST_S)
            try:
                await asyncio.to_thread(fetch, *values)
            except (jwt.PyJWKClientConnectionError, OSError, ValueError) as error:
                raise self._rests(error) from None
            except (jwt.PyJWKClientError, jwt.PyJWKSetError) as error:
                if self._validator.has_keys:  # and this one's is not among them
                    raise
                raise self._rests(error) from None

    def _rests(self, error: Exception) -> TryLater:
        """The keys cannot be had: nobody asks for them for a while, and what is known serves on."""
        self._not_before = time.monotonic() + _REST_S
        return TryLater(
            f"the keys of the Bot Connector cannot be read ({type(error).__name__}): see bot_openid_url, "
            "whether this machine reaches it, and whether a proxy answers in its place"
        )
