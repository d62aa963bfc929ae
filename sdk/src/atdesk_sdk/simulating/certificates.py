"""TLS on loopback: a certificate authority of one's own, and a certificate for `localhost` by it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import shutil
import ssl
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a server speaks TLS with, and what its clients trust it by.

    Attributes:
        context: The server's, for `localhost` and 127.0.0.1; TLS 1.2 and up, as the platforms ask.
        ca_file: The authority's certificate, in PEM.
    """

    context: ssl.SSLContext
    ca_file: Path


@contextlib.asynccontextmanager
async def certified(name: str) -> AsyncIterator[Certificates]:
    """Make certificates; their folder is there until the end.

    Args:
        name: Begins the folder's name: `atdesk-zoom-`.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=name))
    try:
        yield await asyncio.to_thread(make_certificates, folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def make_certificates(folder: Path) -> Certificates:
    """Make an authority and a server's certificate by it; `ca.pem` in `folder` is all that stays on disk.

    Each call has an authority of its own: who trusts one simulator does not trust the next.
    """
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _authority(ca_key)
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, folder / "server.pem", _certificate(ca, ca_key, key), key)
    return Certificates(context, ca_file)


def _load(
    context: ssl.SSLContext, chain: Path, server: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    """Python loads a key from a file alone: for that moment it lies there, encrypted."""
    word = secrets.token_bytes(16).hex()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, form, serialization.BestAvailableEncryption(word.encode()))
    try:
        chain.write_bytes(private + server.public_bytes(pem))
        context.load_cert_chain(chain, password=word)
    finally:
        chain.unlink(missing_ok=True)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _started(subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(_named(subject)).issuer_name(issuer)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(days=30))


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = "atdesk simulator authority"
    builder = _started(name, _named(name), key)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = builder.add_extension(usage, critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def _certificate(
    ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = _started("localhost", ca.subject, key)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.add_extension(issuer, critical=False).sign(ca_key, hashes.SHA256())
