"""Signed documents: whoever has the public key can check them, and nothing can be changed afterwards."""

import dataclasses
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.identity import JSON, SignatureError, Signed, Signer, SigningKeyError, verify
from atdesk_core.identity.signing import canonical

DOCUMENT: dict[str, JSON] = {
    "kind": "receipt",
    "at": 12.5,
    "stills": 3,
    "site": "København",
    "of": ["a", None, True],
}
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text('aé€𝄞"\\\n')
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("aé€"), inner), max_leaves=6
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "atdesk.sign.key"


def test_what_was_signed_is_verified_after_a_journey_as_text(path: Path) -> None:
    signer = Signer.create(path)
    signed = Signed.parse(signer.sign(DOCUMENT).as_json())
    verify(signed, signer.public_pem)
    assert (dict(signed.document), signed.key_id) == (DOCUMENT, signer.key_id)


@given(st.dictionaries(st.text("abé€"), VALUES, max_size=4))
def test_whatever_json_can_hold_keeps_its_bytes_on_the_way(document: dict[str, JSON]) -> None:
    signed = Signed(document, "id", b"s" * 64)
    assert canonical(Signed.parse(signed.as_json()).document) == canonical(signed.document)


@pytest.mark.parametrize("field", sorted(DOCUMENT))
def test_no_field_can_be_changed_left_out_or_added(path: Path, field: str) -> None:
    signer = Signer.create(path)
    signed = signer.sign(DOCUMENT)
    without = {name: value for name, value in DOCUMENT.items() if name != field}
    for other in (without, DOCUMENT | {field: "other"}, DOCUMENT | {"more": 1}):
        with pytest.raises(SignatureError, match="was altered after it was signed"):
            verify(dataclasses.replace(signed, document=other), signer.public_pem)


def test_another_keys_signature_is_refused_even_under_the_right_name(path: Path, tmp_path: Path) -> None:
    mine, other = Signer.create(path), Signer.create(tmp_path / "other.key")
    with pytest.raises(SignatureError, match=f"{other.key_id} signed it; this public key is {mine.key_id}"):
        verify(other.sign(DOCUMENT), mine.public_pem)
    with pytest.raises(SignatureError, match="was altered"):
        verify(dataclasses.replace(other.sign(DOCUMENT), key_id=mine.key_id), mine.public_pem)


def test_openssl_alone_can_check_it(path: Path, tmp_path: Path) -> None:
    """A works council does not have to trust our program for it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    signer = Signer.create(path)
    for name, content in (
        ("public.pem", signer.public_pem),
        ("document", canonical(DOCUMENT)),
        ("signature", signer.sign(DOCUMENT).signature),
    ):
        (tmp_path / name).write_bytes(content)
    line = "pkeyutl -verify -pubin -inkey public.pem -rawin -in document -sigfile signature"
    run = subprocess.run([openssl, *line.split()], cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"document": [], "key_id": "a", "signature": ""}',
        '{"document": {}, "key_id": 7, "signature": ""}',
        '{"document": {}, "key_id": "a", "signature": "?"}',
        '{"document": {}, "key_id": "a", "signature": "", "note": "not signed"}',
        '{"document": {"a": 1, "a": 2}, "key_id": "a", "signature": ""}',
        '{"document": {"a": NaN}, "key_id": "a", "signature": ""}',
        '{"document": ' + "[" * 100_000,
    ],
)
def test_what_is_no_signed_document_is_said_to_be_none(text: str) -> None:
    with pytest.raises(SignatureError, match="no signed document"):
        Signed.parse(text)


def test_what_json_cannot_hold_is_not_signed(path: Path) -> None:
    with pytest.raises(SignatureError, match="cannot be written as JSON"):
        Signer.create(path).sign({"share": float("nan")})
    with pytest.raises(SignatureError, match="cannot be written as JSON"):
        Signer.open(path).sign({"text": "\ud800"})


def test_the_key_file_is_for_its_owner_alone_and_never_overwritten(path: Path) -> None:
    signer = Signer.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Signer.open(path).key_id == Signer.for_service(path).key_id == signer.key_id
    with pytest.raises(SigningKeyError, match="never overwritten"):
        Signer.create(path)
    path.chmod(0o640)
    with pytest.raises(SigningKeyError, match=r"others can read .*mode 640.*chmod 600"):
        Signer.for_service(path)


def test_the_service_makes_its_key_once(path: Path) -> None:
    made = Signer.for_service(path)
    assert Signer.for_service(path).public_pem == made.public_pem


def test_a_key_that_is_missing_broken_or_of_another_kind_is_named(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SigningKeyError, match=r"cannot be read: No such file.*restore it from your backup"):
        Signer.open(path)
    with pytest.raises(SigningKeyError, match="cannot be written: No such file"):
        Signer.for_service(tmp_path / "nowhere" / "key")
    foreign = Ed448PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for content, said in ((b"", "damaged"), (b"\xff", "damaged"), (foreign, "no Ed25519 key")):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(SigningKeyError, match=said):
            Signer.open(path)


def test_a_public_key_that_is_none_is_named(path: Path) -> None:
    signer = Signer.create(path)
    foreign = (
        Ed448PrivateKey.generate()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    for pem, said in (
        (b"", "has to be a PEM file"),
        (path.read_bytes(), "PEM file"),
        (foreign, "no Ed25519"),
    ):
        with pytest.raises(SignatureError, match=said):
            verify(signer.sign(DOCUMENT), pem)


def test_the_private_key_shows_nowhere_in_a_signed_document(path: Path) -> None:
    signed = Signer.create(path).sign(DOCUMENT)
    secret = path.read_text().splitlines()[1]
    assert secret not in signed.as_json() + repr(signed) + json.dumps(DOCUMENT)
