"""Microsoft Teams alone: presence, cards in the leads' channel, a chat with the agent, the agent's tab."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import httpx2

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.card_rules import card_of
from atdesk_teams.simulator.conversations import Message as Posted
from examples.demo.consoles.console import Card, Message, State, Words
from examples.demo.consoles.tab import Camera, Tab, running
from examples.demo.consoles.teams_config import tables
from examples.demo.received import Received, from_teams
from examples.demo.setting import AGENT, LEAD, MEMBERS, Member
from examples.demo.teams_cards import facts_of, head_of, link_of, presses_of, text_of

_PAGE = """\
page = true

[stills]
enabled = true
"""


class TeamsConsole:
    """See `Console`."""

    words = Words(
        played="Microsoft Teams, played on this machine",
        state="Teams",
        cards="Teams: the leads' channel",
        group="",
        lead="in Teams",
        picture="the agent's tab in Teams",
        says={
            "present": "At the desk, Available; the agent's page is a tab in Teams.",
            "paused": 'Picks "Be right back" in Teams, and leaves the desk.',
        },
    )
    flagged: tuple[str, ...] = ("teams",)
    page_films = True

    async def open(self, stack: AsyncExitStack) -> None:
        """See `Console`."""
        people = [(one.entra_id, one.name) for one in MEMBERS]
        self.teams = await stack.enter_async_context(TeamsSimulator(people=people, leads=(LEAD.entra_id,)))
        talks = self.teams.bot.conversations
        talks.in_team = True  # an administrator added the app before the service was there
        talks.installed.update(one.entra_id for one in MEMBERS)

    def tenants(self) -> Mapping[str, set[str]]:
        """See `Console`."""
        return {"teams": {self.teams.tenant_id}}

    def accounts(self, member: Member) -> Mapping[str, str]:
        """See `Console`."""
        return {"teams": f"{self.teams.tenant_id}:{member.entra_id}"}

    def policy(self) -> str:
        """See `Console`."""
        return _PAGE

    def secrets(self) -> Mapping[str, str]:
        """See `Console`."""
        return {"teams": self.teams.client_secret}

    def configure(self, folder: Path, origin: str) -> str:
        """See `Console`."""
        self._origin = origin
        return tables(folder, self.teams)

    async def connect(self, origin: str) -> None:
        """The app is added to the leads' team, and everybody has it."""
        bot = self.teams.bot
        bot.delivery.url = f"{origin}/ingress/teams/messages"
        await bot.clicking.add_to_team(LEAD.entra_id)
        for one in MEMBERS:
            await bot.clicking.install(one.entra_id)

    async def meet(self, stack: AsyncExitStack, camera: object) -> None:
        """The agent opens the tab."""
        self._tab = Tab(self._origin, cast(Camera, camera), self._sign_in)
        await stack.enter_async_context(running(self._tab.run()))

    def play(self, camera: object) -> None:
        """See `Console`."""
        self._tab.play(cast(Camera, camera))

    def pause(self) -> None:
        """See `Console`."""
        self.teams.world.pick(AGENT.entra_id, "BeRightBack")

    def received(self, began_at: float) -> tuple[Received, ...]:
        """See `Console`."""
        chats = {self.teams.bot.conversations.chat(one.entra_id) for one in MEMBERS}
        entries = self.teams.journal.find(way="in")
        rows = (from_teams(entry, chats, began_at) for entry in entries if entry.at_ms / 1000 >= began_at)
        return tuple(sorted((row for row in rows if row is not None), key=lambda row: row.at_s))

    def state(self) -> State:
        """See `Console`."""
        pair = self.teams.world.shown(AGENT.entra_id)
        entries = self.teams.journal.find("graph", "UserPreferredPresence", "in")
        return State(pair.activity, pair.availability, len(entries))

    def told_agent(self) -> Sequence[Message]:
        """See `Console`."""
        chat = self.teams.bot.conversations.chat(AGENT.entra_id)
        return [Message(f"Teams chat, to {AGENT.name}", _text(one)) for one in self._posted(chat)]

    def cards(self) -> Sequence[Card]:
        """See `Console`."""
        channel = self.teams.bot.conversations.tenant.team.channels[-1].id
        posted = [one for one in self._posted(channel) if card_of(one.activity) is not None]
        return [_card(one, card_of(one.activity) or {}) for one in posted]

    def group(self) -> Sequence[Message]:
        """See `Console`."""
        return []

    async def press(self, card_id: str, value: str) -> None:
        """See `Console`."""
        verb, *chosen = value.split(" ")
        filled = {chosen[0]: chosen[1]} if len(chosen) > 1 else {}
        try:
            await self.teams.bot.clicking.press(card_id, verb, LEAD.entra_id, filled)
        except LookupError as error:
            raise KeyError(value) from error

    async def _sign_in(self, tab: str) -> str:
        """In a demo nobody proves who they are."""
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as client:
            headers = {"Origin": self._origin}
            answer = await client.post(f"{self._origin}/demo/sign-in", json={"tab": tab}, headers=headers)
        answer.raise_for_status()
        return str(answer.json()["token"])

    def _posted(self, conversation: str) -> list[Posted]:
        standing = tuple(self.teams.bot.conversations.messages.values())
        return [one for one in standing if one.conversation_id.split(";", 1)[0] == conversation]


def _card(posted: Posted, card: Mapping[str, Any]) -> Card:
    return Card(posted.id, posted.versions, head_of(card), facts_of(card), presses_of(card), link_of(card))


def _text(posted: Posted) -> str:
    card = card_of(posted.activity)
    return text_of(card) if card is not None else str(posted.activity.get("text", ""))
