"""A certificate for an app's key, as an administrator uploads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from joserfc.jwk import RSAKey

_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "atdesk test")])


def private_key_of(key: RSAKey) -> rsa.RSAPrivateKey:
    """The key in the other library's form."""
    found = serialization.load_pem_private_key(key.as_pem(private=True), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found


def certificate_of(key: RSAKey, days: int = 30) -> x509.Certificate:
    """Self-signed; it ends in so many days, and a negative number is in the past."""
    private, now = private_key_of(key), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(_NAME).issuer_name(_NAME)
    builder = builder.public_key(private.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=90)).not_valid_after(now + timedelta(days=days))
    return builder.sign(private, hashes.SHA256())


def pem_of(certificate: x509.Certificate) -> str:
    """The certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
