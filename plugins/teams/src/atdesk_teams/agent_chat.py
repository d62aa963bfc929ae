"""The 1:1 chat with each agent: what was told to whom, what they said to it, and what the card says then."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from atdesk_sdk.agent_says import Answer, Choice, Standing, answer, offered, told
from atdesk_sdk.events import AccountRef, AdapterEvent, PauseChanged, PausedBy, SaidWrong, TurnedIntoBreak
from atdesk_sdk.flags import Notice
from atdesk_sdk.memory import remember
from atdesk_teams.activities import Pressed
from atdesk_teams.cards import Card
from atdesk_teams.config import PLATFORM
from atdesk_teams.notices import AgentButton, notice_card, read_button
from atdesk_teams.words import words_for

#: Bounds on what is remembered; the oldest falls out.
_AGENTS, _TEXTS, _SAID = 100_000, 10_000, 10_000


@dataclass(frozen=True, slots=True)
class Message:
    """What stands in a chat, all of it in the language of the one person who reads it.

    Attributes:
        card: The card.
        summary: What a toast on the desk's screen says: that there is a message, and no more.
    """

    card: Card
    summary: str


class AgentChat:
    """All chats of one tenant.

    Args:
        tenant: Its id.
        emit: Hands an event to the engine.
        language: For somebody whose own language is not known.
        counts: For the metrics.
    """

    def __init__(
        self, tenant: str, emit: Callable[[AdapterEvent], None], language: str, counts: Counter[str]
    ) -> None:
        self._tenant, self._emit, self._language, self._counts = tenant, emit, language, counts
        self._standing: OrderedDict[str, Standing] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._wrong: OrderedDict[str, None] = OrderedDict()

    def message(self, notice: Notice) -> Message:
        """A notice, with the buttons that make sense now."""
        return self._message((notice.text,), self._offered(notice), notice.language)

    def sent(self, notice: Notice, message_id: str) -> None:
        """It stands in the chat. Its words outlive a click; of a message without buttons nothing is kept."""
        if self._offered(notice):
            remember(self._texts, message_id, notice.text, _TEXTS)

    def pressed(self, press: Pressed, now: float) -> Message | None:
        """A click on a notice, and what stands there then; None when it is somebody else's.

        Args:
            press: As the Bot Connector signed it.
            now: Engine's clock.

        Raises:
            NotReadable: No notice of ours has this button.
        """
        button = read_button(press.verb, press.data)
        if not press.person_id or press.person_id != button.person_id:
            self._counts["button_of_another"] += 1
            return None
        said = answer(self._standing_of(button.person_id), button.choice, button.matter, now)
        remember(self._standing, button.person_id, said.standing, _AGENTS)
        if said.done is None or self._said_before(button, said.done):
            self._counts["button_without_effect"] += 1
        else:
            self._tell(said.done, button, now)
        return self._afterwards(press.message_id, button, said)

    def _standing_of(self, person_id: str) -> Standing:
        return self._standing.get(person_id, Standing())

    def _offered(self, notice: Notice) -> tuple[AgentButton, ...]:
        person_id = notice.account.external_id.lower()  # as presses have it
        standing = told(self._standing_of(person_id), notice)
        remember(self._standing, person_id, standing, _AGENTS)
        matter, choices = offered(standing, notice)
        return tuple(
            AgentButton(one, matter, person_id, notice.notice_id, notice.language) for one in choices
        )

    def _said_before(self, button: AgentButton, done: Choice) -> bool:
        """That a notice is wrong is said once; what can be said again is not what this is about."""
        if done is not Choice.WRONG:
            return False
        before = button.notice_id in self._wrong
        remember(self._wrong, button.notice_id, None, _SAID)
        return before

    def _tell(self, done: Choice, button: AgentButton, now: float) -> None:
        account = AccountRef(PLATFORM, self._tenant, button.person_id)
        if done is Choice.WRONG:
            self._emit(SaidWrong(account, button.notice_id, now, now))
        elif done is Choice.BREAK:
            self._emit(TurnedIntoBreak(account, None, now, now))
        else:
            self._emit(PauseChanged(account, done is Choice.PAUSE, PausedBy.AGENT, now, now))

    def _afterwards(self, message_id: str, button: AgentButton, said: Answer) -> Message:
        say = words_for(button.language, self._language)
        first, now_said = self._texts.get(message_id), say(f"said.{said.said.value}")
        texts = (now_said,) if first is None else (first, now_said)
        buttons = tuple(replace(button, choice=one) for one in said.choices)
        return self._message(texts, buttons, button.language)

    def _message(self, texts: Sequence[str], buttons: Sequence[AgentButton], language: str) -> Message:
        say = words_for(language, self._language)
        return Message(notice_card(texts, buttons, say), say("summary.notice"))
