"""Which console is played: `CONSOLE=genesys`, which is the usual one, or `CONSOLE=teams`."""

from collections.abc import Callable, Mapping
from typing import Final

from atdesk_sdk import ConfigError
from examples.demo.consoles.console import Console
from examples.demo.consoles.genesys import GenesysConsole
from examples.demo.consoles.teams import TeamsConsole

CONSOLES: Final[Mapping[str, Callable[[], Console]]] = {"genesys": GenesysConsole, "teams": TeamsConsole}


def console_of(name: str) -> Console:
    """The console of that name; Genesys Cloud with Zoom where none is named.

    Raises:
        ConfigError: There is none of that name.
    """
    make = CONSOLES.get(name or "genesys")
    if make is None:
        raise ConfigError(f"there is no console {name!r} in the demo: CONSOLE is {' or '.join(CONSOLES)}")
    return make()
