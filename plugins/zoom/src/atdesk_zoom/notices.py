"""What an agent reads in the 1:1 chat, the buttons below it, and what a click on one means. Pure.

A button's value says all that a click needs: what it does, which matter it is about, and whose it is. So it
works after a restart, when nothing is remembered, and nobody else's click counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from atdesk_sdk import Notice, agent_says
from atdesk_sdk.agent_says import OLD_S, Answer, Choice, Standing, Stop, told
from atdesk_zoom.errors import ProtocolFault
from atdesk_zoom.words import Say

__all__ = [
    "OLD_S",
    "Answer",
    "Button",
    "Choice",
    "Standing",
    "Stop",
    "answer",
    "is_agents",
    "message",
    "offered",
    "read_button",
    "told",
]

_PREFIX, _IN = "my:", "/"
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*")
#: What these messages offer. That a notice is wrong is said on the agent's own page.
_CHOICES = frozenset({Choice.PAUSE, Choice.BACK, Choice.BREAK})


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a notice.

    Attributes:
        choice: What it does.
        matter: When what the notice is about began, milliseconds since the epoch.
        person_id: The Zoom user who was told; nobody else's click is heard.
        language: Of who was told; empty on a button of an earlier version.
    """

    choice: Choice
    matter: int
    person_id: str
    language: str = ""

    @property
    def value(self) -> str:
        """As it stands in the card; see `read_button`."""
        told_in = f"{_IN}{self.language}" if self.language else ""
        return f"{_PREFIX}{self.choice.value}{told_in}:{self.matter}:{self.person_id}"


def is_agents(value: str) -> bool:
    """Whether a button belongs to a notice and not to a flag's card."""
    return value.startswith(_PREFIX)


def read_button(value: str) -> Button:
    """The button that has this value.

    Raises:
        ProtocolFault: No notice of ours has it.
    """
    first, _, rest = value.removeprefix(_PREFIX).partition(":")
    choice, _, language = first.partition(_IN)
    matter, _, person_id = rest.partition(":")
    whole = matter.isascii() and matter.isdigit() and len(matter) <= 15
    if not (is_agents(value) and choice in _CHOICES and whole and person_id):
        raise ProtocolFault("button", "a button that no notice of ours has")
    return Button(Choice(choice), int(matter), person_id, language)


def offered(standing: Standing, notice: Notice) -> tuple[Button, ...]:
    """The buttons of a notice that goes out now, `standing` being as `told` says."""
    matter, choices = agent_says.offered(standing, notice)
    person_id = notice.account.external_id
    language = notice.language if _LANGUAGE.fullmatch(notice.language) else ""
    return tuple(Button(one, matter, person_id, language) for one in choices if one in _CHOICES)


def answer(standing: Standing, button: Button, now: float) -> Answer:
    """What a click does.

    Args:
        standing: How things stand.
        button: What was clicked, by the agent who was told.
        now: Engine's clock, seconds since the epoch.
    """
    return agent_says.answer(standing, button.choice, button.matter, now)


def message(texts: tuple[str, ...], buttons: tuple[Button, ...], say: Say) -> dict[str, Any]:
    """`content` of the chatbot message: each text as it was written, then the buttons [D-CHATBOT].

    Args:
        texts: In the agent's language.
        buttons: In their order.
        say: The words of the buttons, in the same language.
    """
    body: list[dict[str, Any]] = [{"type": "message", "text": text} for text in texts]
    if buttons:
        body.append({"type": "actions", "items": [_item(button, say) for button in buttons]})
    return {"head": {"text": "atdesk"}, "body": body}


def _item(button: Button, say: Say) -> dict[str, str]:
    style = "Default" if button.choice is Choice.BREAK else "Primary"
    return {"text": say(f"my.{button.choice.value}"), "value": button.value, "style": style}
