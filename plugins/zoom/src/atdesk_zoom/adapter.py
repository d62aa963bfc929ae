"""How the adapter announces itself; sockets and HTTP are loaded by `build`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from atdesk_sdk import AdapterSpec, hookimpl
from atdesk_zoom.abilities import capabilities
from atdesk_zoom.config import AgentStates, ZoomConfig

if TYPE_CHECKING:
    from atdesk_zoom.connection import ZoomAdapter
    from atdesk_zoom.link_settings import Patience


def build(config: ZoomConfig, patience: Patience | None = None) -> ZoomAdapter:
    """Make the adapter of one table; it claims to know agents' states only where the table asks for them.

    Args:
        config: The table.
        patience: Waits of the RTMS links; the usual ones when left out.
    """
    from atdesk_zoom.connection import ZoomAdapter  # noqa: PLC0415 - see above
    from atdesk_zoom.with_states import ZoomWithStates  # noqa: PLC0415 - see above

    kind = ZoomAdapter if config.agent_state is AgentStates.NONE else ZoomWithStates
    return kind(config, patience)


@hookimpl
def atdesk_register_adapters(register: Callable[[AdapterSpec], None]) -> None:
    """Bring the adapter."""
    register(AdapterSpec("zoom", version("atdesk-zoom"), ZoomConfig, capabilities(), build))
