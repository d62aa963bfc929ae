"""The providers of a configuration."""

from collections.abc import Callable, Mapping

from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.web.sign_in.demo import DemoProvider
from atdesk_core.web.sign_in.oidc import OidcProvider
from atdesk_core.web.sign_in.provider import Provider
from atdesk_core.web.sign_in.roles import RoleBook
from atdesk_core.web.sign_in.teams import TeamsSso
from atdesk_core.web.sign_in.user_tokens import genesys, zoom
from atdesk_sdk import resolve_secret


def providers_of(
    tables: tuple[SignInTable, ...], roles: RoleBook, now: Callable[[], float]
) -> Mapping[str, Provider]:
    """Every way to sign in by going to a provider and coming back, by its key.

    Args:
        tables: Checked.
        roles: Who is known, for a demo.
        now: Engine's clock.

    Raises:
        ConfigError: A secret is not where the configuration says.
    """
    return {table.key: provider_of(table, roles, now) for table in tables if table.provider != "teams"}


def teams_of(tables: tuple[SignInTable, ...], now: Callable[[], float]) -> TeamsSso | None:
    """The check of what Teams gives a tab; None where that is no way to sign in."""
    return next((TeamsSso(table, now) for table in tables if table.provider == "teams"), None)


def provider_of(table: SignInTable, roles: RoleBook, now: Callable[[], float]) -> Provider:
    """One of them; see `providers_of`."""
    secret = resolve_secret(table.client_secret) if table.client_secret else None
    match table.provider:
        case "genesys":
            return genesys(table, now)
        case "zoom":
            return zoom(table, secret, now)
        case "demo":
            return DemoProvider(table, roles)
        case _:
            return OidcProvider(table, secret, now)
