"""What `atdesk doctor` says of the pages: can people sign in, are the named there, who may frame them."""

from collections.abc import Iterator
from typing import Final

from atdesk_core.identity import Directory
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.web.sign_in import RoleBook
from atdesk_core.web.sign_in.build import provider_of
from atdesk_core.web.sign_in.provider import Flow, ProviderDown
from atdesk_core.web.sign_in.teams import TeamsSso
from atdesk_sdk import ConfigError

Line = tuple[str, bool, str]
"""What, whether it is well, what to say."""

_TRIAL: Final = Flow("https://atdesk.invalid/sign-in/callback", "trial", "trial", "t" * 43)


async def sign_in_lines(config: Config, directory: Directory, now: float) -> list[Line]:
    """A line for each way to sign in, for named people who are not there, and for the consoles.

    Args:
        config: Checked.
        directory: As it is kept.
        now: Engine's clock.
    """
    lines = [await _line(table, config, directory, now) for table in config.sign_in]
    if not config.sign_in:
        says = "no [[sign_in]]: nobody can open the agent's page or the page of a flag (docs/sign-in.md)"
        lines.append(("sign-in", True, says))
    return [*lines, *_named(config, directory), *_console(config)]


async def _line(table: SignInTable, config: Config, directory: Directory, now: float) -> Line:
    what = f"sign-in {table.key}"
    if table.provider == "demo":
        return what, True, "a demo: anybody on this machine signs in as anybody"
    if table.provider == "teams":
        return await _teams_line(table, config, directory, now)
    try:
        await provider_of(table, RoleBook(lambda: directory), lambda: now).begin(_TRIAL)
    except ConfigError as error:
        return what, False, str(error)
    except ProviderDown as error:
        return what, False, f"{table.shown} cannot be used: {error}"
    base = config.service.public_url.rstrip("/") or f"http://{config.service.host}:{config.service.port}"
    return what, True, f"{_who(table, directory)}; register {base}/sign-in/{table.key}/callback there"


async def _teams_line(table: SignInTable, config: Config, directory: Directory, now: float) -> Line:
    """Teams' own sign-in goes nowhere: there have to be keys to check by, and Teams has to show the page."""
    what, sso = f"sign-in {table.key}", TeamsSso(table, lambda: now)
    for tenant in table.allowed_tenants:
        try:
            await sso.warm(tenant)
        except ProviderDown as error:
            return what, False, f"the keys of tenant {tenant} cannot be read: {error}"
    if not config.console.origins:
        return what, False, 'nobody may frame the page: [console] frame_ancestors = ["teams"]'
    says = _who(table, directory)
    if not table.clients:
        says += "; the token of any client of the tenant is taken: list those of Teams under clients"
    return what, True, says


def _who(table: SignInTable, directory: Directory) -> str:
    known = sum(
        any((ref.platform, ref.tenant) in table.accounts for ref in directory.accounts_of(person))
        for person in directory.people
    )
    return f"{known} of {len(directory.people)} people have a confirmed account for it"


def _named(config: Config, directory: Directory) -> Iterator[Line]:
    missing = [one for one in config.roles.everybody if one not in directory.people]
    if missing:
        yield "roles", False, f"[roles] names {', '.join(missing)}, but nobody in the directory has that id"


def _console(config: Config) -> Iterator[Line]:
    origins = config.console.origins
    if config.sign_in:
        says = (
            f"{len(origins)} origins may frame the agent's page"
            if origins
            else "in a window of its own alone"
        )
        yield "agent's page", True, says
