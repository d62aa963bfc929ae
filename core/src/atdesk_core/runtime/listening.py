"""What is done with what adapters emit, and what they are told to follow."""

import logging
from collections.abc import Callable, Iterable
from typing import Final

from atdesk_core.identity import LinkHow, propose_link
from atdesk_core.runtime.errands import Spawn
from atdesk_core.runtime.news import News
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.rounds import Rounds
from atdesk_core.runtime.router import Router
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.store import Store
from atdesk_sdk import (
    AccountRef,
    Adapter,
    AdapterEvent,
    AgentStateChanged,
    HealthReport,
    StateSource,
    VideoClosed,
)

log = logging.getLogger(__name__)

AGAIN_S: Final = 30.0
"""After so long an adapter that could not follow its accounts is told of them again."""


class Listening:
    """Takes the events of the adapters.

    Args:
        world: The directory.
        router: To the sessions.
        rounds: Told of who is there.
        plugins: Told of states and of health.
        news: Tells the sessions that a platform is out of touch, or back.
        spawn: Runs a short task of the service's own.
    """

    def __init__(
        self,
        world: LiveWorld,
        router: Router,
        rounds: Rounds,
        plugins: PluginCaller,
        news: News,
        spawn: Spawn,
    ) -> None:
        self._world = world
        self._router = router
        self._rounds = rounds
        self._plugins = plugins
        self._news = news
        self._spawn = spawn
        self._stopping = False

    def stop(self) -> None:
        """The service is about to stop, and every video with it: from now on that is no news of anybody.

        Else each stop would end open absences, with a word to agent and lead, as if a camera had gone.
        """
        self._stopping = True

    def take(self, event: AdapterEvent) -> None:
        """To the sessions first, then to the plugins."""
        if self._stopping and isinstance(event, VideoClosed):
            return
        self._rounds.hear(event)
        self._router.take(event)
        if isinstance(event, AgentStateChanged) and self._world.directory.agent_of(event.state.account):
            self._spawn(self._plugins.tell("atdesk_agent_state_changed", event=event))

    def health_changed(self, report: HealthReport) -> None:
        """An adapter went up or down. What it said of its accounts counts no more, or again: at once."""
        if self._world.hear_health(report):
            self._news.tell()
        self._spawn(self._plugins.tell("atdesk_health_changed", report=report))


class Following:
    """Tells the sources of states whose accounts they are to follow.

    Args:
        adapters: All of them.
        world: The directory.
        spawn: Runs a short task of the service's own.
        now: Engine's clock.
    """

    def __init__(
        self, adapters: Iterable[Adapter], world: LiveWorld, spawn: Spawn, now: Callable[[], float]
    ) -> None:
        self._adapters = tuple(adapters)
        self._world = world
        self._spawn = spawn
        self._now = now
        self._again_at: dict[str, float] = {}

    def begin(self, adapter: Adapter) -> None:
        """An adapter is up."""
        if isinstance(adapter, StateSource):
            self._spawn(self._follow(adapter))

    def again(self) -> None:
        """The directory has changed."""
        for adapter in self._adapters:
            self.begin(adapter)

    async def try_again(self) -> None:
        """Tell those again who could not follow: nothing else would until the directory changes."""
        now = self._now()
        for adapter in self._adapters:
            if self._again_at.get(adapter.name, now + 1.0) <= now:
                self._again_at[adapter.name] = now + AGAIN_S
                self.begin(adapter)

    async def _follow(self, adapter: Adapter) -> None:
        assert isinstance(adapter, StateSource)  # noqa: S101  (narrowed by the caller)
        accounts = [
            account
            for agent_id in self._world.directory.people
            for account in self._world.directory.accounts_of(agent_id, adapter.platform)
            if account.tenant == adapter.tenant
        ]
        try:
            await adapter.follow(accounts)
        except Exception as error:
            level = logging.INFO if adapter.name in self._again_at else logging.WARNING
            log.log(level, "%s does not follow its accounts yet: %s", adapter.name, error)
            self._again_at[adapter.name] = self._now() + AGAIN_S
        else:
            self._again_at.pop(adapter.name, None)


class Proposing:
    """Notes that an account may be a person's, for a human to confirm.

    Args:
        store: Where it is noted.
        spawn: Runs a short task of the service's own.
    """

    def __init__(self, store: Store, spawn: Spawn) -> None:
        self._store = store
        self._spawn = spawn

    def propose(self, agent_id: str, account: AccountRef) -> None:
        """An address that the platform verified is the person's."""
        self._spawn(self._propose(agent_id, account))

    async def _propose(self, agent_id: str, account: AccountRef) -> None:
        if await propose_link(self._store, agent_id, account, LinkHow.VERIFIED_EMAIL):
            log.info(
                "%s may be agent %s's, by its verified address: atdesk agents link",
                account.platform,
                agent_id,
            )
