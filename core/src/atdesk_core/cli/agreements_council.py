"""`atdesk policy co-sign` and `council-key`: the works council's half of two keys."""

import time
from pathlib import Path

from atdesk_core.agreements import (
    AgreementError,
    PolicyVersion,
    co_sign,
    council_key,
    parse_scope,
    register_council_key,
    waiting_version,
)
from atdesk_core.agreements.co_signing import key_asked_for
from atdesk_core.cli.agreements_sign import desk_of
from atdesk_core.cli.output import console
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity.signing import Signed, Signer
from atdesk_core.store import Store

SIGNATURE_BYTES = 64
"""Of an Ed25519 signature, as `openssl pkeyutl -sign -rawin` writes it."""


def co_sign_command(path: Path, scope: str, key: Path | None, signature: Path | None) -> None:
    """Sign with the council's key, or take a signature that was made elsewhere.

    Raises:
        AgreementError: Both or neither of them were given.
    """
    if (key is None) is (signature is None):
        raise AgreementError("give the council's key (--key) or a signature made elsewhere (--signature)")
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        parsed = parse_scope(scope)
        waiting = await waiting_version(store, parsed)
        desk = await desk_of(config, store, new_key=False)
        signed = (
            Signer.open(key).sign(waiting.draft.document())
            if key is not None
            else await _made_elsewhere(store, waiting, signature)
        )
        version = await co_sign(desk, parsed, signed, time.time())
        state = "is in force" if version.in_force_from is not None else "waits for another works council"
        out.print(f"The works council signed; version {version.version} of {parsed} {state}.", markup=False)

    leave(act(config.service.database, out, action))


def council_key_command(path: Path, site: str, public_key: Path, by: str, handover: Path | None) -> None:
    """Put a council's public key on record."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        if site not in {one.id for one in config.sites}:
            raise AgreementError(f"there is no site {site!r} in {config.path}")
        desk = await desk_of(config, store)
        key = council_key(site, _read(public_key).decode(errors="replace"), by, time.time())
        agreed = Signed.parse(_read(handover).decode(errors="replace")) if handover is not None else None
        await register_council_key(store, desk.signer, key, agreed)
        out.print(
            f"The key {key.council_key_id} of the works council of {site} is on record. Let the council "
            "compare these digits with its own.",
            markup=False,
            soft_wrap=True,
        )

    leave(act(config.service.database, out, action))


async def _made_elsewhere(store: Store, waiting: PolicyVersion, signature: Path | None) -> Signed:
    assert signature is not None  # noqa: S101  (the caller has looked)
    content = _read(signature)
    if len(content) == SIGNATURE_BYTES:
        key_id = (await key_asked_for(store, waiting)).council_key_id
        return Signed(waiting.draft.document(), key_id, content)
    return Signed.parse(content.decode(errors="replace"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AgreementError(f"{path} cannot be read: {error.strerror}") from None
