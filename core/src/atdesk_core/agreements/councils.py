"""The works council's half of a two-key site: its public key on record, and its signatures under policies.

The private key stays with the council. Who has the database alone can neither put another public key in
place (each is signed by the service, and a later one by the council's earlier key too) nor a signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements.errors import AgreementError
from atdesk_core.agreements.revision import mark_changed
from atdesk_core.agreements.scopes import Scope, parse_scope
from atdesk_core.agreements.versions import PolicyVersion
from atdesk_core.identity.signing import JSON, SignatureError, Signed, Signer, key_id_of, verify
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.store import Store
from atdesk_core.store.agreement_tables import council_keys, policy_co_signatures
from atdesk_core.store.apply import append_ledger


@dataclass(frozen=True, slots=True)
class CouncilKey:
    """A public key of a site's works council.

    Attributes:
        site: Whose council.
        council_key_id: See `Signer.key_id`.
        public_pem: PEM.
        registered_by: Who put it on record.
        at: When, seconds since the epoch.
        key_id: Of the service's key.
        signature: Of the service, over all of the above.
    """

    site: str
    council_key_id: str
    public_pem: str
    registered_by: str
    at: float
    key_id: str = ""
    signature: bytes = b""

    def document(self) -> dict[str, JSON]:
        """What the service signs."""
        return {
            "kind": "atdesk.council-key",
            "site": self.site,
            "council_key_id": self.council_key_id,
            "public_pem": self.public_pem,
            "registered_by": self.registered_by,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class CoSignature:
    """A council's signature under one version."""

    scope: Scope
    serial: int
    site: str
    council_key_id: str
    signature: bytes
    at: float


def handover_document(site: str, public_pem: str) -> dict[str, JSON]:
    """What the council's present key signs, so that another one may follow it."""
    return {"kind": "atdesk.council-handover", "site": site, "public_pem": public_pem}


async def register_council_key(
    store: Store, signer: Signer, key: CouncilKey, handover: Signed | None = None
) -> None:
    """Put the public key of a council on record.

    Args:
        store: Where.
        signer: The service's key.
        key: Not signed yet.
        handover: The present key's signature over `handover_document`; needed where there is one.

    Raises:
        AgreementError: It is no public key, it is the service's own, or the council has not agreed.
    """
    if key.council_key_id == signer.key_id:
        raise AgreementError("this is the service's own key: the council needs one that it keeps for itself")
    signed = signer.sign(key.document())
    row = {name: value for name, value in key.document().items() if name != "kind"}

    async def job(connection: AsyncConnection) -> None:
        present = [one for one in await read_council_keys(connection) if one.site == key.site]
        if present:
            _check_handover(present[-1], key, handover)
        kept = insert(council_keys).values(row | {"key_id": signed.key_id, "signature": signed.signature})
        await connection.execute(kept)
        data = {"what": "council_key", "level": "site", "co_key_id": key.council_key_id}
        await append_ledger(connection, [entry(LedgerKind.POLICY, key.at, key.site, None, data)])
        await mark_changed(connection)

    await store.run(job)


def council_key(site: str, public_pem: str, by: str, at: float) -> CouncilKey:
    """A key as the council hands it over.

    Raises:
        AgreementError: It is no Ed25519 public key.
    """
    try:
        return CouncilKey(site, key_id_of(public_pem.encode()), public_pem, by, at)
    except SignatureError as error:
        raise AgreementError(f"the council's key: {error}") from None


async def read_council_keys(connection: AsyncConnection) -> list[CouncilKey]:
    """Every council key, the earliest first."""
    rows = await connection.execute(select(council_keys).order_by(council_keys.c.at))
    return [
        CouncilKey(
            row.site,
            row.council_key_id,
            row.public_pem,
            row.registered_by,
            row.at,
            row.key_id,
            bytes(row.signature),
        )
        for row in rows
    ]


async def read_co_signatures(connection: AsyncConnection) -> list[CoSignature]:
    """Every signature of a council."""
    rows = await connection.execute(select(policy_co_signatures))
    return [
        CoSignature(
            parse_scope(row.scope), row.serial, row.site, row.council_key_id, bytes(row.signature), row.at
        )
        for row in rows
    ]


def missing_councils(
    version: PolicyVersion, keys: Sequence[CouncilKey], given: Sequence[CoSignature], public_pem: bytes
) -> tuple[str, ...]:
    """Sites whose council has not validly signed a version that needs it. Pure.

    Args:
        version: Whose signature by the service holds.
        keys: On record.
        given: The councils' signatures under any version.
        public_pem: The service's public key.
    """
    mine = [one for one in given if (one.scope, one.serial) == (version.draft.scope, version.draft.serial)]
    good = {one.site for one in mine if _is_good(one, version, keys, public_pem)}
    return tuple(site for site in version.draft.councils if site not in good)


def _is_good(one: CoSignature, version: PolicyVersion, keys: Sequence[CouncilKey], public_pem: bytes) -> bool:
    key = next((k for k in keys if (k.site, k.council_key_id) == (one.site, one.council_key_id)), None)
    if key is None:
        return False
    try:
        verify(Signed(key.document(), key.key_id, key.signature), public_pem)
        verify(Signed(version.signed().document, one.council_key_id, one.signature), key.public_pem.encode())
    except (SignatureError, ValueError):
        return False
    return True


def _check_handover(present: CouncilKey, key: CouncilKey, handover: Signed | None) -> None:
    if present.public_pem == key.public_pem:
        raise AgreementError(f"this key of the council of {key.site} is on record already")
    if handover is None:
        raise AgreementError(
            f"the council of {key.site} has a key on record ({present.council_key_id}): it hands over to "
            "another one by signing that with the present one (--handover FILE)"
        )
    expected = Signed(handover_document(key.site, key.public_pem), handover.key_id, handover.signature)
    try:
        verify(expected, present.public_pem.encode())
    except SignatureError as error:
        raise AgreementError(f"the council's handover does not hold: {error}") from None
