"""What an agent reads in the 1:1 chat, the buttons below it, and how a pressed one is read. Pure.

A button holds all that a click needs: what it does, which matter and notice it is about, and whose it is. So
it works after a restart, when nothing is remembered, and nobody else's click counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from microsoft_teams.cards.core import Action, AdaptiveCard, CardElement, TextBlock

from atdesk_sdk.agent_says import Choice
from atdesk_teams.activities import NotReadable
from atdesk_teams.cards import Card, button, dumped
from atdesk_teams.plain import plain
from atdesk_teams.words import Say

_PREFIX = "my."
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class AgentButton:
    """One button of a notice.

    Attributes:
        choice: What it does.
        matter: When what the notice is about began, milliseconds since the epoch.
        person_id: Entra object id of who was told; nobody else's click is heard.
        notice_id: Of the notice.
        language: Of who was told; empty on a button of an earlier version.
    """

    choice: Choice
    matter: int
    person_id: str
    notice_id: str
    language: str = ""

    @property
    def verb(self) -> str:
        """As the card's button says it."""
        return f"{_PREFIX}{self.choice.value}"

    @property
    def data(self) -> dict[str, str]:
        """What goes with a press. See `read_button`."""
        told = {"matter": str(self.matter), "person": self.person_id, "notice": self.notice_id}
        return told | ({"language": self.language} if self.language else {})


def is_agents(verb: str) -> bool:
    """Whether a button belongs to a notice and not to a flag's card."""
    return verb.startswith(_PREFIX)


def read_button(verb: str, data: Mapping[str, str]) -> AgentButton:
    """The button that was pressed.

    Raises:
        NotReadable: No notice of ours has it.
    """
    choice, matter = verb.removeprefix(_PREFIX), data.get("matter", "")
    person_id, notice_id = data.get("person", "").lower(), data.get("notice", "")
    whole = matter.isascii() and matter.isdigit() and len(matter) <= 15
    if not (is_agents(verb) and choice in tuple(Choice) and whole and person_id and notice_id):
        raise NotReadable("a button that no notice of ours has")
    return AgentButton(Choice(choice), int(matter), person_id, notice_id, data.get("language", ""))


def notice_card(texts: Sequence[str], buttons: Sequence[AgentButton], say: Say) -> Card:
    """A card for an agent: each text as it was written, then the buttons.

    Args:
        texts: What is said, in the agent's language; lines stay lines.
        buttons: In their order.
        say: The words of the buttons, in the same language.
    """
    lines = [plain(line, _LONGEST) for text in texts for line in text.splitlines() if line.strip()]
    body: list[CardElement] = [TextBlock(text=line, wrap=True) for line in lines]
    actions: list[Action] = [button(say(one.verb), one.verb, one.data) for one in buttons]
    return dumped(AdaptiveCard(version="1.5", body=body, actions=actions))
