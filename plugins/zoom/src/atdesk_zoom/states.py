"""The states of a Zoom account's agents: told by events, read on doubt and every so often, written."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from atdesk_sdk import (
    AccountGone,
    AccountRef,
    AdapterError,
    AdapterEvent,
    AgentState,
    AgentStateChanged,
    CredentialsBad,
    GiveUp,
    HealthStatus,
    Presence,
    StateChange,
    StateReceipt,
    TryLater,
)
from atdesk_sdk.condition import Condition
from atdesk_sdk.tasks import Tasks, came
from atdesk_zoom import presence
from atdesk_zoom.axes import Axis, PresenceAxis, StatusAxis
from atdesk_zoom.client import ZoomClient
from atdesk_zoom.config import AgentStates, ZoomConfig
from atdesk_zoom.errors import NoSuchUser
from atdesk_zoom.followed import Followed
from atdesk_zoom.journal import Journal, Kept
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
#: Name of that somebody's state is not given, and how many ids are named then.
_ASIDE, _NAMED = "aside", 3
#: Somebody of whom Zoom will say nothing is asked for again after so long, seconds.
_ASIDE_S = 600.0
#: So many refused one after the other are each a matter of their own; beyond, something else is wrong.
_MOST_REFUSED = 8
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
        self._writer = SafeWriter(self, self._journal, around.now, around.counts)
        self._clock, self._failing_since = clock, math.inf
        self._blind, self._unread = False, set[str]()
        self._refusals, self._stumbled = 0, ""
        self._doubt, self._overdue = asyncio.Event(), asyncio.Event()
        self._tasks = Tasks(config.name, around.condition, around.now)

    async def start(self) -> None:
        """Read what holds for the whole account, and begin to follow.

        Raises:
            AdapterError: Zoom cannot be asked.
        """
        await asyncio.to_thread(self._journal.load)
        await self.axis.refresh()
        self._say_how()
        doubts, every = "the reading of states in doubt", "the reading of every state"
        self._tasks.repeat(self._settle_doubts, doubts, hears=True, anew=self._lost_touch)
        self._tasks.repeat(self._reconcile, every, hears=True, anew=self._overdue.set)

    async def aclose(self) -> None:
        """Stop; nothing is told afterwards."""
        self._followed.follow(())
        await self._tasks.aclose()

    # ---- in ----------------------------------------------------------------------------------------------

    def follow(self, accounts: Collection[AccountRef]) -> None:
        """Follow exactly these accounts; those that are new are read one after the other."""
        self._followed.follow(accounts)
        self._say_aside()
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
        picture = self._followed.read(user, shown, beside, began_at)
        self._say_aside()
        return picture

    def _tell(self, event: AdapterEvent) -> None:
        """An Away of ours that is over is not waited for after a restart."""
        if isinstance(event, AgentStateChanged):
            user = event.state.account.external_id
            if not self._journal.names(user, self._followed.picture(user).revision):
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
            await self._keep(user, picture.revision)
        else:
            self._journal.forget(user)
        self._followed.tell(user)

    async def _keep(self, user: str, revision: str) -> None:
        """It was kept before it went out; an event in between may have told of another change."""
        if self._journal.names(user, revision):
            return
        kept = Kept(self.axis.target(Presence.AWAY), revision, self._journal.get(user).sent_at)
        try:
            await self._journal.keep(user, kept)
        except TryLater as problem:
            log.warning("%s", problem)

    # ---- own tasks ---------------------------------------------------------------------------------------

    async def _settle_doubts(self) -> None:
        """Read whoever is new or in doubt, one after the other."""
        await self._doubt.wait()
        self._doubt.clear()
        while (user := self._followed.next_doubtful()) is not None:
            await self._try_read(user)

    async def _reconcile(self) -> None:
        """Read everybody again every so often, since events get lost, and at once after this has failed."""
        await came(self._overdue, self._config.reconcile_s)
        self._overdue.clear()
        try:
            await self.axis.refresh()
        except AdapterError as problem:
            self._failed(problem)
            return
        for user in self._followed.users:
            if not self._followed.is_aside(user):
                await self._try_read(user)

    async def _try_read(self, user: str) -> None:
        try:
            await self._read(user, urgent=False)
        except NoSuchUser:
            await self._tell_if_gone(user)
        except GiveUp as problem:
            await self._refused(user, problem)
        except AdapterError as problem:
            await asyncio.sleep(self._failed(problem))
        except Exception:  # said by `Tasks`; the same one must not end it again and again
            if self._stumbled == user:
                self._set_aside(user)
            self._stumbled = user
            raise
        else:
            self._heard(user)

    def _lost_touch(self) -> None:
        """Nobody read for a while: everybody is read again before it is said that all are heard."""
        self._blind = False
        self._read_all_again()
        if self._unread:
            message = "agents' states are read again"
            self._around.condition.trouble(_STATES, HealthStatus.DEGRADED, message, in_touch=False)

    def _read_all_again(self, but: str = "") -> None:
        """Not who is set aside: they are unknown, whatever was missed."""
        self._unread = {one for one in self._followed.users if not self._followed.is_aside(one)} - {but}
        for one in self._unread:
            self._followed.doubt(one)
        self._doubt.set()

    def _heard(self, user: str) -> None:
        """After an outage everybody is read again before it is said to be over."""
        self._failing_since, self._refusals = math.inf, 0
        if self._blind:
            self._blind = False
            self._read_all_again(but=user)
        self._done_with(user)

    def _done_with(self, user: str) -> None:
        """Nobody waits for this one any more."""
        self._unread = (self._unread - {user}) & set(self._followed.users)
        if not self._unread and not self._blind and self._failing_since == math.inf:
            self._say_how()

    async def _tell_if_gone(self, user: str) -> None:
        """Whoever the account itself says that it has no more, has left; once for each user."""
        try:
            has_left = await self._calls.has_left(user)
        except AdapterError as problem:
            await asyncio.sleep(self._failed(problem))
            return
        news = self._followed.gone(user)
        self._set_aside(user)
        if news and has_left:
            now = self._around.now()
            self._around.emit(AccountGone(AccountRef("zoom", self._config.tenant, user), now, now))
        elif news:
            log.warning("Zoom gives no state of the user %s: see that they have the licence for it", user)

    async def _refused(self, user: str, problem: GiveUp) -> None:
        """Zoom will not have this one: nobody else waits for it. Many in a row are no matter of one."""
        self._refusals += 1
        log.warning("Zoom gives no state of the user %s: %s", user, problem)
        self._set_aside(user)
        if self._refusals > _MOST_REFUSED:
            self._blind = True
            await asyncio.sleep(self._failed(problem))

    def _set_aside(self, user: str) -> None:
        self._followed.set_aside(user, self._around.now() + _ASIDE_S)
        self._say_aside()
        self._done_with(user)

    def _say_aside(self) -> None:
        aside = sorted(self._followed.aside)
        if not aside:
            self._around.condition.over(_ASIDE)
            return
        some = ", ".join(aside[:_NAMED]) + (", ..." if len(aside) > _NAMED else "")
        message = (
            f"Zoom gives no state of {len(aside)} of the followed users ({some}): they are not looked at; "
            "see that they have the licence for it, and take whoever has left out of the directory"
        )
        self._around.condition.trouble(_ASIDE, HealthStatus.DEGRADED, message)

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
