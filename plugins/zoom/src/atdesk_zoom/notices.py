"""What an agent reads in the 1:1 chat, the buttons below it, and what a click on one means. Pure.

A button's value says all that a click needs: what it does, which matter it is about, and whose it is. So it
works after a restart, when nothing is remembered, and nobody else's click counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atdesk_sdk import Notice, agent_says
from atdesk_sdk.agent_says import OLD_S, Answer, Choice, Said, Standing, Stop, told
from atdesk_zoom.errors import ProtocolFault

__all__ = [
    "OLD_S",
    "SAID",
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
    "undo_waits",
]

_PREFIX = "my:"
#: What these messages offer. That a notice is wrong is said on the agent's own page.
_LABELS = {Choice.PAUSE: "Pause", Choice.BACK: "I'm back", Choice.BREAK: "It was a break"}

SAID = {
    Said.PAUSED: (
        "You are paused: no picture is opened until you are back. Your lead sees paused, not absent."
    ),
    Said.BACK: "You are back: the pause that you asked for here is over.",
    Said.BREAK: "Noted: it was a break. A flag for it closes and is not counted, if it is of this shift.",
    Said.OLD: (
        "This message is too old to do anything, so nothing was changed. You can pause by stopping the app "
        "in the meeting, and dispute a flag that stands."
    ),
    Said.EARLIER: (
        "This message is about an earlier absence, so nothing was changed. If a flag for it stands, you can "
        "dispute it."
    ),
}

#: An undo has to wait, by language.
_WAITS = {
    "en": (
        "You are seen again. Zoom takes one change of a status a minute, so yours goes back to Available in "
        "about {seconds:.0f} seconds, unless you change it yourself before."
    ),
    "es": (
        "Se te vuelve a ver. Zoom admite un cambio de estado por minuto, así que el tuyo vuelve a "
        "Disponible en unos {seconds:.0f} segundos, si no lo cambias antes tú."
    ),
    "fr": (
        "On vous voit de nouveau. Zoom accepte un changement de statut par minute : le vôtre redevient "
        "Disponible dans {seconds:.0f} secondes environ, sauf si vous le changez vous-même avant."
    ),
}


def undo_waits(language: str, seconds: float) -> str:
    """What an agent is told whose way back has to wait, in their language, else in English."""
    own = language.replace("_", "-").partition("-")[0].lower()
    return _WAITS.get(own, _WAITS["en"]).format(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a notice.

    Attributes:
        choice: What it does.
        matter: When what the notice is about began, milliseconds since the epoch.
        person_id: The Zoom user who was told; nobody else's click is heard.
    """

    choice: Choice
    matter: int
    person_id: str

    @property
    def value(self) -> str:
        """As it stands in the card; see `read_button`."""
        return f"{_PREFIX}{self.choice.value}:{self.matter}:{self.person_id}"


def is_agents(value: str) -> bool:
    """Whether a button belongs to a notice and not to a flag's card."""
    return value.startswith(_PREFIX)


def read_button(value: str) -> Button:
    """The button that has this value.

    Raises:
        ProtocolFault: No notice of ours has it.
    """
    choice, _, rest = value.removeprefix(_PREFIX).partition(":")
    matter, _, person_id = rest.partition(":")
    whole = matter.isascii() and matter.isdigit() and len(matter) <= 15
    if not (is_agents(value) and choice in _LABELS and whole and person_id):
        raise ProtocolFault("button", "a button that no notice of ours has")
    return Button(Choice(choice), int(matter), person_id)


def offered(standing: Standing, notice: Notice) -> tuple[Button, ...]:
    """The buttons of a notice that goes out now, `standing` being as `told` says."""
    matter, choices = agent_says.offered(standing, notice)
    person_id = notice.account.external_id
    return tuple(Button(choice, matter, person_id) for choice in choices if choice in _LABELS)


def answer(standing: Standing, button: Button, now: float) -> Answer:
    """What a click does.

    Args:
        standing: How things stand.
        button: What was clicked, by the agent who was told.
        now: Engine's clock, seconds since the epoch.
    """
    return agent_says.answer(standing, button.choice, button.matter, now)


def message(texts: tuple[str, ...], buttons: tuple[Button, ...]) -> dict[str, Any]:
    """`content` of the chatbot message: each text as it was written, then the buttons [D-CHATBOT]."""
    body: list[dict[str, Any]] = [{"type": "message", "text": text} for text in texts]
    if buttons:
        body.append({"type": "actions", "items": [_item(button) for button in buttons]})
    return {"head": {"text": "atdesk"}, "body": body}


def _item(button: Button) -> dict[str, str]:
    style = "Default" if button.choice is Choice.BREAK else "Primary"
    return {"text": _LABELS[button.choice], "value": button.value, "style": style}
