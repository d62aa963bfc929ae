"""Notices in the agent's own chat: who gets them, whose click counts, and what a click does, once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from atdesk_sdk.agent_says import OLD_S, Choice
from atdesk_sdk.errors import GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import PauseChanged, PausedBy, SaidWrong, TurnedIntoBreak
from atdesk_sdk.flags import MessageRef, Notice, NoticeKind
from atdesk_sdk.testing import sample_notice
from atdesk_teams import rewriting
from atdesk_teams.activities import NotReadable
from atdesk_teams.notices import AgentButton, read_button
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.clicking import Pressed
from atdesk_teams.words import words_for
from tests.teams.bot_desk import BotDesk, bot_desk_at, card_in, texts, verbs
from tests.teams.desk import until


class Opens(Protocol):
    """Starts an adapter with changes to its table."""

    def __call__(self, **changes: object) -> AbstractAsyncContextManager[BotDesk]: ...


@pytest.fixture
def open_bot(sim: TeamsSimulator, tmp_path: Path) -> Opens:
    for agent in sim.world.agents:
        sim.bot.conversations.installed.add(agent.id)
    return partial(bot_desk_at, sim, tmp_path)


@pytest.fixture
async def here(open_bot: Opens) -> AsyncIterator[BotDesk]:
    async with open_bot() as running:
        yield running


def notice(here: BotDesk, kind: NoticeKind = NoticeKind.ABSENT, **changes: object) -> Notice:
    sample = sample_notice(here.account(), since=time.time() - 60)
    return replace(sample, **{"kind": kind, "notice_id": "n1"} | changes)  # type: ignore[arg-type]


async def press(here: BotDesk, ref: MessageRef, choice: Choice, who: str | None = None) -> Pressed:
    return await here.sim.bot.clicking.press(ref.external_id, f"my.{choice}", who or here.agent)


def begun(here: BotDesk) -> int:
    """How often a chat was begun."""
    asked = here.sim.journal.find("connector", "POST", "in")
    return sum(one.what.endswith("/conversations") for one in asked)


def said(here: BotDesk) -> list[object]:
    kinds = (PauseChanged, TurnedIntoBreak, SaidWrong)
    return [one for one in here.host.events if isinstance(one, kinds)]


async def test_an_id_that_the_directory_spells_in_upper_case_is_the_same_persons(here: BotDesk) -> None:
    account = replace(here.account(), external_id=here.agent.upper())
    ref = await here.adapter.notify(notice(here, account=account))
    pressed = await press(here, ref, Choice.PAUSE)
    assert pressed.shown == "card"
    (heard,) = here.host.of(PauseChanged)
    assert heard.account == here.account()


async def test_a_notice_reaches_the_agent_alone(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here))
    message = here.message(ref)
    assert message.conversation_id == ref.channel == here.sim.bot.conversations.chat(here.agent)
    assert verbs(card_in(message)) == ["my.pause", "my.break", "my.wrong"]


@pytest.mark.parametrize("kind", list(NoticeKind))
async def test_a_toast_on_the_desks_screen_says_only_that_there_is_a_message(
    here: BotDesk, kind: NoticeKind
) -> None:
    """A Teams chat shows on the agent's phone and at the desk: what is about somebody there is not in it."""
    assert not here.adapter.capabilities.notice_on_desk_screen
    message = here.message(await here.adapter.notify(notice(here, kind)))
    assert message.activity["summary"] == "atdesk has a message for you"
    assert "text" not in message.activity


async def test_a_pause_and_its_end(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here, NoticeKind.PHONE))
    pressed = await press(here, ref, Choice.PAUSE)
    assert pressed.shown == "card"
    assert texts(dict(pressed.card or {}))[-1].startswith("You are paused")
    await until(lambda: here.message(ref).versions == 2)
    assert verbs(card_in(here.message(ref))) == ["my.back"], "the phone shows the same"
    await press(here, ref, Choice.BACK)
    events = here.host.of(PauseChanged)
    assert [(one.account, one.paused, one.by) for one in events] == [
        (here.account(), True, PausedBy.AGENT),
        (here.account(), False, PausedBy.AGENT),
    ]
    assert {one.reason_code for one in events} == {None}


async def test_one_click_says_that_it_is_wrong(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here))
    first = texts(card_in(here.message(ref)))
    pressed = await press(here, ref, Choice.WRONG)
    (event,) = said(here)
    assert isinstance(event, SaidWrong)
    assert (event.account, event.notice_id) == (here.account(), "n1")
    shown = texts(dict(pressed.card or {}))
    assert shown[: len(first)] == first, "what was said stays"
    assert "You said that it is wrong" in shown[-1]
    assert verbs(dict(pressed.card or {})) == ["my.pause"]


async def test_one_click_says_that_it_was_a_break(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here))
    await press(here, ref, Choice.BREAK)
    (event,) = said(here)
    assert isinstance(event, TurnedIntoBreak)
    assert (event.account, event.flag_number) == (here.account(), None)


@pytest.mark.parametrize("choice", [Choice.PAUSE, Choice.BREAK, Choice.WRONG])
async def test_a_double_click_does_nothing_twice(here: BotDesk, choice: Choice) -> None:
    ref = await here.adapter.notify(notice(here))
    here.sim.bot.conversations.messages[ref.external_id].views.clear()
    await asyncio.gather(press(here, ref, choice), press(here, ref, choice))
    assert len(said(here)) == 1


async def test_nobody_elses_click_counts(here: BotDesk) -> None:
    """Even where somebody else sees the message: a chat that was forwarded, a person who took the seat."""
    ref = await here.adapter.notify(notice(here))
    for who in (here.sim.world.agents[1].id, here.lead):
        for choice in (Choice.PAUSE, Choice.BREAK, Choice.WRONG):
            pressed = await press(here, ref, choice, who)
            assert (pressed.shown, pressed.text) == (
                "message",
                "That changed nothing: this message is for somebody else.",
            )
    assert said(here) == []
    assert here.message(ref).versions == 1
    assert here.adapter.counts["button_of_another"] == 6


async def test_a_forged_click_is_refused(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here))
    pressed = await here.sim.bot.clicking.press(ref.external_id, "my.pause", here.agent, forged="signature")
    assert pressed.status == 401
    assert said(here) == []


async def test_a_click_on_an_old_message_is_answered_kindly_and_does_nothing(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here, since=time.time() - OLD_S - 60))
    pressed = await press(here, ref, Choice.PAUSE)
    assert "too old" in texts(dict(pressed.card or {}))[-1]
    assert said(here) == []


async def test_a_click_counts_after_a_restart(open_bot: Opens) -> None:
    async with open_bot() as here:
        ref = await here.adapter.notify(notice(here))
    async with open_bot() as here:
        await press(here, ref, Choice.WRONG)
        (event,) = said(here)
        assert isinstance(event, SaidWrong)
        again = await here.adapter.notify(notice(here, notice_id="n2"))
        assert again.channel == ref.channel
        begun = [
            one
            for one in here.sim.journal.find("connector", "POST", "in")
            if one.what.endswith("conversations")
        ]
        assert len(begun) == 1, "the chat is known from before the restart"


async def test_a_chat_is_known_from_the_installation(here: BotDesk) -> None:
    await here.sim.bot.clicking.install(here.agent)
    await here.adapter.notify(notice(here))
    begun = [
        one for one in here.sim.journal.find("connector", "POST", "in") if one.what.endswith("conversations")
    ]
    assert begun == []


async def test_a_chat_that_is_no_more_is_begun_anew(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here))
    here.sim.faults.add(f"POST /connector/v3/conversations/{ref.channel}", status=404)
    await here.adapter.notify(notice(here, notice_id="n2"))
    assert len(here.messages) == 2


async def test_who_has_not_got_the_app_or_blocked_it_is_given_up_with_the_way_out(here: BotDesk) -> None:
    talks = here.sim.bot.conversations
    talks.installed.discard(here.agent)
    with pytest.raises(GiveUp, match="setup policy"):
        await here.adapter.notify(notice(here))
    talks.installed.add(here.agent)
    await here.adapter.notify(notice(here))
    here.sim.bot.clicking.block(here.agent)
    with pytest.raises(GiveUp, match="blocked, muted or uninstalled"):
        await here.adapter.notify(notice(here))


async def test_a_lost_answer_of_a_notice_is_unknown(here: BotDesk) -> None:
    await here.sim.bot.clicking.install(here.agent)
    here.sim.faults.add("POST /connector/v3/conversations/", cut="after")
    with pytest.raises(OutcomeUnknown):
        await here.adapter.notify(notice(here))


async def test_a_chat_whose_beginning_was_lost_is_begun_again(here: BotDesk) -> None:
    here.sim.faults.add("POST /connector/v3/conversations", cut="after")
    with pytest.raises(TryLater):
        await here.adapter.notify(notice(here))
    await here.adapter.notify(notice(here))
    assert len(here.messages) == 1


async def test_a_change_that_had_to_wait_does_not_bring_back_what_was_said_before(
    here: BotDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Teams is busy when the agent pauses, and has time when they are back."""
    monkeypatch.setattr(rewriting, "PAUSES_S", (0.3, 0.3))
    ref = await here.adapter.notify(notice(here, NoticeKind.PHONE))
    here.sim.faults.add("PUT /connector/", status=503)
    await press(here, ref, Choice.PAUSE)
    await until(lambda: not here.sim.faults.http)
    pressed = await press(here, ref, Choice.BACK)
    await until(lambda: not here.adapter._bot._tasks)
    assert card_in(here.message(ref)) == pressed.card
    assert here.message(ref).versions == 2, "what nobody wants to read any more is not sent"


async def test_what_is_still_at_work_at_the_end_begins_nothing_after_it(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here))
    bot, shown = here.adapter._bot, card_in(here.message(ref))
    await here.adapter.aclose()
    bot.change_later(ref, shown, "a summary")
    bot.tell_later(here.agent, shown, "a summary")
    assert not bot._tasks


async def test_a_card_that_cannot_be_changed_is_counted_and_the_click_counts(here: BotDesk) -> None:
    ref = await here.adapter.notify(notice(here))
    here.sim.faults.add("PUT /connector/", status=404)
    await press(here, ref, Choice.PAUSE)
    await until(lambda: here.adapter.counts["card_not_changed"] == 1)
    assert len(said(here)) == 1


def titles(card: dict[str, object]) -> list[str]:
    """What stands on the buttons."""
    actions = card["actions"]
    assert isinstance(actions, list)
    return [one["title"] for one in actions]


async def test_buttons_and_answers_are_in_the_language_of_the_one_who_reads_them(open_bot: Opens) -> None:
    """The channel's language is for the channel, which several people read."""
    async with open_bot(card_language="fr") as here:
        ref = await here.adapter.notify(notice(here, language="es-CO"))
        message = here.message(ref)
        assert titles(card_in(message)) == ["Pausar", "Era una pausa", "Es erróneo"]
        assert message.activity["summary"] == "atdesk tiene un mensaje para usted"
    async with open_bot(card_language="fr") as again:  # nothing is remembered: the button says it all
        pressed = await press(again, ref, Choice.PAUSE)
        shown = dict(pressed.card or {})
        assert texts(shown)[-1].startswith("Está en pausa")
        assert titles(shown) == ["He vuelto"]
        await until(lambda: again.message(ref).versions == 2)
        assert again.message(ref).activity["summary"] == "atdesk tiene un mensaje para usted"


@pytest.mark.parametrize(
    ("language", "says"), [("es", "Pausar"), ("fr_CA", "Pause"), ("pt-BR", "Pause"), ("", "Pausar")]
)
def test_who_reads_a_language_that_nobody_wrote_reads_english(language: str, says: str) -> None:
    assert words_for(language, otherwise="es")("my.pause") == says


@pytest.mark.parametrize("language", ["", "es"])
@pytest.mark.parametrize("choice", list(Choice))
def test_a_button_is_read_as_it_was_written(choice: Choice, language: str) -> None:
    button = AgentButton(choice, 1_700_000_000_000, "c0ffee00-1a2b", "n1", language)
    assert read_button(button.verb, button.data) == button


@pytest.mark.parametrize(
    ("verb", "changes"),
    [
        ("flag.ack", {}),
        ("my.", {}),
        ("my.fire", {}),
        ("my.pause", {"matter": ""}),
        ("my.pause", {"matter": "1e9"}),
        ("my.pause", {"matter": "9" * 16}),
        ("my.pause", {"person": ""}),
        ("my.pause", {"notice": ""}),
    ],
)
def test_other_buttons_of_a_notice_mean_nothing(verb: str, changes: dict[str, str]) -> None:
    data = AgentButton(Choice.PAUSE, 1, "p", "n").data | changes
    with pytest.raises(NotReadable):
        read_button(verb, data)


def test_a_button_holds_nothing_of_what_was_found() -> None:
    data = AgentButton(Choice.WRONG, 1, "p", "n1").data
    assert json.dumps(data) == '{"matter": "1", "person": "p", "notice": "n1"}'
