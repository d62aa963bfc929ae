"""Everyone who is followed: readings in, `AgentStateChanged` out, once a state."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from atdesk_sdk.events import AccountRef, AgentState, AgentStateChanged
from atdesk_teams.picture import Own, Picture, unreadable
from atdesk_teams.presence import Shown, meaning

#: People who are read and not followed: what was read last is kept, so that its revision stays what it was.
_STRANGERS: Final = 10_000


@dataclass(slots=True)
class _Entry:
    """One person. `account` is None as long as nobody follows them."""

    account: AccountRef | None = None
    picture: Picture = field(default_factory=Picture)
    told: AgentState | None = None
    missed: int = 0


class Roster:
    """The people of one tenant, by folded id.

    Args:
        emit: Where states go.
        now: Engine's clock, seconds since the epoch.
        lost_after: See `TeamsConfig`.
        fell: Told of somebody whose Away of ours was replaced by something else.

    Attributes:
        counts: Readings that meant nothing or came late, by why.
        lost: Followed people whom Graph does not name any more.
    """

    def __init__(
        self,
        emit: Callable[[AgentStateChanged], None],
        now: Callable[[], float],
        lost_after: int,
        fell: Callable[[str, Shown], None],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.lost: set[str] = set()
        self._emit = emit
        self._now = now
        self._lost_after = lost_after
        self._fell = fell
        self._entries: dict[str, _Entry] = {}
        self._strangers: OrderedDict[str, _Entry] = OrderedDict()

    @property
    def users(self) -> list[str]:
        """Ids of everyone followed, as the directory spells them."""
        return [entry.account.external_id for entry in self._entries.values() if entry.account is not None]

    def follow(self, accounts: Collection[AccountRef]) -> None:
        """Follow exactly these; whoever was followed before keeps what is known."""
        wanted = {account.external_id.casefold(): account for account in accounts}
        for user in [*self._entries]:
            if user not in wanted:
                self._strangers[user] = self._entries.pop(user)
                self._strangers[user].account = self._strangers[user].told = None
                self.lost.discard(user)
        for user, account in wanted.items():
            entry = self._entries.setdefault(user, self._strangers.pop(user, _Entry()))
            entry.account = account
        self._forget_strangers()

    def picture(self, user: str) -> Picture:
        """What is known of someone, followed or not."""
        return self._entry(user).picture

    def own(self, user: str, own: Own | None) -> None:
        """Note that an Away of ours may stand, or stands no more."""
        entry = self._entry(user)
        if entry.picture.own != own:
            entry.picture.own = own
            self._tell(entry, "snapshot")

    def take(self, asked: Iterable[str], told: Iterable[tuple[str, Shown]], began_at: float) -> None:
        """Take in a bulk answer.

        Args:
            asked: Whom it was about.
            told: What it says.
            began_at: When it was asked for, engine's clock.
        """
        found: set[str] = set()
        for spelt, shown in told:
            user = spelt.casefold()
            entry = self._entries.get(user)
            found.add(user)
            if entry is not None:
                entry.missed = 0
                self._hear(user, entry, shown, began_at, "snapshot")
        for asked_for in asked:
            if asked_for.casefold() not in found:
                self._miss(asked_for.casefold())
        self.lost -= found

    def hear(self, user: str, shown: Shown, began_at: float) -> None:
        """Take in what a read of one person says."""
        folded = user.casefold()
        self._hear(folded, self._entry(folded), shown, began_at, "read")

    def lose(self, user: str) -> None:
        """Note that Graph itself says that it has no such user."""
        entry = self._entries.get(user.casefold())
        if entry is not None:
            entry.missed = self._lost_after
            self._miss(user.casefold())

    def _hear(self, user: str, entry: _Entry, shown: Shown, began_at: float, source: str) -> None:
        picture = entry.picture
        dropped = picture.dropped
        changed = picture.take(shown, began_at, self._now())
        self.counts["late"] += picture.dropped - dropped
        if not changed and entry.told is not None:
            return
        if not meaning(shown.availability, shown.activity).known:
            self.counts["new word"] += 1
        if picture.own is not None and picture.own.settled and not shown.is_away:
            self._fell(user, shown)
        self._tell(entry, source)

    def _tell(self, entry: _Entry, source: str) -> None:
        if entry.account is None:
            return
        state = entry.picture.state(entry.account, source)
        if state is None or (entry.told is not None and replace(state, source="") == entry.told):
            return
        entry.told = replace(state, source="")
        now = self._now()
        self._emit(AgentStateChanged(state, now, now))

    def _miss(self, user: str) -> None:
        """Somebody was left out of an answer: nothing at first, then unknown, and never away."""
        entry = self._entries.get(user)
        if entry is None or entry.account is None:
            return
        entry.missed += 1
        if entry.missed < self._lost_after:
            return
        self.lost.add(user)
        now = self._now()
        if entry.picture.lost(now) and entry.told is not None:
            entry.told = unreadable(entry.told, now)
            self._emit(AgentStateChanged(entry.told, now, now))

    def _entry(self, user: str) -> _Entry:
        folded = user.casefold()
        entry = self._entries.get(folded)
        if entry is None:
            entry = self._strangers.setdefault(folded, _Entry())
            self._strangers.move_to_end(folded)
            self._forget_strangers()
        return entry

    def _forget_strangers(self) -> None:
        while len(self._strangers) > _STRANGERS:
            self._strangers.popitem(last=False)
