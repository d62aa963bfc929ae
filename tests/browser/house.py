"""A running service for a browser: real store, real vision pool, the pages on a loopback port.

The platform is the sdk's scripted one; the pictures come from the browser's camera, or from the platform.
"""

import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from examples.demo.stage import FOOTAGE
from playwright.async_api import Page
from starlette.routing import BaseRoute

from atdesk_core.cli.enrol import judge_photos
from atdesk_core.identity import (
    FileKeyRing,
    Grounds,
    LinkHow,
    PersonKeys,
    Templates,
    ask_code,
    confirm_link,
    enrol,
    make_code,
    propose_link,
)
from atdesk_core.policy import AbsenceRule, SitePolicy
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.live import Running
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.runtime.service import Service
from atdesk_core.runtime.sign_in_config import ConsoleTable, SignInTable
from atdesk_core.runtime.teams_effect import TeamsEffectTable
from atdesk_core.store import Store
from atdesk_core.vision.encoder import bands
from atdesk_core.vision.memory import Enrolment
from atdesk_core.web.pages import build_pages, context_of
from atdesk_core.web.server import serving
from atdesk_core.web.sign_in import LiveGuard, Role
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.browser.tabs import Tabs
from tests.core.runtime.office import POLICY, Office, account

PHOTOS = tuple(sorted(FOOTAGE.glob("agent_*.jpg")))
"""Three photos of the person whom the camera shows when it shows `seated`."""
KEPT = "atdesk.tab"
"""Where the page keeps a tab's sign-in."""
PAGE_POLICY = POLICY.model_copy(
    update={
        "looks": POLICY.looks.model_copy(update={"page": True}),
        "absence": AbsenceRule(agent_first_s=2.0, min_flag_s=4.0),
    }
)
"""Short times, and frames may come from the agent's page."""


class Vision:
    """The real vision pool, which takes seconds to start: one for all houses, each with its templates."""

    def __init__(self) -> None:
        self.templates: Templates | None = None
        self.pool = VisionPool(1, self._enrolment_of)

    async def _enrolment_of(self, agent_id: str) -> Enrolment | None:
        template = await self.templates.load(agent_id, bands.NAME) if self.templates else None
        return Enrolment(template.vector, template.encoder) if template else None


@dataclass
class BrowserOffice(Office):
    """An office whose pages are reached by their own address, and where people pick who they are.

    Attributes:
        consoles: Origins that may frame the agent's page.
        sign_in: Ways to sign in.
        links: Accounts that belong to people, beside those of the scripted platform.
        effect: Whether the Teams effect is on.
    """

    consoles: tuple[str, ...] = ()
    sign_in: tuple[SignInTable, ...] = (SignInTable(provider="demo"),)
    links: Mapping[str, AccountRef] = field(default_factory=dict)
    effect: TeamsEffectTable = field(default_factory=TeamsEffectTable)

    def configured(self) -> Config:
        """What its service is configured with."""
        return self._config(ScriptedAdapter(self.platform, capabilities=self.capabilities))

    def _config(self, adapter: ScriptedAdapter) -> Config:
        config = super()._config(adapter)
        return replace(
            config,
            service=config.service.model_copy(update={"public_url": "", "demo": True}),
            sign_in=self.sign_in,
            teams_effect=self.effect,
            console=ConsoleTable(frame_ancestors=self.consoles),
        )

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        for person_id, ref in self.links.items():
            await propose_link(store, person_id, ref, LinkHow.VERIFIED_EMAIL)
            await confirm_link(store, person_id, ref, "H. R.", time.time())


@dataclass(frozen=True, slots=True)
class House:
    """What a test works with.

    Attributes:
        office: `show` and `hide` what a meeting's video shows; `records` is the decision log so far.
        service: Running.
        pool: Running.
        guard: Signs people in.
        templates: Of the agents.
        origin: Of the pages, without a slash at the end.
    """

    office: Office
    service: Service
    pool: VisionPool
    guard: LiveGuard
    templates: Templates
    origin: str

    @property
    def page_url(self) -> str:
        """The agent's page, in a window of its own."""
        return f"{self.origin}/me/?host=window"

    async def sign_in(self, page: Page, agent_id: str = "ann") -> None:
        """Sign an agent in, in this tab, as the sign-in's exchange does. Reload a page that is open."""
        if not page.url.startswith(self.origin):
            await page.goto(f"{self.origin}/healthz")
        tab = secrets.token_urlsafe(32)
        token = self.guard.issue(agent_id, [Role.AGENT], tab)
        kept = {
            "tab": tab,
            "token": token,
            "expires_at": time.time() + 3600,
            "name": agent_id.title(),
            "person": agent_id,
        }
        await page.evaluate("([key, kept]) => sessionStorage.setItem(key, kept)", [KEPT, json.dumps(kept)])

    async def enter(
        self,
        tabs: Tabs,
        agent_id: str = "ann",
        *,
        url: str = "",
        camera: bool = True,
        width: int = 1280,
        dark: bool = False,
        locale: str = "en-GB",
    ) -> Page:
        """The agent's page, signed in.

        Args:
            tabs: Opens it.
            agent_id: Whose.
            url: Of the page, if not `page_url`.
            camera: Whether the person has granted the camera.
            width: Of the window, in CSS pixels.
            dark: Whether the person prefers dark.
            locale: Language of the browser.
        """
        page = await tabs.open(
            f"{self.origin}/healthz",
            camera=camera,
            width=width,
            scheme="dark" if dark else "light",
            locale=locale,
        )
        await self.sign_in(page, agent_id)
        await page.goto(url or self.page_url)
        return page

    async def lead_in(self, page: Page, person_id: str = "lee") -> None:
        """Sign a lead in, with the cookie of this page's browser context."""
        value, _who = self.guard.open_session(person_id, [Role.LEAD])
        name = self.guard.origins.session_cookie
        await page.context.add_cookies([{"name": name, "value": value, "url": self.origin, "httpOnly": True}])

    async def enrol(self, agent_id: str = "ann", photos: Sequence[Path] = PHOTOS) -> None:
        """Make a template from photos, judged like anybody's."""
        now, store = time.time(), self.service.store
        code = await make_code(store, await ask_code(store, agent_id, now))
        grounds = Grounds(code or "", release_needed=False)
        await enrol(store, self.templates, agent_id, lambda: judge_photos(photos), now, grounds)
        self.pool.forget(agent_id)


@contextlib.asynccontextmanager
async def open_house(
    folder: Path,
    vision: Vision,
    *,
    agents: tuple[str, ...] = ("ann", "ben"),
    policy: SitePolicy = PAGE_POLICY,
    consoles: tuple[str, ...] = (),
    more_routes: Sequence[BaseRoute] = (),
    **more: Any,
) -> AsyncIterator[House]:
    """A house until the block is left.

    Args:
        folder: For its database.
        vision: Its pool is running.
        agents: Who works there, on shift around the clock, with a consent on record and no template.
        policy: In force.
        consoles: Origins that may frame the agent's page.
        more_routes: Beside the service's own.
        more: Fields of `BrowserOffice`.
    """
    platform = ScriptedPlatform([account(one) for one in (*agents, "lee")], time.time)
    office = BrowserOffice(
        folder, platform, agents=agents, policy=policy, eyes=vision.pool, consoles=consoles, **more
    )
    async with office.open() as service:
        ring = FileKeyRing("test", bytes(32))
        vision.templates = Templates(service.store, PersonKeys(service.store, ring))
        for agent_id in agents:
            vision.pool.forget(agent_id)
        context = context_of(Running(service, vision.pool), office.configured(), time.time)
        guard = context.guard
        assert isinstance(guard, LiveGuard)
        async with serving(build_pages(context, more_routes), "127.0.0.1", 0) as port:
            yield House(office, service, vision.pool, guard, vision.templates, f"http://127.0.0.1:{port}")
