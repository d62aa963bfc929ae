"""Client assertions: an app that has no secret shows that it holds a certificate's key."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS: Final = ("RS256", "PS256")
_LEEWAY_S: Final = 300


class _Registry(jws.JWSRegistry):
    """Lets a header hold the whole certificate (`x5c`), as msal sends it beside its digest."""

    max_header_length = 16_384


_REGISTRY: Final = _Registry(algorithms=list(_ALGORITHMS))
#: Which digest of the certificate each header holds.
_DIGESTS: Final[Mapping[str, HashAlgorithm]] = {
    "x5t#S256": hashes.SHA256(),
    "x5t": hashes.SHA1(),  # noqa: S303 - names a certificate, proves nothing
}


class BadAssertion(Exception):
    """An assertion that proves nothing.

    Attributes:
        number: Of the error, as Entra counts them.
    """

    def __init__(self, number: str, why: str) -> None:
        super().__init__(why)
        self.number = number


def check_assertion(
    assertion: str,
    certificates: Iterable[x509.Certificate],
    *,
    client_id: str,
    audiences: Iterable[str],
    now: float,
) -> None:
    """Verify signature, certificate and claims.

    Args:
        assertion: As it came.
        certificates: Those registered.
        client_id: Has to be `iss` and `sub`.
        audiences: One of them has to be `aud`: the token endpoint.
        now: Unix seconds.

    Raises:
        BadAssertion: It is not to be believed.
    """
    certificate = _named(assertion, certificates)
    if certificate.not_valid_after_utc <= datetime.fromtimestamp(now, UTC):
        raise BadAssertion("700027", "The certificate that signed the client assertion is expired.")
    claims = _verified(assertion, certificate)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise BadAssertion("700016", "The client assertion names another application.")
    if claims.get("aud") not in set(audiences):
        raise BadAssertion("700023", "Client assertion audience claim does not match the token endpoint.")
    begins, ends = claims.get("nbf", claims.get("iat", now)), claims.get("exp", 0)
    if not begins - _LEEWAY_S <= now < ends + _LEEWAY_S:
        raise BadAssertion("700024", "Client assertion is not within its valid time range.")


def _named(assertion: str, certificates: Iterable[x509.Certificate]) -> x509.Certificate:
    try:
        header = jws.extract_compact(assertion.encode(), registry=_REGISTRY).headers()
    except (JoseError, ValueError) as error:
        raise BadAssertion("50027", "The client assertion is no signed token.") from error
    for certificate in certificates:
        for name, digest in _DIGESTS.items():
            # msal pads what RFC 7515 wants without padding; Entra takes both.
            if str(header.get(name)).rstrip("=") == _text(certificate.fingerprint(digest)):
                return certificate
    raise BadAssertion("700027", "The key that signed the client assertion is not registered.")


def _verified(assertion: str, certificate: x509.Certificate) -> dict[str, Any]:
    public = certificate.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        return jwt.decode(assertion, RSAKey.import_key(public), registry=_REGISTRY).claims
    except (JoseError, ValueError) as error:
        raise BadAssertion("700027", "Client assertion failed signature validation.") from error


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
