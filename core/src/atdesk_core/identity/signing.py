"""Documents that anybody can check: signed with a key that stays in one file, verified with its public half.

The signature covers the canonical JSON of the document (sorted keys, no spaces, UTF-8) and nothing else, so
that it can be checked without this program: `openssl pkeyutl -verify -rawin`. Give every kind of document a
field of its own that names the kind; then none can be passed off as another.
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

_FIELDS = frozenset({"document", "key_id", "signature"})


class SigningKeyError(Exception):
    """The file with the signing key cannot be used. The message says why and what to do."""


class SignatureError(Exception):
    """The document is not what was signed, or not by this key. The message says which."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A document with its signature.

    Attributes:
        document: What was signed.
        key_id: Of the key that signed; see `Signer.key_id`.
        signature: 64 bytes, Ed25519 over the canonical JSON of the document.
    """

    document: Mapping[str, JSON]
    key_id: str
    signature: bytes

    def as_json(self) -> str:
        """As text that people can read; `parse` reads it."""
        content = {
            "document": self.document,
            "key_id": self.key_id,
            "signature": base64.b64encode(self.signature).decode(),
        }
        return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `as_json` wrote. Nothing is verified yet.

        Raises:
            SignatureError: It is no signed document.
        """
        try:
            content = json.loads(text, object_pairs_hook=_without_twins, parse_constant=_refuse_constant)
            signature = base64.b64decode(content["signature"], validate=True)
            document, key_id = content["document"], content["key_id"]
        except (ValueError, KeyError, TypeError, RecursionError):  # a binascii.Error is a ValueError
            raise SignatureError(_NO_DOCUMENT) from None
        if not isinstance(document, dict) or not isinstance(key_id, str) or set(content) != _FIELDS:
            raise SignatureError(_NO_DOCUMENT)
        return cls(document, key_id, signature)


class Signer:
    """Signs with an Ed25519 key in a file that its owner alone can read.

    Attributes:
        key_id: First 16 hexadecimal digits of the SHA-256 of the public key. No secret.
        public_pem: The public key, PEM; hand it to whoever is to verify.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = _key_id(key.public_key())
        self.public_pem = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key file, readable by its owner alone.

        Raises:
            SigningKeyError: There is one already (it is never overwritten), or it cannot be written.
        """
        content = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise SigningKeyError(
                f"the signing key {path} exists already, and is never overwritten"
            ) from None
        except OSError as error:
            raise SigningKeyError(f"the signing key {path} cannot be written: {error.strerror}") from None
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a key file.

        Raises:
            SigningKeyError: It is missing, damaged, of another kind, or others can read it.
        """
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            content = path.read_bytes()
        except OSError as error:
            raise SigningKeyError(
                f"the signing key {path} cannot be read: {error.strerror}; restore it from your backup. "
                "What was signed with it can still be verified with its public key"
            ) from None
        if mode & 0o077:
            raise SigningKeyError(f"others can read the signing key {path} (mode {mode:o}): chmod 600 {path}")
        return cls(_private_key(path, content))

    @classmethod
    def for_service(cls, path: Path) -> Self:
        """Open the key file; make it where there is none yet.

        Raises:
            SigningKeyError: As `open` and `create`.
        """
        return cls.open(path) if path.exists() else cls.create(path)

    def sign(self, document: Mapping[str, JSON]) -> Signed:
        """Sign a document.

        Raises:
            SignatureError: It holds something that JSON cannot, such as NaN.
        """
        return Signed(document, self.key_id, self._key.sign(canonical(document)))


def verify(signed: Signed, public_pem: bytes) -> None:
    """Check that a document is what the owner of a key signed.

    Args:
        signed: As it was received.
        public_pem: The public key of whom it is said to come from, PEM.

    Raises:
        SignatureError: It was altered, was signed by another key, or the public key cannot be read.
    """
    key = _public_key(public_pem)
    if signed.key_id != _key_id(key):
        raise SignatureError(
            f"it says that the key {signed.key_id} signed it; this public key is {_key_id(key)}: "
            "ask for the public key of that time"
        )
    try:
        key.verify(signed.signature, canonical(signed.document))
    except InvalidSignature:
        raise SignatureError(
            "the signature does not fit: the document was altered after it was signed"
        ) from None


def key_id_of(public_pem: bytes) -> str:
    """The id of a public key: see `Signer.key_id`.

    Raises:
        SignatureError: It is no Ed25519 public key in PEM.
    """
    return _key_id(_public_key(public_pem))


def canonical(document: Mapping[str, JSON]) -> bytes:
    """The bytes that are signed: JSON with sorted keys and no spaces, UTF-8.

    Raises:
        SignatureError: The document holds something that JSON cannot.
    """
    try:
        text = json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise SignatureError(f"the document cannot be written as JSON: {error}") from None


_NO_DOCUMENT = "this is no signed document: it has to be JSON with document, key_id and signature"


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may take different ones of two fields of one name, so that there must not be two."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a field stands there twice")
    return content


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _private_key(path: Path, content: bytes) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyError(f"the signing key {path} is damaged: restore it from your backup") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"the signing key {path} is no Ed25519 key: is it the right file?")
    return key


def _public_key(pem: bytes) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SignatureError("the public key cannot be read: it has to be a PEM file") from None
    if not isinstance(key, Ed25519PublicKey):
        raise SignatureError("the public key is no Ed25519 key: is it the right file?")
    return key
