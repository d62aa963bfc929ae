"""The 1:1 chat with each agent: what was told to whom, what they said to it, and what the card says then."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable

from atdesk_sdk.agent_says import Answer, Choice, Standing, answer, offered, told
from atdesk_sdk.events import AccountRef, AdapterEvent, PauseChanged, PausedBy, SaidWrong, TurnedIntoBreak
from atdesk_sdk.flags import Notice
from atdesk_sdk.memory import remember
from atdesk_teams.activities import Pressed
from atdesk_teams.cards import Card
from atdesk_teams.config import PLATFORM
from atdesk_teams.notices import AgentButton, notice_card, read_button
from atdesk_teams.words import Say

#: Bounds on what is remembered; the oldest falls out.
_AGENTS, _TEXTS, _SAID = 100_000, 10_000, 10_000


class AgentChat:
    """All chats of one tenant.

    Args:
        tenant: Its id.
        emit: Hands an event to the engine.
        say: The words of the buttons and answers.
        counts: For the metrics.
    """

    def __init__(
        self, tenant: str, emit: Callable[[AdapterEvent], None], say: Say, counts: Counter[str]
    ) -> None:
        self._tenant, self._emit, self._say, self._counts = tenant, emit, say, counts
        self._standing: OrderedDict[str, Standing] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._wrong: OrderedDict[str, None] = OrderedDict()

    def card(self, notice: Notice) -> Card:
        """The card of a notice, with the buttons that make sense now."""
        return notice_card((notice.text,), self._offered(notice), self._say)

    def sent(self, notice: Notice, message_id: str) -> None:
        """It stands in the chat. Its words outlive a click; of a message without buttons nothing is kept."""
        if self._offered(notice):
            remember(self._texts, message_id, notice.text, _TEXTS)

    def pressed(self, press: Pressed, now: float) -> Card | None:
        """A click on a notice.

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
        return tuple(AgentButton(one, matter, person_id, notice.notice_id) for one in choices)

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

    def _afterwards(self, message_id: str, button: AgentButton, said: Answer) -> Card:
        first, now_said = self._texts.get(message_id), self._say(f"said.{said.said.value}")
        texts = (now_said,) if first is None else (first, now_said)
        buttons = tuple(
            AgentButton(one, button.matter, button.person_id, button.notice_id) for one in said.choices
        )
        return notice_card(texts, buttons, self._say)
