"""Tells the platforms on which an Away ends by itself which of ours still stand.

Where nobody says so any more, because this process died or the claim is dropped, the Away is left to end.
"""

import logging
from collections.abc import Iterable

from atdesk_core.runtime.room import SessionRoom
from atdesk_sdk import Adapter, AwayKeeper

log = logging.getLogger(__name__)


class Keeping:
    """Knows no time: it is asked to tell every few seconds.

    Args:
        adapters: All of them; those that are an `AwayKeeper` are told.
        room: Whose claims stand.
    """

    def __init__(self, adapters: Iterable[Adapter], room: SessionRoom) -> None:
        self._keepers = [(one.platform, one.tenant, one) for one in adapters if isinstance(one, AwayKeeper)]
        self._room = room
        self._broken: set[str] = set()

    async def tell(self) -> None:
        """Tell each one which accounts' Aways are claimed now."""
        if not self._keepers:
            return
        claims = [self._room.session(agent_id).claim for agent_id in self._room.agent_ids]
        claimed = [claim.account for claim in claims if claim is not None]
        for platform, tenant, keeper in self._keepers:
            mine = [one for one in claimed if (one.platform, one.tenant) == (platform, tenant)]
            try:
                await keeper.keep(mine)
            except Exception:
                if keeper.name not in self._broken:  # told every second, said once
                    log.exception("%s could not be told which Aways stand", keeper.name)
                self._broken.add(keeper.name)
            else:
                self._broken.discard(keeper.name)
