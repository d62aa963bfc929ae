"""The 1:1 chat with each agent: notices with buttons, clicks, and what the messages say afterwards."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import replace

from atdesk_sdk import AccountRef, AdapterEvent, Notice, PauseChanged, PausedBy, TurnedIntoBreak
from atdesk_sdk.memory import remember
from atdesk_zoom.notices import (
    Answer,
    Button,
    Choice,
    Standing,
    Stop,
    answer,
    message,
    offered,
    read_button,
    told,
)
from atdesk_zoom.rewriting import Content, Rewriting
from atdesk_zoom.webhook import Pressed
from atdesk_zoom.words import Say, words_for

#: Bounds on what is remembered; the oldest falls out.
_AGENTS, _TEXTS = 100_000, 10_000


class AgentChat:
    """What was told to whom, and what they said to it.

    Args:
        tenant: The account id.
        emit: Hands an event to the engine.
        rewriting: Changes messages.
        language: For somebody whose own language is not known.
        counts: For the metrics.
    """

    def __init__(
        self,
        tenant: str,
        emit: Callable[[AdapterEvent], None],
        rewriting: Rewriting,
        language: str,
        counts: Counter[str],
    ) -> None:
        self._tenant, self._emit, self._rewriting, self._counts = tenant, emit, rewriting, counts
        self._language = language
        self._standing: OrderedDict[str, Standing] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()

    def content(self, notice: Notice) -> Content:
        """The message of a notice, with the buttons that make sense now."""
        return message((notice.text,), self._offered(notice), self._words(notice.language))

    def sent(self, notice: Notice, message_id: str) -> None:
        """It stands in the chat. Its words outlive a click; of a message without buttons nothing is kept."""
        if self._offered(notice):
            remember(self._texts, message_id, notice.text, _TEXTS)

    def _offered(self, notice: Notice) -> tuple[Button, ...]:
        person_id = notice.account.external_id
        standing = told(self._standing.get(person_id, Standing()), notice)
        remember(self._standing, person_id, standing, _AGENTS)
        return offered(standing, notice)

    def pressed(self, press: Pressed, at_s: float, received_at: float) -> None:
        """A click on a notice, as Zoom signed it. Whoever was not told is not heard.

        Args:
            press: Which button of which message, and who clicked it.
            at_s: Zoom's clock.
            received_at: Engine's clock.

        Raises:
            ProtocolFault: No notice of ours has this button.
        """
        button = read_button(press.value)
        if press.person_id != button.person_id:
            self._counts["button_of_another"] += 1
            return
        said = answer(self._standing.get(button.person_id, Standing()), button, received_at)
        remember(self._standing, button.person_id, said.standing, _AGENTS)
        if said.done is not None:
            self._tell(said.done, button.person_id, at_s, received_at)
        else:
            self._counts["button_without_effect"] += 1
        if press.message_id:
            self._rewriting.show(press.message_id, self._afterwards(press.message_id, button, said))

    def _tell(self, done: Choice, person_id: str, at_s: float, received_at: float) -> None:
        account = AccountRef("zoom", self._tenant, person_id)
        if done is Choice.BREAK:
            self._emit(TurnedIntoBreak(account, None, at_s, received_at))
        else:
            paused = done is Choice.PAUSE
            self._emit(PauseChanged(account, paused, PausedBy.AGENT, at_s, received_at))

    def _afterwards(self, message_id: str, button: Button, said: Answer) -> Content:
        first = self._texts.get(message_id)
        say = self._words(button.language)
        said_now = say(f"said.{said.said.value}")
        texts = (said_now,) if first is None else (first, said_now)
        return message(texts, tuple(replace(button, choice=one) for one in said.choices), say)

    def _words(self, language: str) -> Say:
        """All that stands in a 1:1 chat is in the language of the one person who reads it."""
        return words_for(language, self._language)

    def is_paused(self, person_id: str) -> bool:
        """Whether this agent paused here, and has not said here that it is over."""
        return self._standing.get(person_id, Standing()).stop is Stop.PAUSED

    def resumed(self, person_id: str) -> None:
        """The agent resumed elsewhere by their own hand."""
        standing = self._standing.get(person_id)
        if standing is not None:
            remember(self._standing, person_id, replace(standing, stop=Stop.NONE), _AGENTS)
