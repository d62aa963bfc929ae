"""What is asked before a look is begun, a frame is opened, or a state is written."""

import logging

from atdesk_core.identity import asked_of
from atdesk_core.runtime.clock import EngineClock
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.profile import Profile
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import OpenLook, SetState, Wanted, frame_permission, wanted, write_wanted
from atdesk_sdk import StateChange

log = logging.getLogger(__name__)


class Asking:
    """Answers for the broker of looks and for the delivery; any doubt is a No.

    Args:
        room: The sessions.
        world: The facts.
        plugins: Whoever may object.
        clock: Engine's clock.
    """

    def __init__(
        self, room: SessionRoom, world: LiveWorld, plugins: PluginCaller, clock: EngineClock
    ) -> None:
        self._room = room
        self._world = world
        self._plugins = plugins
        self._clock = clock

    def profile(self, agent_id: str) -> Profile:
        """See `LiveWorld.profile`."""
        return self._world.profile(agent_id)

    def policy_version(self, agent_id: str) -> str:
        """See `LiveWorld.policy_version`."""
        return self._world.policy_version(agent_id)

    def asked(self, agent_id: str) -> tuple[str, ...]:
        """Names of those who are asked to answer a flag of this agent: the lead on shift, else the cover."""
        directory = self._world.directory
        ids = asked_of(directory, agent_id, self._world.on_shift)
        return tuple(directory.people[one].name for one in ids if one in directory.people)

    def write_wanted(self, agent_id: str, wish: SetState) -> bool:
        """Whether a state write is still wanted: none is after its time, or once the store has failed."""
        if self._room.failed.is_set() or self._clock.now() >= wish.not_after:
            return False
        return write_wanted(self._room.session(agent_id), wish.change_id)

    async def vetoes_write(self, change: StateChange) -> bool:
        """Whether a plugin objects to a state write."""
        return bool(await self._plugins.veto("atdesk_before_state_change", change=change))

    def permits(self, agent_id: str, look_id: str) -> bool:
        """May the next frame be opened? Anything that goes wrong while asking is a No."""
        try:
            session, facts = self._room.session(agent_id), self._world.facts(agent_id)
            return not (self._room.failed.is_set() or self._clock.behind) and (
                frame_permission(session, facts, look_id, self._clock.now()) == "allowed"
            )
        except Exception:
            log.exception("a permission could not be decided, so it is No")
            return False

    async def vetoes_look(self, agent_id: str, command: OpenLook) -> bool:
        """Whether a plugin objects to a look, or its row could not be written: then it is not opened."""
        await self._room.flushed()
        if self._room.failed.is_set():
            return True
        version = self._world.policy_version(agent_id)
        objections = await self._plugins.veto(
            "atdesk_may_look", agent_id=agent_id, reason=command.reason.value, policy_version=version
        )
        return bool(objections)

    def wanted(self, agent_id: str) -> Wanted:
        """See `atdesk_core.session.wanted`."""
        return wanted(self._room.session(agent_id), self._world.facts(agent_id))
