"""Shows what the platforms hold: the agent's state, the agent's messages, what the lead sees."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from atdesk_genesys.simulator import Arrival
from atdesk_zoom.simulator import Person
from examples.demo.cards import buttons_of, fields_of, link_of, presses_of
from examples.demo.setting import AGENT
from examples.demo.stage import Stage

_EVERY_S: Final = 0.1
_CHECK: Final = "Check"


class Watch:
    """Looks at both simulators again and again, and publishes what is new.

    Args:
        stage: Everything that runs.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._state = ""
        self._written = 0
        self._texts = 0
        self._cards: dict[str, int] = {}
        self._posted: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_EVERY_S)

    def look(self) -> None:
        """Publish what is new since the last time."""
        self._see_state()
        self._see_messages()
        self._see_group_chat()

    def _see_state(self) -> None:
        genesys = self._stage.genesys
        definition = genesys.world.agent(AGENT.genesys_id).definition
        if definition.id == self._state:
            return
        self._state = definition.id
        writes = len([one for one in genesys.log.all("/presences/") if _is_write(one)])
        by = "set by atdesk" if writes > self._written else "chosen by the agent"
        self._written = writes
        self._publish("state", label=definition.label, presence=definition.system, by=by)

    def _see_messages(self) -> None:
        """Cards of the chatbot: one to the agent is a message, one to the leads a flag that may change."""
        people: Mapping[str, Person] = {one.jid: one for one in self._stage.zoom.people.values()}
        for message_id, card in tuple(self._stage.zoom.chat.cards.items()):
            known = self._cards.get(message_id)
            if known == card.versions:
                continue
            self._cards[message_id] = card.versions
            if card.to_jid in people:
                text = " ".join(block.get("text", "") for block in card.content.get("body", []))
                self._publish("agent", where=f"Zoom chat, to {people[card.to_jid].name}", text=text)
            else:
                self._publish_card(message_id, card.content, changed=known is not None)

    def _publish_card(self, message_id: str, content: Mapping[str, Any], *, changed: bool) -> None:
        fields = fields_of(content)
        posted_s = self._posted.setdefault(message_id, self._now())
        check = dict(fields).get(_CHECK, "")
        self._stage.feed.publish(
            "card",
            id=message_id,
            where="Zoom chat, team leads",
            at_s=posted_s,
            changed_s=self._now() if changed else None,
            tone="quiet" if "Back since" in dict(fields) else "other" if "different" in check else "",
            head=content.get("head", {}).get("text", ""),
            fields=fields,
            buttons=buttons_of(content),
            presses=presses_of(content),
            link=link_of(content),
        )

    def _see_group_chat(self) -> None:
        messages = self._stage.genesys.messages
        for message in messages[self._texts :]:
            self._publish("lead", where="Genesys group chat", text=message.text.replace("**", ""))
        self._texts = len(messages)

    def _publish(self, topic: str, **data: object) -> None:
        self._stage.feed.publish(topic, at_s=self._now(), **data)

    def _now(self) -> float:
        return round(self._stage.clock(), 1)


@contextlib.asynccontextmanager
async def watched(stage: Stage) -> AsyncIterator[None]:
    """Both platforms are watched until the block is left."""
    watch = Watch(stage)
    task = asyncio.create_task(watch.run(), name="demo-watch")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        watch.look()


def _is_write(arrival: Arrival) -> bool:
    return arrival.what.startswith("PATCH") and arrival.status == 200
