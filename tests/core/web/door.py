"""Signing in at a running service as a browser does, with cookies and every redirect looked at."""

import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from atdesk_core.identity import LinkHow, confirm_link, propose_link
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.sign_in_config import ConsoleTable, RolesTable, SignInTable
from atdesk_core.store import Store
from atdesk_core.web.sign_in import tab_hash
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import ScriptedAdapter
from tests.core.runtime.office import Office
from tests.core.web.serving import Served, served

_CODE = re.compile(r'data-code="([^"]+)"')


@dataclass
class DoorOffice(Office):
    """The office, with ways to sign in and accounts that belong to people."""

    sign_in: Sequence[SignInTable] = ()
    links: Mapping[str, AccountRef] = field(default_factory=dict)
    roles: RolesTable = field(default_factory=RolesTable)
    console: ConsoleTable = field(default_factory=ConsoleTable)
    public_url: str = ""
    service_table: Mapping[str, Any] = field(default_factory=dict)

    def configured(self) -> Config:
        """What its service is configured with."""
        return self._config(ScriptedAdapter(self.platform, capabilities=self.capabilities))

    def _config(self, adapter: ScriptedAdapter) -> Config:
        config = super()._config(adapter)
        changes = {"public_url": self.public_url, **self.service_table}
        service = config.service.model_copy(update=changes)
        return replace(
            config,
            service=service,
            sign_in=tuple(self.sign_in),
            roles=self.roles,
            console=self.console,
        )

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        for person_id, ref in self.links.items():
            await propose_link(store, person_id, ref, LinkHow.VERIFIED_EMAIL)
            await confirm_link(store, person_id, ref, "H. R.", time.time())

    @asynccontextmanager
    async def at_work(self, clock: Callable[[], float] = time.time) -> AsyncIterator["Door"]:
        """The service behind its own web server, and a browser before it."""
        async with (
            self.open() as service,
            served(service, self.configured(), clock) as pages,
            httpx2.AsyncClient(base_url=pages.url, timeout=20) as browser,
        ):
            yield Door(pages, browser)


@dataclass(frozen=True)
class Door:
    """A service's pages and one browser."""

    pages: Served
    browser: httpx2.AsyncClient

    @property
    def refused(self) -> Mapping[str, int]:
        return self.pages.guard.refused

    async def start(self, provider: str, tab: str = "", back: str = "") -> httpx2.Response:
        """Where the service sends the browser."""
        query = {"tab": tab_hash(tab)} if tab else {"back": back}
        return await self.browser.get(f"/sign-in/{provider}/start", params=query)

    async def come_back(
        self, provider: str, tab: str = "", back: str = "", more: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """The answer to the callback, once the provider has let the person through."""
        begun = await self.start(provider, tab, back)
        assert begun.status_code == 303, begun.text
        url = httpx2.URL(begun.headers["location"]).copy_merge_params(dict(more or {}))
        returned = await self.browser.get(url)
        assert returned.status_code == 302, returned.text
        return await self.browser.get(returned.headers["location"])

    async def exchange(self, answer: httpx2.Response, tab: str) -> httpx2.Response:
        """The page trades the code of the callback's page for its token."""
        found = _CODE.search(answer.text)
        assert found, answer.text
        return await self.browser.post("/sign-in/exchange", json={"code": found[1], "tab_secret": tab})

    async def token(self, provider: str, tab: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Headers of the page once it is signed in."""
        answer = await self.exchange(await self.come_back(provider, tab, more=more), tab)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}", "X-Atdesk-Tab": tab}
