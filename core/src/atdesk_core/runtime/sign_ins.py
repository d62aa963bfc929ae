"""Shifts that begin when the authority shows somebody present: kept on the disk before they count."""

import asyncio
from collections.abc import Callable

from atdesk_core.identity import Directory
from atdesk_core.identity.shifts import ShiftWindow
from atdesk_core.identity.shifts_kept import keep_sign_ins, last_sign_ins
from atdesk_core.identity.shifts_sign_in import SignedIn, hear
from atdesk_core.store import Store
from atdesk_sdk import AgentState, Presence


class SignIns:
    """The shifts by sign-in of everybody in this process.

    Args:
        store: Where they are kept.
        now: Engine's clock.
        changed: Told whose shift began, paused or ended.
    """

    def __init__(self, store: Store, now: Callable[[], float], changed: Callable[[str], None]) -> None:
        self._store = store
        self._now = now
        self._changed = changed
        self._last: dict[str, SignedIn] = {}
        self._kept: dict[str, SignedIn] = {}
        self._presence: dict[str, Presence] = {}
        self.wanted = asyncio.Event()

    async def load(self) -> None:
        """Take up the shifts from before a restart."""
        self._last = await last_sign_ins(self._store)
        self._kept = dict(self._last)

    def window_at(self, agent_id: str, at: float) -> ShiftWindow | None:
        """The shift that runs; none before it is on the disk, and none while the agent is offline."""
        last, kept = self._last.get(agent_id), self._kept.get(agent_id)
        if last is None or kept is None or last.shift_id != kept.shift_id:
            return None
        return last.window_at(at)

    def took(self, directory: Directory, agent_id: str, state: AgentState) -> None:
        """The authority has said how an agent is. An end counts at once, a begin once it is kept."""
        self._presence[agent_id] = state.presence
        self._consider(directory, agent_id)

    async def tick(self, directory: Directory) -> None:
        """What the mere passing of time does: hours begin and end, five minutes offline are over."""
        for agent_id in tuple(self._presence):
            self._consider(directory, agent_id)
        self.wanted.clear()
        behind = [(one, last) for one, last in self._last.items() if self._kept.get(one) != last]
        if not behind:
            return
        await keep_sign_ins(self._store, behind, self._now())
        self._kept.update(behind)
        for agent_id, _ in behind:
            self._changed(agent_id)

    def _consider(self, directory: Directory, agent_id: str) -> None:
        hours = directory.sign_in_hours(agent_id)
        if hours is None:
            return
        last = self._last.get(agent_id)
        heard = hear(last, self._presence[agent_id], self._now(), hours)
        if heard is not None and heard != last:
            self._last[agent_id] = heard
            self.wanted.set()
            self._changed(agent_id)
