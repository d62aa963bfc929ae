"""A running service with its pages over real HTTP, and people who lead, cover, review, or do none of it."""

import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import httpx2
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity import Person
from atdesk_core.identity.records import mark_changed
from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.service import Service
from atdesk_core.runtime.sign_in_config import RolesTable
from atdesk_core.store import LedgerRow, flag_tables, tables
from atdesk_core.store.apply import upsert, upsert_values
from atdesk_core.web.flag_page import routes
from atdesk_core.web.pages import Room
from atdesk_sdk import Capabilities
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, account, until
from tests.core.web.serving import Served, served

PRIVATE: Final = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)
#: zoe leads somebody else at the site, cal covers for lee, tim has no business with any flag.
OTHERS: Final = ("mia", "zoe", "cal", "tim")


@dataclass
class ReviewedOffice(Office):
    """The office, with reviewers who are named in the configuration."""

    reviewers: tuple[str, ...] = ()

    def _config(self, adapter: ScriptedAdapter) -> Config:
        return replace(super()._config(adapter), roles=RolesTable(reviewers=self.reviewers))


@dataclass
class House:
    """What a test needs."""

    office: Office
    service: Service
    pages: Served

    def browser(self, person_id: str, language: str = "en") -> httpx2.AsyncClient:
        """A browser in which this person is signed in."""
        headers = self.pages.as_person(person_id) | {"Accept-Language": language}
        kept = (pair.partition("=")[::2] for pair in headers.pop("Cookie").split("; "))
        cookies = dict(kept)
        return httpx2.AsyncClient(
            base_url=self.pages.url, headers=headers, cookies=cookies, trust_env=False, timeout=15.0
        )

    async def flagged(self, what: str = "other", agent_id: str = "ann") -> str:
        """Number of a flag that was raised and shown."""
        self.office.show(what, agent_id)
        await until(lambda: bool(self.service.room.session(agent_id).flags))
        (flag,) = self.service.room.session(agent_id).flags
        await until(lambda: any(one.number == flag.number for one in self.office.platform.flags.values()))
        return flag.number

    def link(self, number: str) -> str:
        """The path that the message in the lead's console leads to."""
        shown = next(one for one in self.office.platform.flags.values() if one.number == number)
        return shown.link.removeprefix("https://desk.example")

    async def open(self, browser: httpx2.AsyncClient, number: str) -> httpx2.Response:
        """Follow the link of the message."""
        return await browser.get(self.link(number), follow_redirects=True)

    async def say(self, browser: httpx2.AsyncClient, number: str, act: str, reason: str) -> httpx2.Response:
        """Send one of the page's forms."""
        form = {"csrf": str(browser.headers["X-Atdesk-Csrf"]), "act": act, "reason": reason}
        return await browser.post(f"/flags/{number}/answer", data=form, follow_redirects=True)

    async def rows(self, kind: str) -> list[LedgerRow]:
        """Rows of the decision log."""
        found = await self.service.store.ledger(start=0, end=time.time() + 1)
        return [row for row in found if row.kind == kind]


@contextlib.asynccontextmanager
async def house(
    tmp_path: Path,
    policy: SitePolicy = POLICY,
    shifts_of: Mapping[str, str] | None = None,
    *,
    reviewers: tuple[str, ...] = (),
    on_loopback: bool = False,
    rooms: Sequence[Room] = (routes,),
) -> AsyncIterator[House]:
    """A house, open until the block is left.

    Args:
        tmp_path: Where it keeps things.
        policy: Of the site.
        shifts_of: Plans of leads.
        reviewers: Named in the configuration.
        on_loopback: The pages are reached as they are served, so that a real browser takes their cookies.
        rooms: That are served.
    """
    platform = ScriptedPlatform([account(one) for one in ("ann", "lee", *OTHERS)], time.time)
    office = ReviewedOffice(tmp_path, platform, capabilities=PRIVATE, policy=policy, reviewers=reviewers)
    async with office.open() as service:
        await people(service, shifts_of or {})
        config = office._config(ScriptedAdapter(platform))
        if on_loopback:
            config = replace(config, service=config.service.model_copy(update={"public_url": ""}))
        async with served(service, config, time.time, rooms=rooms) as pages:
            yield House(office, service, pages)


async def people(service: Service, shifts_of: Mapping[str, str]) -> None:
    """Put the others into the directory; the service takes them up by itself."""
    persons = [Person(one, f"ref{one}", f"{one.title()} Person", "", "en", "sales", "home") for one in OTHERS]
    plans = [
        {"agent_id": one, "plan": plan, "time_zone": "UTC", "source": "import"}
        for one, plan in shifts_of.items()
    ]

    async def job(connection: AsyncConnection) -> None:
        await upsert(connection, tables.people, persons)
        await upsert_values(connection, tables.leads, [{"agent_id": "mia", "lead_id": "zoe"}])
        await upsert_values(connection, flag_tables.lead_covers, [{"lead_id": "lee", "cover_id": "cal"}])
        await upsert_values(connection, tables.shifts, plans)
        await mark_changed(connection)

    await service.store.run(job)
    await until(lambda: "zoe" in service.world.directory.people)
