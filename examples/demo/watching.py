"""Shows what the platforms hold: the agent's state, the agent's messages, what the lead sees."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

from examples.demo.consoles.console import Card, Message, State
from examples.demo.stage import Stage

_EVERY_S: Final = 0.1
_CHECK: Final = "Check"
_OTHERS: Final = ("different person", "Somebody else in the seat")


class Watch:
    """Looks at the console again and again, and publishes what is new.

    Args:
        stage: Everything that runs.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._state: State | None = None
        self._told = 0
        self._grouped = 0
        self._cards: dict[str, int] = {}
        self._posted: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_EVERY_S)

    def look(self) -> None:
        """Publish what is new since the last time."""
        console = self._stage.console
        self._see_state(console.state())
        self._told = self._see_messages("agent", console.told_agent(), self._told)
        self._see_cards(console.cards())
        self._grouped = self._see_messages("lead", console.group(), self._grouped)

    def _see_state(self, state: State) -> None:
        before = self._state
        if before is not None and (before.label, before.presence) == (state.label, state.presence):
            return
        by = "set by atdesk" if before is not None and state.writes > before.writes else "chosen by the agent"
        self._state = state
        where = self._stage.console.words.state
        self._publish("state", where=where, label=state.label, presence=state.presence, by=by)

    def _see_messages(self, topic: str, messages: Sequence[Message], known: int) -> int:
        for message in messages[known:]:
            self._publish(topic, where=message.where, text=message.text)
        return len(messages)

    def _see_cards(self, cards: Sequence[Card]) -> None:
        for card in cards:
            known = self._cards.get(card.id)
            if known != card.version:
                self._cards[card.id] = card.version
                self._publish_card(card, changed=known is not None)

    def _publish_card(self, card: Card, *, changed: bool) -> None:
        posted_s = self._posted.setdefault(card.id, self._now())
        check = dict(card.fields).get(_CHECK, "")
        self._stage.feed.publish(
            "card",
            id=card.id,
            where=self._stage.console.words.cards,
            at_s=posted_s,
            changed_s=self._now() if changed else None,
            tone="quiet" if "Back since" in dict(card.fields) else "other" if check in _OTHERS else "",
            head=card.head,
            fields=list(card.fields),
            buttons=[one["text"] for one in card.presses],
            presses=[dict(one) for one in card.presses],
            link=card.link,
        )

    def _publish(self, topic: str, **data: object) -> None:
        self._stage.feed.publish(topic, at_s=self._now(), **data)

    def _now(self) -> float:
        return round(self._stage.clock(), 1)


@contextlib.asynccontextmanager
async def watched(stage: Stage) -> AsyncIterator[None]:
    """The platforms are watched until the block is left."""
    watch = Watch(stage)
    task = asyncio.create_task(watch.run(), name="demo-watch")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        watch.look()
