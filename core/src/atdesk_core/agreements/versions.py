"""A version of a policy as it is kept: what it says, who signed it and why, and the signature over it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements.errors import AgreementError
from atdesk_core.agreements.scopes import Scope, parse_scope
from atdesk_core.identity.signing import JSON, Signed, Signer, canonical
from atdesk_core.store.agreement_tables import policy_seen, policy_versions
from atdesk_core.store.apply import upsert_values


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be signed.

    Attributes:
        scope: Whose policy.
        serial: Grows by one with each version of a scope.
        content: Canonical JSON; see `atdesk_core.agreements.contents`.
        councils: Sites whose works council has to sign too before it takes force.
        signed_by: The person who answers for it.
        reason: Why, in that person's words.
        at: When, seconds since the epoch.
    """

    scope: Scope
    serial: int
    content: str
    councils: tuple[str, ...]
    signed_by: str
    reason: str
    at: float

    @property
    def version(self) -> str:
        """Twelve hex digits of a hash over the content: the same content has the same version."""
        return hashlib.sha256(self.content.encode()).hexdigest()[:12]

    def document(self) -> dict[str, JSON]:
        """What is signed.

        Raises:
            ValueError: The content is no JSON.
        """
        return {
            "kind": "atdesk.policy",
            "scope": str(self.scope),
            "serial": self.serial,
            "version": self.version,
            "content": json.loads(self.content),
            "councils": list(self.councils),
            "signed_by": self.signed_by,
            "reason": self.reason,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A signed version.

    Attributes:
        draft: What was signed.
        version: As it is kept; it has to be the draft's.
        key_id: Of the service's key.
        signature: Over the draft's document.
        in_force_from: None while it waits for a council.
    """

    draft: Draft
    version: str
    key_id: str
    signature: bytes
    in_force_from: float | None

    def signed(self) -> Signed:
        """With its signature, to be verified.

        Raises:
            ValueError: The content is no JSON.
        """
        return Signed(self.draft.document() | {"version": self.version}, self.key_id, self.signature)


def sign_draft(draft: Draft, signer: Signer, in_force_from: float | None) -> PolicyVersion:
    """Sign a draft with the service's key."""
    signed = signer.sign(draft.document())
    return PolicyVersion(draft, draft.version, signed.key_id, signed.signature, in_force_from)


def as_canonical(content: Mapping[str, JSON]) -> str:
    """Content in the one form that is kept and hashed."""
    return canonical(content).decode()


async def versions_of(connection: AsyncConnection, scope: Scope) -> list[PolicyVersion]:
    """Every version of a scope, the earliest first."""
    return [one for one in await all_versions(connection) if one.draft.scope == scope]


async def all_versions(connection: AsyncConnection) -> list[PolicyVersion]:
    """Every version of every scope, the earliest of each first.

    A row that somebody has made unreadable is left out: its serial is then missed (`serials_seen`).
    """
    table = policy_versions
    rows = await connection.execute(select(table).order_by(table.c.scope, table.c.serial))
    return [version for row in rows if (version := _version(row)) is not None]


async def serials_seen(connection: AsyncConnection) -> dict[Scope, int]:
    """The highest serial of each scope that was ever in force."""
    rows = await connection.execute(select(policy_seen))
    return {parse_scope(row.scope): row.serial for row in rows}


async def mark_seen(connection: AsyncConnection, scope: Scope, serial: int) -> None:
    """Remember that a serial was in force: an older one is not taken for the present one again."""
    await upsert_values(connection, policy_seen, [{"scope": str(scope), "serial": serial}])


async def keep_version(connection: AsyncConnection, version: PolicyVersion) -> None:
    """Write a new version."""
    draft = version.draft
    row = {
        "scope": str(draft.scope),
        "serial": draft.serial,
        "version": version.version,
        "content": draft.content,
        "councils": json.dumps(list(draft.councils)),
        "signed_by": draft.signed_by,
        "reason": draft.reason,
        "at": draft.at,
        "key_id": version.key_id,
        "signature": version.signature,
        "in_force_from": version.in_force_from,
    }
    await connection.execute(insert(policy_versions).values(row))


def _version(row: Row[Any]) -> PolicyVersion | None:
    try:
        scope, councils = parse_scope(row.scope), tuple(json.loads(row.councils))
    except (AgreementError, ValueError, TypeError):
        return None
    draft = Draft(scope, row.serial, row.content, councils, row.signed_by, row.reason, row.at)
    return PolicyVersion(draft, row.version, row.key_id, bytes(row.signature), row.in_force_from)
