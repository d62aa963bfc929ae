"""Genesys Cloud with Zoom: the state and a group chat there; the meeting, the cards and the notices here."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from atdesk_genesys.simulator import Arrival, GenesysSimulator
from atdesk_zoom.simulator import Scripted, ZoomSimulator
from examples.demo.cards import fields_of, link_of, presses_of
from examples.demo.consoles.console import Card, Message, NotReady, State, Words
from examples.demo.consoles.genesys_config import tables
from examples.demo.received import Received, from_genesys, from_zoom
from examples.demo.setting import (
    AGENT,
    COLLEAGUE,
    LEAD,
    ORGANISATION,
    Member,
    genesys_people,
    zoom_people,
)

_MEETING = """
[stills]
enabled = true

[[meetings]]
id = "{meeting}"
purpose = "The team's standing room, in which cameras are on"
"""


class GenesysConsole:
    """See `Console`."""

    words = Words(
        played="Zoom and Genesys, played on this machine",
        state="Genesys",
        cards="Zoom Chat: team leads",
        group="Genesys: group chat",
        lead="in Genesys and in Zoom Chat",
        picture="Zoom",
    )
    flagged: tuple[str, ...] = ("zoom", "genesys")
    page_films = False

    def __init__(self) -> None:
        self._seat = 0

    async def open(self, stack: AsyncExitStack) -> None:
        """See `Console`."""
        self.zoom = await stack.enter_async_context(ZoomSimulator(people=zoom_people()))
        self.genesys = await stack.enter_async_context(GenesysSimulator(people=genesys_people()))
        self.genesys.world.set_presence(AGENT.genesys_id, "On Queue")

    def tenants(self) -> Mapping[str, set[str]]:
        """See `Console`."""
        return {"genesys": {ORGANISATION}, "zoom": {self.zoom.credentials.account_id}}

    def accounts(self, member: Member) -> Mapping[str, str]:
        """See `Console`."""
        return {
            "genesys": f"{ORGANISATION}:{member.genesys_id}",
            "zoom": f"{self.zoom.credentials.account_id}:{member.zoom_id}",
        }

    def policy(self) -> str:
        """See `Console`."""
        return _MEETING.format(meeting=self.zoom.room.meeting.number)

    def secrets(self) -> Mapping[str, str]:
        """See `Console`."""
        mine = self.zoom.credentials
        return {
            "genesys": self.genesys.client_secret,
            "webhook": self.genesys.webhook_url,
            "rtms": mine.client_secret,
            "events": mine.webhook_secret,
            "server": mine.s2s_client_secret,
            "chatbot": mine.chatbot_client_secret,
            "bot": mine.bot_secret,
        }

    def configure(self, folder: Path, origin: str) -> str:
        """See `Console`."""
        self.genesys.sign_in.client.redirects.add(f"{origin}/sign-in/genesys/callback")
        return tables(folder, self.genesys, self.zoom)

    async def connect(self, origin: str) -> None:
        """See `Console`."""
        ingress = f"{origin}/ingress/zoom"
        self.zoom.webhooks.url, self.zoom.bot.url = f"{ingress}/events", f"{ingress}/bot"
        if not await self.zoom.webhooks.validate():
            raise NotReady("the service did not answer Zoom's webhook challenge")

    async def meet(self, stack: AsyncExitStack, camera: object) -> None:
        """The team meets, cameras of the others off; the meeting's stream is announced to the service."""
        nothing = Scripted(lambda _at_s: b"")
        for colleague in (LEAD, COLLEAGUE):
            await self.zoom.room.join(colleague.name, nothing, person_id=colleague.zoom_id, camera_on=False)
        agent = await self.zoom.room.join(AGENT.name, camera, person_id=AGENT.zoom_id)
        self.zoom.room.start_stream(AGENT.zoom_id)
        self._seat = agent.user_id

    def play(self, camera: object) -> None:
        """See `Console`."""
        self.zoom.room.play(self._seat, camera)

    def pause(self) -> None:
        """See `Console`."""
        self.genesys.world.set_presence(AGENT.genesys_id, "Break")

    def received(self, began_at: float) -> tuple[Received, ...]:
        """See `Console`."""
        jids = {person.jid for person in self.zoom.people.values()}
        definitions = {one.id: one.system for one in self.genesys.world.definitions.values()}
        rows = [from_zoom(one, jids, began_at) for one in self.zoom.journal.find(where="rest", way="in")]
        rows += [from_genesys(arrival, definitions, began_at) for arrival in self.genesys.log.all()]
        return tuple(sorted((row for row in rows if row is not None), key=lambda row: row.at_s))

    def state(self) -> State:
        """See `Console`."""
        definition = self.genesys.world.agent(AGENT.genesys_id).definition
        writes = sum(_is_write(one) for one in self.genesys.log.all("/presences/"))
        return State(definition.label, definition.system, writes)

    def told_agent(self) -> Sequence[Message]:
        """See `Console`."""
        people = {one.jid: one.name for one in self.zoom.people.values()}
        sent = [one for one in tuple(self.zoom.chat.cards.values()) if one.to_jid in people]
        return [Message(f"Zoom chat, to {people[one.to_jid]}", _text(one.content)) for one in sent]

    def cards(self) -> Sequence[Card]:
        """See `Console`."""
        people = {one.jid for one in self.zoom.people.values()}
        return [
            _card(message_id, one.versions, one.content)
            for message_id, one in tuple(self.zoom.chat.cards.items())
            if one.to_jid not in people
        ]

    def group(self) -> Sequence[Message]:
        """See `Console`."""
        return [Message("Genesys group chat", one.text.replace("**", "")) for one in self.genesys.messages]

    async def press(self, card_id: str, value: str) -> None:
        """See `Console`."""
        self.zoom.chat.click(card_id, value, LEAD.zoom_id)


def _card(message_id: str, version: int, content: Mapping[str, object]) -> Card:
    head = content.get("head")
    text = str(head.get("text", "")) if isinstance(head, Mapping) else ""
    return Card(message_id, version, text, fields_of(content), presses_of(content), link_of(content))


def _text(content: Mapping[str, object]) -> str:
    body = content.get("body")
    return " ".join(block.get("text", "") for block in body) if isinstance(body, list) else ""


def _is_write(arrival: Arrival) -> bool:
    return arrival.what.startswith("PATCH") and arrival.status == 200
