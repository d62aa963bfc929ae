"""What a configuration says of authorities has to fit together, before anything is built. Pure."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from atdesk_core.identity import Source
from atdesk_sdk import ConfigError

if TYPE_CHECKING:
    from atdesk_core.runtime.config import SiteTable, StateTable


def check_authority_tables(
    state: "StateTable", sites: Sequence["SiteTable"], platforms: Collection[str], path: Path
) -> None:
    """Every authority that is named has a table, and where people sign in to begin a shift there is one.

    Args:
        state: `[state]`.
        sites: Each `[[site]]`.
        platforms: Those with a table.
        path: Of the file, for the message.

    Raises:
        ConfigError: Names what is wrong.
    """
    named = [("state.authority", state.authority)]
    named += [(f"authority of [[site]] {site.id!r}", site.authority) for site in sites]
    for where, authority in named:
        if authority is not None and authority not in platforms:
            raise ConfigError(f"{path}: {where} is {authority!r}, but there is no [[{authority}]] table")
    without = [site for site in sites if site.authority is None and state.authority is None]
    alone = [site.id for site in without if site.shifts.source is Source.SIGN_IN]
    if alone:  # nobody would ever sign in, and nobody would ever be on shift: say so at once
        raise ConfigError(
            f"{path}: {alone[0]} takes its shifts from signing in, but neither it nor state.authority names "
            "a platform that says who is there"
        )
