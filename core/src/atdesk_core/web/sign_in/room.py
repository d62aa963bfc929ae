"""The room of signing in, for `atdesk_core.web.pages`."""

from starlette.routing import BaseRoute

from atdesk_core.web.context import PageContext
from atdesk_core.web.sign_in.build import providers_of, teams_of
from atdesk_core.web.sign_in.desk import SignInDesk
from atdesk_core.web.sign_in.routes import SignInPages


def routes(context: PageContext) -> list[BaseRoute]:
    """Every route of signing in and out.

    Raises:
        ConfigError: A secret is not where the configuration says.
    """
    guard, world = context.guard, context.running.service.world
    tables = context.config.sign_in
    providers, teams = providers_of(tables, guard.roles, context.now), teams_of(tables, context.now)
    return SignInPages(SignInDesk(providers, guard, lambda: world.directory, context.now, teams)).routes()
