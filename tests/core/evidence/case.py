"""An agent with a template, a flag and a still; the lead, another lead of the site, and somebody else."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atdesk_core.evidence import EvidenceStore, Holds, NoStill, Taken
from atdesk_core.identity import (
    Consent,
    Directory,
    FileKeyRing,
    PersonKeys,
    Template,
    Templates,
    load_directory,
    record_consent,
)
from atdesk_core.policy import SitePolicy, StillsRule
from atdesk_core.store import LedgerRow, Store, Unit
from atdesk_sdk import FindingKind
from tests.core.identity.town import confirmed, fill
from tests.core.store.rows import flag_row

ROSTER = """\
agent_id,name,email,team,site,language,lead,genesys,zoom,shift
ana,Ana Ruiz,ana@example.com,north,madrid,es,luz,g-ana,,Mon-Fri 09:00-17:30
bo,Bo Berg,bo@example.com,south,madrid,,sol,g-bo,,Mon-Fri 22:00-06:00
luz,Luz Vega,luz@example.com,leads,madrid,es,,g-luz,,
sol,Sol Mar,sol@example.com,leads,madrid,es,,g-sol,,
kim,Kim Far,kim@example.com,leads,lima,es,,g-kim,,
lia,Lia Far,lia@example.com,lima,lima,es,kim,g-lia,,
"""
DAY_S = 86_400.0
LIFE_S = 7 * DAY_S
AT = 1_000_000.0
JPEG = b"\xff\xd8 a picture of nobody that is long enough to be looked for \xff\xd9" * 40
TEMPLATE = Template("ana", "enc1", tuple(float(n) / 7 for n in range(128)))
POLICY = SitePolicy(site="madrid", accountable="A. Person", stills=StillsRule(enabled=True))


def nothing_against() -> NoStill | None:
    return None


@dataclass
class Case:
    """One database with its key file, and a clock that is set by hand."""

    store: Store
    path: Path
    key_file: Path
    now: float = AT
    ring: FileKeyRing = field(init=False)

    def __post_init__(self) -> None:
        self.ring = FileKeyRing.create(self.key_file)
        self.evidence = EvidenceStore(self.store, self.ring, lambda: self.now)
        self.holds = Holds(self.store, lambda: self.now)
        self.templates = Templates(self.store, PersonKeys(self.store, self.ring))

    async def begin(self) -> None:
        """People, a consent and a template."""
        await fill(self.store, ROSTER)
        await record_consent(self.store, Consent("c1", "ana", "v3", "es", "a scheduled call", 10.0))
        await self.templates.save(TEMPLATE, self.now, await confirmed(self.store, "ana", self.now))

    async def flag(self, number: str, status: str = "raised") -> None:
        """A flag as it stands."""
        rule = f"rule_{number}"
        await self.store.commit(Unit(flags=(flag_row(number, rule=rule, status=status),)))

    async def still(self, still_id: str = "s1", number: str = "FLAG01", jpeg: bytes = JPEG) -> Taken:
        """A still of a flag that has just been raised."""
        await self.flag(number)
        taken = self.taken(still_id, number)
        assert await self.evidence.keep(taken, jpeg, 1, nothing_against) is None
        return taken

    def taken(self, still_id: str = "s1", number: str = "FLAG01", agent_id: str = "ana") -> Taken:
        look = "look-ref1-7"
        return Taken(still_id, agent_id, number, FindingKind.PHONE, look, self.now, LIFE_S)

    async def town(self) -> Directory:
        return await load_directory(self.store)

    async def rows(self, *kinds: str) -> list[dict[str, Any]]:
        """What the log holds of some kinds, in order, with the kind and the agent's random id."""
        return [
            json.loads(row.data) | {"kind": row.kind, "whose": row.agent_ref}
            for row in await self.log()
            if row.kind in kinds
        ]

    async def log(self) -> list[LedgerRow]:
        return await self.store.ledger_page(0)

    def on_disk(self) -> bytes:
        """Everything that lies in the database's files."""
        return b"".join(one.read_bytes() for one in sorted(self.path.parent.glob(f"{self.path.name}*")))


def policy_of(agent_id: str) -> SitePolicy | None:
    """One policy for everybody."""
    return POLICY
