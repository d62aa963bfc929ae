"""Reading anchors that somebody has kept, and the public key that they are checked with."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from atdesk_core.identity.signing import SignatureError, Signed, Signer, SigningKeyError, verify
from atdesk_core.ledger import Anchor, AnchorError, read_anchor
from atdesk_sdk import ConfigError


@contextlib.contextmanager
def in_plain_words() -> Iterator[None]:
    """Faults of files and keys that somebody gave are that person's to mend: one line, no traceback."""
    try:
        yield
    except (AnchorError, SignatureError, SigningKeyError) as error:
        raise ConfigError(str(error)) from None
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be used: {error.strerror}") from None


def read_anchors(paths: Sequence[Path], public_pem: bytes) -> list[Anchor]:
    """Anchors out of files and folders, each with its signature checked.

    Raises:
        ConfigError: One of them cannot be read, or this key did not sign it.
    """
    found = [anchor for path in paths for anchor in _from(path, public_pem)]
    if paths and not found:
        raise ConfigError(
            f"there is no anchor in {paths[0]}: make one with `atdesk ledger anchor --out FILE`"
        )
    return found


def public_key(given: Path | None, signing_key: Path) -> bytes:
    """The public key that somebody keeps, else the service's own.

    Raises:
        ConfigError: It cannot be read.
    """
    with in_plain_words():
        return given.read_bytes() if given else Signer.open(signing_key).public_pem


def read_signed_anchor(path: Path, public_pem: bytes) -> Anchor:
    """One anchor.

    Raises:
        ConfigError: It cannot be read, or this key did not sign it.
    """
    with in_plain_words():
        try:
            signed = Signed.parse(path.read_text("utf-8"))
            verify(signed, public_pem)
        except (SignatureError, UnicodeDecodeError) as error:
            raise ConfigError(f"the anchor {path}: {error}") from None
        return read_anchor(signed.document, path.name)


def _from(path: Path, public_pem: bytes) -> Iterator[Anchor]:
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    for file in files:
        yield read_signed_anchor(file, public_pem)
