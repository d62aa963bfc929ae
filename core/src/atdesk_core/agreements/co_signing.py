"""The works council's signature under a version that waits for it; with the last one it takes force."""

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements.councils import CoSignature, CouncilKey, missing_councils, read_council_keys
from atdesk_core.agreements.errors import AgreementError
from atdesk_core.agreements.in_force import latest, read_kept
from atdesk_core.agreements.revision import mark_changed
from atdesk_core.agreements.scopes import Scope
from atdesk_core.agreements.signing import Desk, policy_row
from atdesk_core.agreements.versions import PolicyVersion, mark_seen, versions_of
from atdesk_core.identity.signing import SignatureError, Signed, verify
from atdesk_core.store import Store
from atdesk_core.store.agreement_tables import policy_co_signatures, policy_versions
from atdesk_core.store.apply import append_ledger


async def waiting_version(store: Store, scope: Scope) -> PolicyVersion:
    """The version of a scope that waits for a council: what the council is to sign.

    Raises:
        AgreementError: None waits.
    """
    async with store.reading() as connection:
        return _waiting(await versions_of(connection, scope), scope)


async def key_asked_for(store: Store, version: PolicyVersion) -> CouncilKey:
    """The council's key that a version waits for, where one signature says not by whom it is.

    Raises:
        AgreementError: Several councils have to sign, or the one has no key on record.
    """
    async with store.reading() as connection:
        keys = [key for key in await read_council_keys(connection) if key.site in version.draft.councils]
    if not keys or len({key.site for key in keys}) > 1:
        sites = ", ".join(version.draft.councils)
        raise AgreementError(
            f"whose signature is it? The works council of {sites} has to sign: put "
            "its key on record (atdesk policy council-key), or give the signature as JSON with its key_id"
        )
    return keys[-1]


async def co_sign(desk: Desk, scope: Scope, signed: Signed, at: float) -> PolicyVersion:
    """Take a council's signature; the version takes force when no other council is missing.

    Args:
        desk: See `Desk`.
        scope: Whose version waits.
        signed: Made with the council's key over the version's document, here or elsewhere.
        at: Now, seconds since the epoch.

    Returns:
        The version; in force, or still waiting for another council.

    Raises:
        AgreementError: No version waits, the key is not on record, or the signature does not fit.
    """

    async def job(connection: AsyncConnection) -> PolicyVersion:
        version = _waiting(await versions_of(connection, scope), scope)
        key = _key_of(version, signed, await read_council_keys(connection))
        _check_signature(version, signed, key)
        given = CoSignature(scope, version.draft.serial, key.site, key.council_key_id, signed.signature, at)
        await connection.execute(insert(policy_co_signatures).values(_values(given)))
        count = {"co_key_id": key.council_key_id}
        await append_ledger(connection, [await policy_row(connection, version, "co_signed", at, **count)])
        await _take_force(connection, desk, version, at)
        await mark_changed(connection)
        return next(
            one for one in await versions_of(connection, scope) if one.draft.serial == version.draft.serial
        )

    return await desk.store.run(job)


async def _take_force(connection: AsyncConnection, desk: Desk, version: PolicyVersion, at: float) -> None:
    kept = await read_kept(connection)
    if missing_councils(version, kept.keys, kept.given, desk.signer.public_pem):
        return
    scope, serial = version.draft.scope, version.draft.serial
    table = policy_versions
    this = (table.c.scope == str(scope), table.c.serial == serial)
    await connection.execute(update(table).where(*this).values(in_force_from=at))
    await mark_seen(connection, scope, serial)
    present = latest(kept.versions, scope)
    before = {"before": present.version} if present is not None else {}
    await append_ledger(connection, [await policy_row(connection, version, "in_force", at, **before)])


def _waiting(versions: list[PolicyVersion], scope: Scope) -> PolicyVersion:
    newest = versions[-1] if versions else None
    if newest is None or newest.in_force_from is not None:
        raise AgreementError(
            f"no version of {scope} waits for a works council: see atdesk policy versions {scope}"
        )
    return newest


def _key_of(version: PolicyVersion, signed: Signed, keys: list[CouncilKey]) -> CouncilKey:
    """The council's key that signed, of a site that has to; the latest one of that site counts."""
    latest_of = {key.site: key for key in keys}
    asked = [latest_of[site] for site in version.draft.councils if site in latest_of]
    found = next((key for key in asked if key.council_key_id == signed.key_id), None)
    if found is None:
        sites = ", ".join(version.draft.councils)
        raise AgreementError(
            f"the key {signed.key_id} is not the one on record of the works council of {sites}: "
            f"atdesk policy council-key {version.draft.councils[0]} PUBLIC.pem --by NAME"
        )
    return found


def _check_signature(version: PolicyVersion, signed: Signed, key: CouncilKey) -> None:
    document = version.signed().document
    try:
        verify(Signed(document, signed.key_id, signed.signature), key.public_pem.encode())
    except SignatureError as error:
        raise AgreementError(
            f"the council's signature does not hold for {version.draft.scope}: {error}"
        ) from None


def _values(given: CoSignature) -> dict[str, object]:
    return {
        "scope": str(given.scope),
        "serial": given.serial,
        "site": given.site,
        "council_key_id": given.council_key_id,
        "signature": given.signature,
        "at": given.at,
    }
