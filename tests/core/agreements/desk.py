"""A store with two sites, the service's key and a works council's, to sign policies with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from atdesk_core.agreements import (
    Approval,
    Content,
    Declared,
    Desk,
    Outcome,
    Place,
    Scope,
    co_sign,
    council_key,
    load_agreements,
    parse_scope,
    put_in_force,
    register_council_key,
    waiting_version,
)
from atdesk_core.agreements.agreements import Agreements
from atdesk_core.agreements.contents import level_kind
from atdesk_core.identity.signing import Signer
from atdesk_core.policy.levels import parse_level
from atdesk_core.store import Store
from tests.core.identity.town import fill

SITE = {"site": "madrid", "accountable": "A. Person"}
"""The least that a site's policy says."""

ANA = Place("madrid", "north", "ana")


def content(scope: Scope, says: Mapping[str, Any], codes: Sequence[str] = ()) -> Content:
    """What a policy file of a scope would say."""
    return Content(parse_level(says, level_kind(scope), scope.name or "organisation"), tuple(sorted(codes)))


@dataclass
class Signing:
    """Policies of the small town of `tests.core.identity.town`, signed as the commands sign them."""

    store: Store
    folder: Path
    codes: tuple[str, ...] = ("PE",)
    organisation: bool = False
    teams: frozenset[str] = frozenset()
    signer: Signer = field(init=False)
    council: Signer = field(init=False)

    def __post_init__(self) -> None:
        self.signer = Signer.create(self.key_file)
        self.council = Signer.create(self.folder / "council.pem")

    @property
    def key_file(self) -> Path:
        return self.folder / "atdesk.sign.key"

    @property
    def desk(self) -> Desk:
        return Desk(self.store, self.signer, self.declared)

    @property
    def declared(self) -> Declared:
        codes = tuple(sorted(self.codes))
        return Declared({"madrid": codes}, self.organisation, self.teams)

    async def sign(self, scope: str = "site:madrid", at: float = 100.0, **says: Any) -> Outcome:
        """Put a policy in force that says this beside what a site has to say."""
        parsed = parse_scope(scope)
        is_site = scope.startswith("site:")
        wish = content(parsed, {**(SITE if is_site else {}), **says}, self.codes if is_site else ())
        (outcome,) = await put_in_force(self.desk, {parsed: wish}, Approval("A. Person", "a try", at))
        return outcome

    async def register(self, at: float = 50.0) -> None:
        """Put the council's public key on record."""
        key = council_key("madrid", self.council.public_pem.decode(), "H. R.", at)
        await register_council_key(self.store, self.signer, key)

    async def co_sign(self, scope: str = "site:madrid", at: float = 110.0) -> None:
        """The council signs what waits for it."""
        version = await waiting_version(self.store, parse_scope(scope))
        await co_sign(self.desk, parse_scope(scope), self.council.sign(version.draft.document()), at)

    async def load(self) -> Agreements:
        """What is in force, as a service reads it."""
        return await load_agreements(self.store, self.declared, self.key_file)

    async def meddle(self, sql: str) -> None:
        """Somebody writes to the database behind the service's back."""
        await self.store.run(lambda connection: connection.execute(text(sql)))


async def signing(store: Store, folder: Path, *codes: str) -> Signing:
    """A town at these jurisdictions."""
    await fill(store)
    return Signing(store, folder, codes or ("PE",))
