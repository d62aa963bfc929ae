"""Envelopes: a picture under a key of its own, that key under its person's, both bound to the still."""

import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from atdesk_core.evidence.still import StillError
from atdesk_core.identity.keys import seal, unseal


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """What reaches the disk of a still.

    Attributes:
        picture: JPEG under the item key; nonce and AES-256-GCM.
        item_key: The item key under the person's key, likewise.
    """

    picture: bytes
    item_key: bytes


def seal_still(person_key: bytes, jpeg: bytes, about: tuple[str, str, str]) -> Sealed:
    """Encrypt a picture under a new key.

    Args:
        person_key: 32 bytes.
        jpeg: The redacted picture.
        about: Id of the still, of the agent, number of the flag: it opens for these alone.
    """
    item_key = AESGCM.generate_key(256)
    return Sealed(
        picture=seal(item_key, jpeg, _bound("atdesk.still", about)),
        item_key=seal(person_key, item_key, _bound("atdesk.still-key", about)),
    )


def open_still(person_key: bytes, sealed: Sealed, about: tuple[str, str, str]) -> bytes:
    """The JPEG that was sealed.

    Raises:
        StillError: Another key, another still, or altered bytes.
    """
    try:
        item_key = unseal(person_key, sealed.item_key, _bound("atdesk.still-key", about))
        return unseal(item_key, sealed.picture, _bound("atdesk.still", about))
    except (InvalidTag, ValueError):
        raise StillError(f"the still {about[0]} is damaged and cannot be opened") from None


def under_new_key(old: bytes, new: bytes, item_key: bytes, about: tuple[str, str, str]) -> bytes:
    """The wrapped item key, wrapped again under another key of the person's.

    Raises:
        StillError: It is not wrapped under the old one.
    """
    bound = _bound("atdesk.still-key", about)
    try:
        return seal(new, unseal(old, item_key, bound), bound)
    except (InvalidTag, ValueError):
        raise StillError(f"the still {about[0]} is damaged and cannot be opened") from None


def _bound(what: str, about: tuple[str, str, str]) -> str:
    return json.dumps([what, *about])
