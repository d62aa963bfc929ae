"""The pages of a running service over real HTTP on loopback, for every test of a room of pages."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from starlette.applications import Starlette

from atdesk_core.runtime.config import Config
from atdesk_core.runtime.live import Running
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.runtime.service import Service
from atdesk_core.vision.memory import Enrolment
from atdesk_core.web.context import PageContext
from atdesk_core.web.metrics import Metrics
from atdesk_core.web.pages import ROOMS, Room, build_pages, guard_of
from atdesk_core.web.server import serving
from atdesk_core.web.sign_in import LiveGuard, Role

TAB = "a tab of Ann's, with a secret that is long enough"


@dataclass(frozen=True, slots=True)
class Served:
    """Where the pages are, and the guard, with which a test signs people in.

    Attributes:
        url: `http://127.0.0.1:PORT`, without a slash at the end.
        guard: `guard.issue(person_id, roles, tab_secret)` gives a token.
        context: What the rooms got.
        app: What is served.
    """

    url: str
    guard: LiveGuard
    context: PageContext
    app: Starlette

    @property
    def ws_url(self) -> str:
        """The same for sockets."""
        return "ws" + self.url.removeprefix("http")

    def as_agent(self, person_id: str, tab: str = TAB) -> dict[str, str]:
        """Headers of a request from this person's own page."""
        token = self.guard.issue(person_id, [Role.AGENT], tab)
        return {"Authorization": f"Bearer {token}", "X-Atdesk-Tab": tab}

    def as_person(self, person_id: str) -> dict[str, str]:
        """Headers of a request in a browser where this person, a lead say, is signed in with a cookie.

        With origin and CSRF token, so that changes are taken too.
        """
        cookie, _ = self.guard.open_session(person_id)
        origins = self.guard.origins
        csrf = self.guard.csrf_of(cookie)
        return {
            "Cookie": f"{origins.session_cookie}={cookie}; {origins.csrf_cookie}={csrf}",
            "Origin": self.url,
            "X-Atdesk-Csrf": csrf,
        }


@contextlib.asynccontextmanager
async def served(
    service: Service,
    config: Config,
    now: Callable[[], float],
    pool: VisionPool | None = None,
    rooms: Iterable[Room] = ROOMS,
    metrics: Metrics | None = None,
) -> AsyncIterator[Served]:
    """Serve the pages of a service until the block is left.

    Args:
        service: Running.
        config: Its configuration.
        now: Its clock.
        pool: Its vision pool; one that is not started if left out.
        rooms: Which; all of them if left out.
        metrics: That were told of looks and deliveries.
    """
    live = Running(service, pool or VisionPool(1, _nobody))
    guard = guard_of(live, config, now)
    context = PageContext(live, config, guard, now, metrics or Metrics(now))
    app = build_pages(context, rooms=rooms)
    async with serving(app, config.service.host, 0) as port:
        yield Served(f"http://{config.service.host}:{port}", guard, context, app)


async def _nobody(_agent_id: str) -> Enrolment | None:
    return None
