"""Everyone who is followed: facts in, `AgentStateChanged` out, once a state, settled where that is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from atdesk_genesys.facts import Fact, PresenceFact
from atdesk_genesys.picture import Picture, allows_less, revision_of, silent
from atdesk_genesys.presence import Catalogue
from atdesk_genesys.protocol import Told
from atdesk_sdk.events import AccountRef, AgentState, AgentStateChanged

#: A state that keeps changing is told after so many times the debounce at the latest.
_PATIENCE = 3


@dataclass(slots=True)
class _Entry:
    """One followed account."""

    account: AccountRef
    picture: Picture = field(default_factory=Picture)
    told: AgentState | None = None
    timer: asyncio.TimerHandle | None = None
    unsettled_since: float | None = None

    def settle(self) -> None:
        """Forget the wait."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = self.unsettled_since = None


class Roster:
    """The followed accounts of one organisation.

    One act of an agent comes as several events, 10 to 50 ms apart, with mixed states in between. So a state
    that allows more looks than the one before has to stand for a moment; one that allows less is told now.

    Args:
        emit: Where states go.
        now: Engine's clock, seconds since the epoch.
        debounce_s: How long a state has to stand.
    """

    def __init__(
        self, emit: Callable[[AgentStateChanged], None], now: Callable[[], float], debounce_s: float
    ) -> None:
        self._emit = emit
        self._now = now
        self._debounce_s = debounce_s
        self._entries: dict[str, _Entry] = {}
        self._echoes: dict[tuple[str, str], asyncio.Event] = {}
        self.catalogue = Catalogue({}, frozenset(), None, None, "the definitions were not read yet")

    @property
    def users(self) -> frozenset[str]:
        """Ids of everyone followed."""
        return frozenset(self._entries)

    @property
    def doubtful(self) -> list[str]:
        """Who has to be read again."""
        return [user for user, entry in self._entries.items() if entry.picture.read_again]

    def follow(self, accounts: Collection[AccountRef]) -> None:
        """Follow exactly these; whoever was followed before keeps what is known."""
        wanted = {account.external_id: account for account in accounts}
        for user in self.users - set(wanted):
            self._entries.pop(user).settle()
        for user, account in wanted.items():
            self._entries.setdefault(user, _Entry(account))

    def close(self) -> None:
        """Say nothing more."""
        self.follow(())

    def picture(self, user: str) -> Picture:
        """What is known of someone; of a stranger, nothing."""
        entry = self._entries.get(user)
        return Picture() if entry is None else entry.picture

    def hear(self, told: Told) -> None:
        """Take in an event. One about a stranger is nobody's."""
        entry = self._entries.get(told.user)
        if entry is None:
            return
        for fact in told.facts:
            entry.picture.hear(fact, self._now())
            if isinstance(fact, PresenceFact):
                self._hear_echo(told.user, fact)
        self._consider(told.user, entry, "event", settled=False)

    def read(self, user: str, facts: tuple[Fact, ...], began_at: float) -> None:
        """Take in what a snapshot, a read or the answer to a write says; it is told at once."""
        entry = self._entries.get(user)
        if entry is not None:
            entry.picture.read(facts, began_at)
            self._consider(user, entry, "snapshot", settled=True)

    def set_unheard(self, topics: Mapping[str, frozenset[str]]) -> None:
        """Note for each user what the platform will not tell."""
        for user, lasts in topics.items():
            self.picture(user).unheard = lasts

    def tell_all(self) -> None:
        """Look at everybody again: the definitions may mean something else now."""
        for user, entry in self._entries.items():
            self._consider(user, entry, "snapshot", settled=True)

    async def echo(self, user: str, fact: PresenceFact, longest_s: float) -> bool:
        """Wait until the socket has told of this presence too, and so of everything before it."""
        revision = revision_of(fact)
        if any(revision_of(heard) == revision for heard in self.picture(user).recent):
            return True
        heard = self._echoes.setdefault((user, revision), asyncio.Event())
        try:
            async with asyncio.timeout(longest_s):
                await heard.wait()
        except TimeoutError:
            return False
        finally:
            self._echoes.pop((user, revision), None)
        return True

    def _hear_echo(self, user: str, fact: PresenceFact) -> None:
        heard = self._echoes.get((user, revision_of(fact)))
        if heard is not None:
            heard.set()

    def _consider(self, user: str, entry: _Entry, source: str, *, settled: bool) -> None:
        state = entry.picture.state(entry.account, self.catalogue, source)
        if state is None or silent(state, entry.told):
            entry.settle()
        elif settled or entry.told is None or self._debounce_s == 0 or allows_less(state, entry.told):
            self._tell(entry, state)
        else:
            self._wait(user, entry)

    def _wait(self, user: str, entry: _Entry) -> None:
        loop = asyncio.get_running_loop()
        if entry.unsettled_since is None:
            entry.unsettled_since = loop.time()
        latest = entry.unsettled_since + _PATIENCE * self._debounce_s
        if entry.timer is not None:
            entry.timer.cancel()
        due = min(latest, loop.time() + self._debounce_s)
        entry.timer = loop.call_at(due, lambda: self._consider(user, entry, "event", settled=True))

    def _tell(self, entry: _Entry, state: AgentState) -> None:
        entry.settle()
        entry.told = state
        occurred_at = (entry.picture.occurred_ms or entry.picture.since_ms) / 1000
        self._emit(AgentStateChanged(state, occurred_at, self._now()))
