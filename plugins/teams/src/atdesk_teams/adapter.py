"""How the adapter announces itself. Importing this costs nothing: HTTP and msal are loaded by `build`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from atdesk_sdk.hooks import AdapterSpec, hookimpl
from atdesk_teams.config import CAPABILITIES, PLATFORM, TeamsConfig, WriteMode

if TYPE_CHECKING:
    from atdesk_teams.connection import TeamsAdapter


def build(config: TeamsConfig) -> TeamsAdapter:
    """Make the adapter of one table. It claims no more than the table gives it."""
    from atdesk_teams.connection import TeamsAdapter  # noqa: PLC0415 - see above
    from atdesk_teams.state_out import WritingAdapter  # noqa: PLC0415 - see above

    duties: list[type[TeamsAdapter]] = []
    if config.bot_id is not None:
        from atdesk_teams.bot_duties import WithBot  # noqa: PLC0415 - see above

        duties.append(WithBot)
    elif config.workflows_url is not None:
        from atdesk_teams.workflows import WithWorkflows  # noqa: PLC0415 - see above

        duties.append(WithWorkflows)
    if config.write is not WriteMode.OFF:
        duties.append(WritingAdapter)
    kind: type[TeamsAdapter] = type("TeamsAdapter", (*duties, TeamsAdapter), {})
    return kind(config)


@hookimpl
def atdesk_register_adapters(register: Callable[[AdapterSpec], None]) -> None:
    """Announce the adapter."""
    register(
        AdapterSpec(
            platform=PLATFORM,
            version=version("atdesk-teams"),
            config=TeamsConfig,
            capabilities=CAPABILITIES,
            build=build,
        )
    )
