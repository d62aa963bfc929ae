"""`atdesk policy diff OLD NEW`: what a new policy makes tighter, looser or different."""

import asyncio
from pathlib import Path

from atdesk_core.agreements import parse_scope, versions_of
from atdesk_core.agreements.contents import parse_content
from atdesk_core.cli.output import console
from atdesk_core.cli.setting import load_setting
from atdesk_core.policy import Level, LevelKind, load_level
from atdesk_core.policy.diff import differences, in_plain_words
from atdesk_core.store import Store
from atdesk_sdk import ConfigError


def diff_command(path: Path, old: str, new: str, language: str) -> None:
    """Print the differences, what loosens first.

    Raises:
        ConfigError: One of the two is neither a policy file nor a signed version.
    """
    found = differences(_level(path, old).values, _level(path, new).values)
    for line in in_plain_words(found, language):
        console().print(line, soft_wrap=True, markup=False)


def _level(config: Path, named: str) -> Level:
    """A policy file, or a version such as `site:home@3`."""
    scope, at, serial = named.rpartition("@")
    if at and serial.isdecimal() and not Path(named).exists():
        return asyncio.run(_version(config, scope, int(serial)))
    return load_level(Path(named), LevelKind.SITE, named)


async def _version(config: Path, named: str, serial: int) -> Level:
    loaded, _ = load_setting(config)
    scope = parse_scope(named)
    async with await Store.open(loaded.service.database) as store, store.reading() as connection:
        versions = await versions_of(connection, scope)
    for one in versions:
        if one.draft.serial == serial:
            return parse_content(scope, one.draft.content).level
    known = ", ".join(str(one.draft.serial) for one in versions) or "none"
    raise ConfigError(f"{named} has no version {serial} (there is: {known}); see atdesk policy versions")
