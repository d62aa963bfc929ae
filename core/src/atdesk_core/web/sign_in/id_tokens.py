"""An ID token, checked: whose signature, from whom, for whom, until when, this sign-in, which tenant."""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # it has no annotations
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import KeySet

from atdesk_core.web.sign_in.provider import SignInRefused

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures by a key of which the provider alone has the private part: no `none`, and no shared secret."""
LEEWAY_S: Final = 120
"""How far the provider's clock may be from ours."""
_MOST_BYTES: Final = 32_000


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say.

    Attributes:
        issuer: To the letter; `{tenantid}` in it stands for the token's own tenant.
        client_id: For whom.
        nonce: Of this sign-in.
        tenants: Entra: whose people may sign in; empty: the provider has no tenants.
        access_token: That came with it.
    """

    issuer: str
    client_id: str
    nonce: str
    tenants: tuple[str, ...] = ()
    access_token: str = ""


def key_id(token: object) -> str | None:
    """The key that a token names, before anything of it is believed.

    Raises:
        SignInRefused: It is no signed token, or by an algorithm that we do not take.
    """
    if not isinstance(token, str) or len(token) > _MOST_BYTES or token.count(".") != 2:
        raise SignInRefused("no_id_token")
    head = token.partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error):
        raise SignInRefused("no_id_token") from None
    if not isinstance(header, dict) or header.get("alg") not in ALGORITHMS:
        raise SignInRefused("algorithm")
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def claims_of(token: str, keys: KeySet, expected: Expected, now: float) -> Mapping[str, Any]:
    """What a token says, once all of it was checked.

    Args:
        token: As it came.
        keys: Of the provider.
        expected: What it has to say.
        now: Engine's clock.

    Raises:
        SignInRefused: It is not to be believed, with the reason.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except BadSignatureError:
        raise SignInRefused("signature") from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise SignInRefused("key") from None
    _check_tenant(decoded.claims, expected)
    issuer = expected.issuer.replace("{tenantid}", str(decoded.claims.get("tid", "")))
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "nonce": {"essential": True, "value": expected.nonce},
        },
        {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token},
    )
    try:
        claims.validate(int(now), LEEWAY_S)
    except ExpiredTokenError:
        raise SignInRefused("expired") from None
    except InvalidClaimError as error:
        raise SignInRefused(_REASONS.get(error.claim, "claims")) from None
    except (JoseError, ValueError, TypeError):
        raise SignInRefused("claims") from None
    return dict(claims)


_REASONS: Final = {
    "iss": "issuer",
    "aud": "audience",
    "azp": "audience",
    "exp": "expired",
    "nbf": "not_yet",
    "iat": "not_yet",
    "nonce": "nonce",
}


def _check_tenant(claims: Mapping[str, Any], expected: Expected) -> None:
    if expected.tenants and claims.get("tid") not in expected.tenants:
        raise SignInRefused("tenant")
