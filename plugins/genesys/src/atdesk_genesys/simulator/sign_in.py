"""Sign-in of people: the authorization code with PKCE, its one use, and the token it is worth.

From the reference: the parameters of both requests ([JS] loginPKCEGrant, [PY] get_pkce_token), S256 and a
verifier of 43 to 128 characters ([PY]), no secret and no Basic header. How Genesys words a refusal is
UNVERIFIED; the words here are those of OAuth 2 (RFC 6749), in the form of this simulator's other refusals.
How long a code lives is UNVERIFIED too (RFC 6749: ten minutes at most).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from atdesk_genesys.simulator.access import Token, Tokens
from atdesk_sdk.simulating.signing_in import challenge_of

#: What the page's client may do with a user's token: read who it is, read and set presence [OAS].
PAGE_SCOPES = frozenset({"user-basic-info", "presence"})

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(slots=True)
class PageClient:
    """The OAuth client of an embedded page: public, so it has no secret.

    Attributes:
        id: Its client id.
        redirects: Authorized redirect URIs; another one, by a single character, is refused.
        scopes: What it may ask for in a user's name.
    """

    id: str
    redirects: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=lambda: set(PAGE_SCOPES))


@dataclass(frozen=True, slots=True)
class Asked:
    """What `/oauth/authorize` was asked for, once it was found to be in order."""

    client_id: str
    redirect_uri: str
    challenge: str
    state: str | None

    def answer(self, **found: str) -> dict[str, str]:
        """Give the query that goes back to the page: the state as it came, if one came."""
        return found if self.state is None else found | {"state": self.state}


@dataclass(slots=True)
class _Code:
    asked: Asked
    user_id: str
    expires_s: float
    token: Token | None = None
    used: bool = False


class Unanswerable(Exception):
    """Wrong in a way that must not be told to the redirect address: it may not be the client's."""


class SentBack(Exception):
    """Wrong in a way that the page is told, in its redirect.

    Attributes:
        asked: Where to send it.
        error: The word of RFC 6749.
    """

    def __init__(self, asked: Asked, error: str, why: str) -> None:
        super().__init__(why)
        self.asked = asked
        self.error = error


class InvalidGrant(Exception):
    """A code that is worth nothing, or not to this caller; the message says why."""


class SignIn:
    """The codes given out. Each is good once, for one client, one address and one verifier.

    Args:
        client: The one public client.
        tokens: Where its tokens come from.
        clock: Monotonic seconds.
        code_life_s: How long a code is good.
    """

    def __init__(
        self, client: PageClient, tokens: Tokens, clock: Callable[[], float], code_life_s: float
    ) -> None:
        self.client = client
        self._tokens = tokens
        self._clock = clock
        self._life_s = code_life_s
        self._codes: dict[str, _Code] = {}

    def ask(self, query: Mapping[str, str]) -> Asked:
        """Check what a browser brought to `/oauth/authorize`.

        Raises:
            Unanswerable: The client is unknown, or the address is not one of its own, to the letter.
            SentBack: Anything else is wrong.
        """
        client, redirect = query.get("client_id", ""), query.get("redirect_uri", "")
        if client != self.client.id:
            raise Unanswerable(f"no client {client!r} here")
        if redirect not in self.client.redirects:
            raise Unanswerable(f"{redirect!r} is not an authorized redirect URI of this client")
        challenge = query.get("code_challenge", "")
        asked = Asked(client, redirect, challenge, query.get("state"))
        if query.get("response_type") != "code":
            raise SentBack(asked, "unsupported_response_type", "response_type has to be code")
        if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise SentBack(asked, "invalid_request", "a code_challenge with the method S256 is required")
        return asked

    def allow(self, asked: Asked, user_id: str) -> str:
        """Give a code for a person who has signed in."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(asked, user_id, self._clock() + self._life_s)
        return code

    def redeem(self, form: Mapping[str, str], life_s: float) -> Token:
        """Give the user's token for a code, once.

        Whoever tries it spends the code, with a wrong verifier too (UNVERIFIED, and the safer reading). A
        second try ends the token of the first, as RFC 6749 4.1.2 asks: one of the two was not the page.

        Raises:
            InvalidGrant: No token for this.
        """
        code = self._codes.get(form.get("code", ""))
        if code is None:
            raise InvalidGrant("the authorization code is unknown")
        if code.used:
            self._revoke(code)
            raise InvalidGrant("the authorization code was used before; its token is revoked")
        code.used = True
        self._check(code, form)
        code.token = self._tokens.issue(
            code.asked.client_id, life_s, user_id=code.user_id, scopes=frozenset(self.client.scopes)
        )
        return code.token

    def expire_codes(self) -> None:
        """Let every code run out."""
        for code in self._codes.values():
            code.expires_s = self._clock()

    def _check(self, code: _Code, form: Mapping[str, str]) -> None:
        if code.expires_s <= self._clock():
            raise InvalidGrant("the authorization code has expired")
        if form.get("client_id") != code.asked.client_id:
            raise InvalidGrant("the authorization code belongs to another client")
        if form.get("redirect_uri") != code.asked.redirect_uri:
            raise InvalidGrant("redirect_uri is not the one that the code was asked for with")
        verifier = form.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier) or challenge_of(verifier) != code.asked.challenge:
            raise InvalidGrant("code_verifier does not fit the code_challenge")

    def _revoke(self, code: _Code) -> None:
        if code.token is not None:
            self._tokens.live.pop(code.token.value, None)
