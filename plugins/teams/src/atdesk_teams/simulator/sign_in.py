"""Sign-in of people: the authorize page's codes, each good once.

The requests are those of OpenID Connect; how Entra words a refusal is not verified here, and the words are
those of OAuth 2 (RFC 6749). How long a code lives is Entra's "about ten minutes".
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from atdesk_sdk.simulating.signing_in import challenge_of
from atdesk_teams.simulator.tenant import Registration

_CODE_LIFE_S: Final = 600.0
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser brought to the authorize page, once it was found to be in order."""

    redirect_uri: str
    scope: str
    challenge: str | None
    nonce: str | None
    state: str | None

    def answer(self, **found: str) -> dict[str, str]:
        """Give the query that goes back: the state as it came, if one came."""
        return found if self.state is None else found | {"state": self.state}


@dataclass(slots=True)
class Code:
    """One code.

    Attributes:
        asked: What it was asked for with.
        user_id: Who signed in.
        expires_at: By the wall clock.
        used: Whether somebody tried it.
        token: The access token it became.
    """

    asked: Asked
    user_id: str
    expires_at: float
    used: bool = False
    token: str = ""


class Unanswerable(Exception):
    """Wrong in a way that must not be told to the redirect address: it may not be the app's."""


class SentBack(Exception):
    """Wrong in a way that the app is told, in its redirect.

    Attributes:
        asked: Where to send it.
        error: The word of RFC 6749.
    """

    def __init__(self, asked: Asked, error: str, why: str) -> None:
        super().__init__(why)
        self.asked = asked
        self.error = error


class InvalidGrant(Exception):
    """A code that is worth nothing; the message says why.

    Attributes:
        token: What the code became when it was used before: it ends.
    """

    def __init__(self, why: str, token: str = "") -> None:
        super().__init__(why)
        self.token = token


class SignIn:
    """The codes given out.

    Args:
        registration: The app.
        wall: Unix seconds.
    """

    def __init__(self, registration: Registration, wall: Callable[[], float]) -> None:
        self._registration = registration
        self._wall = wall
        self._codes: dict[str, Code] = {}

    def ask(self, query: Mapping[str, str]) -> Asked:
        """Check what a browser brought.

        Raises:
            Unanswerable: The client is unknown, or the address is not one of its own, to the letter.
            SentBack: Anything else is wrong.
        """
        client, redirect = query.get("client_id", ""), query.get("redirect_uri", "")
        if client != self._registration.client_id:
            raise Unanswerable(f"AADSTS700016: no application {client!r} in this tenant")
        if redirect not in self._registration.redirects:
            raise Unanswerable(f"AADSTS50011: {redirect!r} is no redirect URI of this application")
        challenge = query.get("code_challenge")
        scope = query.get("scope", "")
        asked = Asked(redirect, scope, challenge, query.get("nonce"), query.get("state"))
        if query.get("response_type") != "code":
            raise SentBack(asked, "unsupported_response_type", "response_type has to be code")
        if "openid" not in scope.split():
            raise SentBack(asked, "invalid_request", "the scope has to hold openid")
        wrong_method = query.get("code_challenge_method") != "S256"
        if challenge is not None and (wrong_method or not _CHALLENGE.fullmatch(challenge)):
            raise SentBack(asked, "invalid_request", "a code_challenge needs the method S256")
        return asked

    def allow(self, asked: Asked, user_id: str) -> str:
        """Give a code for a person who has signed in."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(asked, user_id, self._wall() + _CODE_LIFE_S)
        return code

    def redeem(self, form: Mapping[str, str]) -> Code:
        """Take a code, once. Whoever tries it spends it, with a wrong verifier too.

        Raises:
            InvalidGrant: It is worth nothing.
        """
        code = self._codes.get(form.get("code", ""))
        if code is None:
            raise InvalidGrant("AADSTS9002313: the authorization code is unknown")
        if code.used:
            raise InvalidGrant("AADSTS54005: the authorization code was redeemed before", code.token)
        code.used = True
        if code.expires_at <= self._wall():
            raise InvalidGrant("AADSTS70008: the authorization code has expired")
        if form.get("redirect_uri") != code.asked.redirect_uri:
            raise InvalidGrant("AADSTS50011: redirect_uri is not the one the code was asked for with")
        verifier, challenge = form.get("code_verifier", ""), code.asked.challenge
        if challenge is not None and (
            not _VERIFIER.fullmatch(verifier) or challenge_of(verifier) != challenge
        ):
            raise InvalidGrant("AADSTS501481: code_verifier does not fit the code_challenge")
        return code

    def expire_codes(self) -> None:
        """Let every code run out."""
        for code in self._codes.values():
            code.expires_at = 0.0
