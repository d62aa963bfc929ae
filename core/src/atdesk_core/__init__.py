"""The atdesk detection engine and the service round it.

`from atdesk_core import Engine` embeds detection without an adapter: push states, push frames,
subscribe to findings.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atdesk_core.runtime.embedded import Engine

__all__ = ["Engine"]


def __getattr__(name: str) -> Any:
    """Loaded when it is asked for: the command line must not pay for it."""
    if name == "Engine":
        from atdesk_core.runtime.embedded import Engine  # noqa: PLC0415

        return Engine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
