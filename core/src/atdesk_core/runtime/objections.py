"""What agents say against a notice before a lead can see anything: kept until it is known what comes of it.

If a flag comes of it after all, it is disputed at once, with these words; if nothing does, they go.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.reviewing import LONGEST_TEXT, Asked, RequestKind, flags_of
from atdesk_core.runtime.errands import Spawn
from atdesk_core.runtime.reviews import DONE, FAILED, Reviews
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.session import NoticeDisputed, Record, RecordKind
from atdesk_core.session.flags import RULES
from atdesk_core.session.parts import Episode
from atdesk_core.store import Store
from atdesk_core.store.apply import upsert_values
from atdesk_core.store.own_page_tables import notice_words
from atdesk_sdk import FindingKind

log = logging.getLogger(__name__)

OVER: Final = "over"
"""There is nothing to say anything against any more."""

_Place = tuple[str, FindingKind]


@dataclass(frozen=True, slots=True)
class _Words:
    """What was said. `text` is in no representation and in no log."""

    notice_id: str
    at: float
    text: str | None = field(default=None, repr=False)


class Objections:
    """Takes the word of agents against what is being decided about them.

    Args:
        store: Keeps the words.
        room: The sessions.
        reviews: Takes disputes.
        now: Engine's clock.
        spawn: Runs a short task of the service's own.
    """

    def __init__(
        self,
        store: Store,
        room: SessionRoom,
        reviews: Reviews,
        now: Callable[[], float],
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._room = room
        self._reviews = reviews
        self._now = now
        self._spawn = spawn
        self._words: dict[_Place, _Words] = {}

    async def start(self) -> None:
        """Take up what was said before a restart: what became of it meanwhile is done now."""
        async with self._store.reading() as connection:
            for row in await connection.execute(select(notice_words)):
                words = _Words(row.notice_id, row.at, row.text)
                self._words[row.agent_id, FindingKind(row.finding)] = words
        await self._room.flushed()
        for place, words in tuple(self._words.items()):
            number = await self._came_of(place, words)
            if number is not None:
                self._spawn(self._raised(place, number))
            else:
                self._settle(place)

    async def object_to(self, agent_id: str, notice_id: str, text: str | None) -> str:
        """The agent says that this notice is wrong.

        Returns:
            `DONE`, `OVER`, or why a dispute of the flag that stands already is refused.
        """
        episode = self._episode(agent_id, notice_id)
        if episode is None:
            return OVER
        flag = self._room.session(agent_id).open_flag(RULES[episode.kind])
        if flag is not None:
            return await self._dispute(agent_id, flag.number, text)
        place, words = (agent_id, episode.kind), _Words(notice_id, self._now(), _bounded(text))
        self._words[place] = words
        try:
            await self._keep(place, words)
        except Exception:
            self._drop(place, words)
            raise
        self._room.send(agent_id, NoticeDisputed(notice_id, self._now()))
        self._settle(place)  # it may have come to its end while this was written
        return DONE

    def heard_in_chat(self, agent_id: str, notice_id: str) -> None:
        """The same, said with a button in a chat: without words, and nobody waits for what comes of it."""
        self._spawn(self._object_in_chat(agent_id, notice_id))

    async def _object_in_chat(self, agent_id: str, notice_id: str) -> None:
        outcome = await self.object_to(agent_id, notice_id, None)
        if outcome != DONE:
            log.info("a notice that its agent called wrong changed nothing: %s", outcome)

    def heard(self, agent_id: str, record: Record) -> None:
        """A row of the decision log: whether it says what became of what somebody objected to."""
        if not self._words or record.kind not in (RecordKind.FLAG, RecordKind.EPISODE):
            return
        what, finding = record.data.get("what"), record.data.get("finding")
        for place in [one for one in self._words if one[0] == agent_id]:
            if what == "raised" and finding == place[1]:
                self._spawn(self._raised(place, str(record.data.get("number"))))
            elif what == "dropped" or (what == "ended" and finding == place[1]):
                self._spawn(self._ended(place))

    def _episode(self, agent_id: str, notice_id: str) -> Episode | None:
        episodes = self._room.session(agent_id).episodes
        return next((one for one in episodes if one.notice_id == notice_id and not one.shadow), None)

    def _settle(self, place: _Place) -> None:
        agent_id, finding = place
        session = self._room.session(agent_id)
        flag = session.open_flag(RULES[finding])
        if flag is not None:
            self._spawn(self._raised(place, flag.number))
        elif session.live_episode(finding) is None:
            self._spawn(self._ended(place))

    async def _came_of(self, place: _Place, words: _Words) -> str | None:
        """The flag that was raised after these words. It may be over by now, and is disputed all the same."""
        flags = await flags_of(self._store, place[0], words.at)
        return next((one.number for one in reversed(flags) if one.finding == place[1]), None)

    def _drop(self, place: _Place, words: _Words) -> None:
        if self._words.get(place) is words:
            del self._words[place]

    async def _raised(self, place: _Place, number: str) -> None:
        words = self._words.pop(place, None)
        if words is None:
            return
        outcome = await self._dispute(place[0], number, words.text)
        if outcome != DONE:
            log.warning("flag %s could not be disputed: %s", number, outcome)
        if outcome != FAILED:  # what a fault stood in the way of is done after the next start
            await self._forget(place)

    async def _ended(self, place: _Place) -> None:
        """Over, unless a flag waits for the end of a call, or one was raised in the same step."""
        owed = self._room.session(place[0]).owed
        if owed is not None and owed.finding is place[1]:
            return
        flag = self._room.session(place[0]).open_flag(RULES[place[1]])
        if flag is not None:
            await self._raised(place, flag.number)
        elif self._words.pop(place, None) is not None:
            await self._forget(place)

    async def _dispute(self, agent_id: str, number: str, text: str | None) -> str:
        by = self._room.facts(agent_id).agent_ref
        request = Asked(RequestKind.DISPUTE, by, self._now(), agent_id, number, text=text)
        return await self._reviews.take(request)

    async def _keep(self, place: _Place, words: _Words) -> None:
        row = {
            "agent_id": place[0],
            "finding": place[1].value,
            "notice_id": words.notice_id,
            "at": words.at,
            "text": words.text,
        }

        async def job(connection: AsyncConnection) -> None:
            await upsert_values(connection, notice_words, [row])

        await self._store.run(job)

    async def _forget(self, place: _Place) -> None:
        mine = (notice_words.c.agent_id == place[0]) & (notice_words.c.finding == place[1].value)

        async def job(connection: AsyncConnection) -> None:
            await connection.execute(delete(notice_words).where(mine))

        await self._store.run(job)


def _bounded(text: str | None) -> str | None:
    return (text or "").strip()[:LONGEST_TEXT] or None
