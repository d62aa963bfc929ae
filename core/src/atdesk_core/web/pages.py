"""Every room of pages of one service, put together into one application."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from atdesk_core.runtime.config import Config
from atdesk_core.runtime.live import Running
from atdesk_core.web.app import build_app
from atdesk_core.web.context import PageContext
from atdesk_core.web.desk_check_page import routes as desk_check_pages
from atdesk_core.web.flag_page import routes as flag_pages
from atdesk_core.web.frames import routes as frames
from atdesk_core.web.headers import Framing
from atdesk_core.web.limits import RateLimits
from atdesk_core.web.metrics import Metrics, metrics_route
from atdesk_core.web.own import room as own_page
from atdesk_core.web.own import serving as own_files
from atdesk_core.web.sign_in import LiveGuard, Origins, Role, RoleBook, is_loopback
from atdesk_core.web.sign_in.room import routes as sign_in
from atdesk_sdk import resolve_secret

Room = Callable[[PageContext], list[BaseRoute]]

# A room adds its `routes` here, with one line.
ROOMS: Final[tuple[Room, ...]] = (
    sign_in,
    own_files.routes,
    own_page.routes,
    frames,
    flag_pages,
    desk_check_pages,
)


def context_of(
    running: Running, config: Config, now: Callable[[], float], metrics: Metrics | None = None
) -> PageContext:
    """What the rooms are made from, with a guard of its own; nobody is signed in yet.

    Args:
        running: The service and its pool.
        config: Checked.
        now: Engine's clock.
        metrics: That were told of looks and deliveries; figures of their own if left out.
    """
    return PageContext(running, config, guard_of(running, config, now), now, metrics or Metrics(now))


def guard_of(running: Running, config: Config, now: Callable[[], float]) -> LiveGuard:
    """The guard of a service."""
    world = running.service.world
    origins = Origins(config.service.public_url, is_loopback(config.service.host))
    named = {
        Role.REVIEWER: config.roles.reviewers,
        Role.INTEGRATOR: config.roles.integrators,
        Role.AUDITOR: config.roles.auditors,
    }
    return LiveGuard(world, RoleBook(lambda: world.directory, named), origins, now)


def page_routes(context: PageContext, rooms: Iterable[Room] = ROOMS) -> list[BaseRoute]:
    """The routes of every room.

    Raises:
        ConfigError: A secret is not where the configuration says.
    """
    return [route for room in rooms for route in room(context)]


def build_pages(
    context: PageContext, more_routes: Iterable[BaseRoute] = (), rooms: Iterable[Room] = ROOMS
) -> Starlette:
    """The whole application: webhooks, health and pages.

    Args:
        context: See `context_of`.
        more_routes: Of a demo, which come first.
        rooms: All of them, unless a test serves some.

    Raises:
        ConfigError: A secret is not where the configuration says.
    """
    service, config, guard = context.running.service, context.config, context.guard
    secret = config.service.metrics_secret
    context.metrics.watch(service, guard)
    figures = metrics_route(context.metrics, resolve_secret(secret) if secret else None)
    return build_app(
        service.ingresses(),
        service.health,
        [figures, *more_routes, *page_routes(context, rooms)],
        framing=Framing(config.console.origins, config.service.public_url),
        middleware=[Middleware(RateLimits, guard.person_of, time.monotonic, guard.refused)],
    )
