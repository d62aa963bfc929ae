"""The states of a Zoom account's agents: told by events, read on doubt and every so often, written."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Any

from atdesk_sdk import (
    AccountGone,
    AccountRef,
    AdapterError,
    AdapterEvent,
    AgentState,
    AgentStateChanged,
    CredentialsBad,
    HealthStatus,
    Presence,
    StateChange,
    StateReceipt,
    TryLater,
)
from atdesk_sdk.condition import Condition
from atdesk_zoom import presence
from atdesk_zoom.axes import Axis, PresenceAxis, StatusAxis
from atdesk_zoom.client import ZoomClient
from atdesk_zoom.config import AgentStates, ZoomConfig
from atdesk_zoom.errors import NoSuchUser
from atdesk_zoom.followed import Followed
from atdesk_zoom.journal import Journal
from atdesk_zoom.pace import Pace
from atdesk_zoom.picture import Picture
from atdesk_zoom.state_calls import StateCalls
from atdesk_zoom.state_events import CameOrWent, PresenceTold, StateNews
from atdesk_zoom.writing import SafeWriter

log = logging.getLogger(__name__)

#: After a failed read the next one waits so long, unless Zoom says how long.
_PAUSE_S, _REFUSED_S = 5.0, 60.0
#: Reads that fail for so long mean that Zoom is not heard, seconds.
_BLIND_AFTER_S = 30.0
#: Name of what is wrong with reading or writing them.
_STATES = "states"
_PRESENCE_SCOPES = ("user:read:presence_status:admin", "user:update:presence_status:admin")
_AGENT_SCOPES = ("contact_center:read:user:admin", "contact_center:update:user:admin")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the states need of the adapter.

    Attributes:
        emit: Where events go.
        condition: Told how the states are, and whether they can be heard, and read where there is a doubt.
        now: Engine's clock, seconds since the epoch.
        counts: For the metrics.
    """

    emit: Callable[[AdapterEvent], None]
    condition: Condition
    now: Callable[[], float]
    counts: Counter[str]


class States:
    """The agents' states of one account.

    Args:
        config: The table.
        client: Signed in.
        around: See `Surroundings`.
    """

    def __init__(self, config: ZoomConfig, client: ZoomClient, around: Surroundings) -> None:
        self._config, self._client, self._around = config, client, around
        clock = asyncio.get_running_loop().time
        self._pace = Pace(config.requests_per_s, clock)
        self._calls = StateCalls(client, self._pace)
        in_center = config.agent_state is AgentStates.CONTACT_CENTER
        self._center = StatusAxis(self._calls, config) if in_center else None
        self.axis: Axis = self._center or PresenceAxis(self._calls, config)
        self._journal = Journal(config.state_dir / f"{config.name}.json")
        self._followed = Followed(self._tell, around.now, self._journal.known)
        self._writer = SafeWriter(self, around.now, clock, around.counts)
        self._clock, self._failing_since = clock, math.inf
        self._blind, self._unread = False, set[str]()
        self._doubt = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read what holds for the whole account, and begin to follow.

        Raises:
            AdapterError: Zoom cannot be asked.
        """
        await asyncio.to_thread(self._journal.load)
        await self.axis.refresh()
        self._say_how()
        self._own(self._settle_doubts())
        self._own(self._reconcile())

    async def aclose(self) -> None:
        """Stop; nothing is told afterwards."""
        self._followed.follow(())
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    # ---- in ----------------------------------------------------------------------------------------------

    def follow(self, accounts: Collection[AccountRef]) -> None:
        """Follow exactly these accounts; those that are new are read one after the other."""
        self._followed.follow(accounts)
        self._doubt.set()

    async def read(self, account: AccountRef) -> AgentState:
        """The state now, from Zoom itself."""
        state = (await self.look(account.external_id)).state(account, "read")
        if state is None:
            raise TryLater("read a state: Zoom gave none")
        return state

    def hear(self, news: StateNews) -> None:
        """An event. Status tells of one axis, presence of the other."""
        user = news.person_id
        if isinstance(news, CameOrWent):
            self._followed.doubt(user)
        elif isinstance(news, PresenceTold):
            shown = presence.shown(news.text)
            if shown.presence is Presence.UNKNOWN:
                self._around.counts["presence_unknown"] += 1
            if self._center is None:
                self._followed.hear(user, shown, news.at_s)
            else:
                self._followed.hear_beside(user, shown, news.at_s)
        elif self._center is not None:
            self._followed.hear(user, self._center.catalogue.shown(news.status), news.at_s)
        self._doubt.set()

    async def look(self, user: str) -> Picture:
        """Read one person from Zoom, before everything else that is asked of it."""
        return await self._read(user, urgent=True)

    async def _read(self, user: str, *, urgent: bool) -> Picture:
        began_at = self._around.now()
        shown, beside = await self.axis.read(user, urgent=urgent)
        return self._followed.read(user, shown, beside, began_at)

    def _tell(self, event: AdapterEvent) -> None:
        """An Away of ours that is over is not waited for after a restart."""
        if isinstance(event, AgentStateChanged):
            user = event.state.account.external_id
            if not self._journal.names(user, event.state.revision):
                self._journal.forget(user)
        self._around.emit(event)

    # ---- out ---------------------------------------------------------------------------------------------

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """See `atdesk_sdk.StateWriter`."""
        return await self._writer.write(change, still_wanted)

    def new_revision(self, to: Presence) -> str:
        """A name for a change of ours."""
        return self._followed.new_revision(self.axis.target(to))

    async def made(self, user: str, picture: Picture, to: Presence) -> None:
        """A change of ours stands."""
        if to is Presence.AWAY:
            await self._journal.keep(user, self.axis.target(to), picture.revision)
        else:
            self._journal.forget(user)
        self._followed.tell(user)

    # ---- own tasks ---------------------------------------------------------------------------------------

    async def _settle_doubts(self) -> None:
        """Read whoever is new or in doubt, one after the other."""
        while True:
            await self._doubt.wait()
            self._doubt.clear()
            while (user := self._followed.next_doubtful()) is not None:
                await self._try_read(user)

    async def _reconcile(self) -> None:
        """Read everybody again every so often: events get lost."""
        while True:
            await asyncio.sleep(self._config.reconcile_s)
            try:
                await self.axis.refresh()
            except AdapterError as problem:
                self._failed(problem)
                continue
            for user in self._followed.users:
                await self._try_read(user)

    async def _try_read(self, user: str) -> None:
        try:
            await self._read(user, urgent=False)
        except NoSuchUser:
            self._unread.discard(user)
            await self._tell_if_gone(user)
        except AdapterError as problem:
            await asyncio.sleep(self._failed(problem))
        else:
            self._heard(user)

    def _heard(self, user: str) -> None:
        """After an outage everybody is read again before it is said to be over."""
        self._failing_since = math.inf
        if self._blind:
            self._blind, self._unread = False, set(self._followed.users)
            for one in self._unread - {user}:
                self._followed.doubt(one)
            self._doubt.set()
        self._unread = (self._unread - {user}) & set(self._followed.users)
        if not self._unread:
            self._say_how()

    async def _tell_if_gone(self, user: str) -> None:
        """Whoever the account itself says that it has no more, has left; once for each user."""
        try:
            has_left = await self._calls.has_left(user)
        except AdapterError as problem:
            await asyncio.sleep(self._failed(problem))
            return
        news = self._followed.gone(user)
        if news and has_left:
            now = self._around.now()
            self._around.emit(AccountGone(AccountRef("zoom", self._config.tenant, user), now, now))
        elif news:
            log.warning("Zoom gives no state of the user %s: see that they have the licence for it", user)

    # ---- how it is ---------------------------------------------------------------------------------------

    def _failed(self, problem: AdapterError) -> float:
        """Say so. Returns how long to wait, seconds. Events come another way, so one failure says little."""
        refused = isinstance(problem, CredentialsBad)
        self._failing_since = min(self._failing_since, self._clock())
        self._blind |= refused or self._clock() - self._failing_since > _BLIND_AFTER_S
        in_touch = not self._blind and not self._unread
        status = HealthStatus.DOWN if refused else HealthStatus.DEGRADED
        self._around.condition.trouble(
            _STATES, status, f"agents' states cannot be read: {problem}", in_touch=in_touch
        )
        asked = problem.retry_after_s if isinstance(problem, TryLater) else None
        wait_s = asked or (_REFUSED_S if refused else _PAUSE_S)
        self._pace.hold(wait_s)
        return wait_s

    def _say_how(self) -> None:
        lacking = missing_scopes(self._client.scopes, self._config.agent_state)
        if lacking:
            message = (
                f"the server-to-server app lacks {', '.join(lacking)}: add it in the App Marketplace under "
                "Scopes, and activate the app again"
            )
            can_read = not any(":read:" in scope for scope in lacking)
            self._around.condition.trouble(_STATES, HealthStatus.DOWN, message, in_touch=can_read)
        elif self.axis.problem:
            message = f"no agent status is written: {self.axis.problem}"
            self._around.condition.trouble(_STATES, HealthStatus.DEGRADED, message)
        else:
            self._around.condition.over(_STATES)


def missing_scopes(granted: Collection[str], states: AgentStates) -> list[str]:
    """Which scopes the app lacks, by what Zoom named with its token; none where it named nothing.

    An app with one of the older, coarser scopes of the area (`user:write:admin`) is not doubted: Zoom itself
    refuses what it may not do.
    """
    if not granted:
        return []
    needed = [*_PRESENCE_SCOPES]
    if states is AgentStates.CONTACT_CENTER:
        needed = [_PRESENCE_SCOPES[0], *_AGENT_SCOPES]
    return [scope for scope in needed if not (scope in granted or _is_covered(scope, granted))]


def _is_covered(scope: str, granted: Collection[str]) -> bool:
    area = scope.split(":", 1)[0]
    return any(re.fullmatch(rf"{area}\w*:(read|write)(:admin|:master)?", one) for one in granted)
