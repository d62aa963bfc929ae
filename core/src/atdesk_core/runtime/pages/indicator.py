"""The indicator of a look: up before the first frame is opened, acknowledged all along, down at the end.

Where the platform of a meeting itself shows everyone that content goes to an app, the agent's open page shows
the look as well; everywhere else it has to, or there is no look.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

from atdesk_core.runtime.pages.screens import Screens
from atdesk_core.session import OpenLook

SHOWN_WITHIN_S: Final = 3.0
"""A page that has not put the indicator up after so long gets no look."""


class Indicator:
    """Puts the indicators of looks up and down.

    Args:
        screens: The open pages.
        now: Engine's clock.
    """

    def __init__(self, screens: Screens, now: Callable[[], float]) -> None:
        self._screens = screens
        self._now = now

    @contextlib.asynccontextmanager
    async def up(self, agent_id: str, command: OpenLook) -> AsyncIterator[bool]:
        """Up while the block runs, however it is left. False: it had to come up, and did not in time."""
        look_id = command.look_id
        self._screens.begin(agent_id, look_id, command.source.value, command.reason.value)
        try:
            yield not command.page_must_show or await self._screens.wait_shown(
                agent_id, look_id, SHOWN_WITHIN_S
            )
        finally:
            self._screens.end(agent_id, look_id)

    def still_up(self, agent_id: str, command: OpenLook) -> bool:
        """Whether the next frame may be opened, as far as the indicator goes."""
        return not command.page_must_show or self._screens.shown(agent_id, command.look_id, self._now())
