"""How the adapter announces itself. Importing this costs nothing: HTTP and sockets are loaded by `build`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from atdesk_genesys.config import CAPABILITIES, PLATFORM, GenesysConfig
from atdesk_sdk.hooks import AdapterSpec, hookimpl

if TYPE_CHECKING:
    from atdesk_genesys.connection import GenesysAdapter
    from atdesk_genesys.link import Patience


def build(config: GenesysConfig, patience: Patience | None = None) -> GenesysAdapter:
    """Make the adapter of one table; with a webhook it posts flags, without one it does not claim to.

    Args:
        config: The table.
        patience: Times of getting a lost connection back; the usual ones when left out.
    """
    from atdesk_genesys.connection import GenesysAdapter  # noqa: PLC0415 - see above
    from atdesk_genesys.group_chat import GenesysWithGroupChat  # noqa: PLC0415 - see above

    kind = GenesysAdapter if config.group_chat_webhook is None else GenesysWithGroupChat
    return kind(config, patience=patience)


@hookimpl
def atdesk_register_adapters(register: Callable[[AdapterSpec], None]) -> None:
    """Announce the adapter."""
    register(
        AdapterSpec(
            platform=PLATFORM,
            version=version("atdesk-genesys"),
            config=GenesysConfig,
            capabilities=CAPABILITIES,
            build=build,
        )
    )
