"""The agent's own buttons: what a notice offers, whose click counts, and what a click does, once."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from atdesk_sdk import (
    AccountRef,
    MessageRef,
    Notice,
    NoticeKind,
    PauseChanged,
    PausedBy,
    TurnedIntoBreak,
)
from atdesk_sdk.testing import RecordingHost, sample_notice
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.errors import ProtocolFault
from atdesk_zoom.notices import OLD_S, Button, Choice, Standing, Stop, answer, offered, read_button, told
from atdesk_zoom.simulator.chat import Card
from atdesk_zoom.simulator.http import serve_http
from tests.zoom.running import ANN, BEN, PATIENCE, World, bridge, config_for, world

PAUSE, BACK, BREAK = Choice.PAUSE, Choice.BACK, Choice.BREAK
OF_AN_ABSENCE = (NoticeKind.ABSENT, NoticeKind.MADE_AWAY, NoticeKind.VIDEO_ENDED_WHILE_AWAY)
WITHOUT_BUTTONS = (NoticeKind.MORE_LIGHT, NoticeKind.ENROL_CODE, NoticeKind.DESK_CHECK)
NOON = 1_700_000_000.0


def notice(kind: NoticeKind = NoticeKind.ABSENT, since: float = NOON, person_id: str = ANN) -> Notice:
    sample = sample_notice(AccountRef("zoom", "sim-account", person_id), since=since)
    return replace(sample, kind=kind, notice_id=f"{kind}-{since}")


def after(*kinds: tuple[NoticeKind, float]) -> Standing:
    standing = Standing()
    for kind, since in kinds:
        standing = told(standing, notice(kind, since))
    return standing


def choices(card: Card) -> list[Choice]:
    return [read_button(item["value"]).choice for item in card.buttons()]


def texts(card: Card) -> list[str]:
    return [block["text"] for block in card.content["body"] if block["type"] == "message"]


class Chat:
    """One agent before the 1:1 chat: gets notices, clicks on them."""

    def __init__(self, here: World) -> None:
        self.here, self.began = here, time.time() - 60

    async def gets(self, kind: NoticeKind = NoticeKind.ABSENT, since: float | None = None) -> Card:
        ref = await self.here.adapter.notify(notice(kind, self.began if since is None else since))
        return self.card(ref)

    def card(self, ref: MessageRef) -> Card:
        return self.here.sim.chat.cards[ref.external_id]

    async def clicks(self, card: Card, choice: Choice) -> None:
        """Press it, and wait until the message was changed because of it."""
        value = next(one["value"] for one in card.buttons() if read_button(one["value"]).choice is choice)
        await self.presses(card, value)

    async def presses(self, card: Card, value: str) -> None:
        """The same with a button that may be gone: two clicks at once, or a client that is behind."""
        before, shown = card.versions, card.content
        button = {"type": "actions", "items": [{"text": "", "value": value}]}
        card.content = {**shown, "body": [*shown["body"], button]}
        self.here.sim.chat.click(card.message_id, value, ANN)
        card.content = shown
        await self.here.until(lambda: card.versions > before)

    def told_engine(self) -> Sequence[object]:
        return [event for event in self.here.host.events if isinstance(event, PauseChanged | TurnedIntoBreak)]


@asynccontextmanager
async def chat() -> AsyncIterator[Chat]:
    async with world() as here:
        yield Chat(here)


async def test_one_click_says_that_it_was_a_break() -> None:
    async with chat() as ann:
        card = await ann.gets()
        first = texts(card)
        assert choices(card) == [PAUSE, BREAK]
        await ann.clicks(card, BREAK)
        (event,) = ann.told_engine()
        assert isinstance(event, TurnedIntoBreak)
        assert (event.account.external_id, event.account.platform, event.flag_number) == (ANN, "zoom", None)
        assert texts(card)[:-1] == first, "what was said stays"
        assert "it was a break" in texts(card)[-1]
        assert choices(card) == [BACK]
        await ann.clicks(card, BACK)
        back = ann.told_engine()[-1]
        assert isinstance(back, PauseChanged)
        assert (back.paused, back.by) == (False, PausedBy.AGENT)
        assert choices(card) == []


async def test_one_click_pauses_and_another_ends_it() -> None:
    async with chat() as ann:
        card = await ann.gets(NoticeKind.PHONE)
        assert choices(card) == [PAUSE]
        await ann.clicks(card, PAUSE)
        assert "You are paused" in texts(card)[-1]
        assert choices(card) == [BACK]
        await ann.clicks(card, BACK)
        events = ann.here.host.of(PauseChanged)
        assert [(one.account.external_id, one.paused, one.by) for one in events] == [
            (ANN, True, PausedBy.AGENT),
            (ANN, False, PausedBy.AGENT),
        ]
        assert {one.reason_code for one in events} == {None}
        assert choices(card) == []


@pytest.mark.parametrize("choice", [PAUSE, BREAK])
async def test_a_double_click_does_nothing_twice(choice: Choice) -> None:
    async with chat() as ann:
        card = await ann.gets()
        value = next(one["value"] for one in card.buttons() if read_button(one["value"]).choice is choice)
        await ann.presses(card, value)
        said = texts(card)
        await ann.presses(card, value)
        assert len(ann.told_engine()) == 1
        assert texts(card) == said
        assert ann.here.adapter.counts["button_without_effect"] == 1


async def test_the_same_click_delivered_twice_is_one_click() -> None:
    async with chat() as ann:
        card = await ann.gets()
        ann.here.sim.faults.repeat_webhooks = True
        await ann.clicks(card, BREAK)
        await ann.here.sim.journal.wait_entries(2, "bot", "interactive_message_actions")
        assert len(ann.told_engine()) == 1
        assert card.versions == 2


async def test_nobody_elses_click_counts() -> None:
    async with chat() as ann:
        card = await ann.gets()
        for item in card.buttons():
            ann.here.sim.chat.click(card.message_id, item["value"], BEN)
        sent = await ann.here.sim.journal.wait_entries(2, "bot", "interactive_message_actions")
        assert {entry.note for entry in sent} == {"200"}
        assert ann.told_engine() == []
        assert card.versions == 1
        assert ann.here.adapter.counts["button_of_another"] == 2


@pytest.mark.parametrize("fault", [{"wrong_webhook_signature": True}, {"stale_webhooks_s": 400.0}])
async def test_a_click_that_zoom_did_not_sign_now_is_refused(fault: dict[str, object]) -> None:
    async with chat() as ann:
        card = await ann.gets()
        ann.here.sim.faults.change(fault)
        ann.here.sim.chat.click(card.message_id, card.buttons()[-1]["value"], ANN)
        (sent,) = await ann.here.sim.journal.wait_entries(1, "bot", "interactive_message_actions")
        assert sent.note == "401"
        assert ann.told_engine() == []
        assert card.versions == 1


async def test_a_click_on_an_earlier_absence_is_answered_kindly_and_closes_nothing() -> None:
    async with chat() as ann:
        earlier = await ann.gets(since=ann.began - 600)
        card = await ann.gets()
        await ann.clicks(earlier, BREAK)
        assert ann.told_engine() == []
        assert "earlier absence" in texts(earlier)[-1]
        assert choices(earlier) == []
        await ann.clicks(card, BREAK)
        assert len(ann.told_engine()) == 1


@pytest.mark.parametrize("choice", [PAUSE, BREAK])
async def test_a_click_on_an_old_message_is_answered_kindly_and_does_nothing(choice: Choice) -> None:
    async with chat() as ann:
        card = await ann.gets(since=time.time() - OLD_S - 60)
        await ann.clicks(card, choice)
        assert ann.told_engine() == []
        assert "too old" in texts(card)[-1]


@pytest.mark.parametrize("choice", [PAUSE, BREAK])
async def test_after_a_restart_the_buttons_still_work(choice: Choice) -> None:
    """Nothing is remembered: the button itself says what it is about."""
    async with chat() as ann, AsyncExitStack() as stack:
        card = await ann.gets()
        host, again = RecordingHost(), ZoomAdapter(config_for(ann.here.sim), PATIENCE)
        stack.push_async_callback(again.aclose)
        await again.start(host)
        ann.here.sim.bot.url = f"http://127.0.0.1:{await serve_http(bridge(again), 0, stack)}/bot"
        await ann.clicks(card, choice)
        assert [type(event) for event in host.events] == [
            PauseChanged if choice is PAUSE else TurnedIntoBreak
        ]
        await ann.clicks(card, BACK)
        assert isinstance(host.events[-1], PauseChanged)
        assert not host.events[-1].paused


async def test_a_stream_that_goes_on_does_not_end_a_pause_of_the_chat() -> None:
    async with chat() as ann:
        here = ann.here
        await here.on_air()
        ben = await here.join("Ben Brook", BEN, 200)
        await here.opened(ben, BEN)
        card = await ann.gets(NoticeKind.PHONE)
        await ann.clicks(card, PAUSE)
        await here.sim.room.stream.pause(on=True)
        await here.host.wait_for(PauseChanged, lambda event: event.account.external_id == BEN)
        await here.sim.room.stream.pause(on=False)
        await here.host.wait_for(
            PauseChanged, lambda event: event.account.external_id == BEN and not event.paused
        )
        assert {one.paused for one in here.host.of(PauseChanged) if one.account.external_id == ANN} == {True}
        await ann.clicks(card, BACK)
        assert not here.host.of(PauseChanged)[-1].paused


async def test_a_busy_zoom_is_asked_again_to_change_the_message() -> None:
    async with chat() as ann:
        card = await ann.gets()
        ann.here.sim.faults.too_many = 2
        await ann.clicks(card, BREAK)
        assert [entry.note for entry in ann.here.sim.journal.find("rest", "PUT")] == ["429", "429", "200"]
        assert len(ann.told_engine()) == 1


async def test_a_message_that_is_gone_cannot_be_changed_and_the_click_counts_all_the_same() -> None:
    async with chat() as ann:
        card = await ann.gets()
        ann.here.sim.chat.click(card.message_id, card.buttons()[-1]["value"], ANN)
        ann.here.sim.chat.cards.clear()
        await ann.here.until(lambda: ann.here.adapter.counts["notice_not_changed"] == 1)
        assert len(ann.told_engine()) == 1


# ---- what is offered, and what a click means: pure -------------------------------------------------------


def test_a_notice_offers_what_makes_sense_for_its_kind() -> None:
    shown = {
        kind: [one.choice for one in offered(told(Standing(), notice(kind)), notice(kind))]
        for kind in NoticeKind
    }
    assert {kind for kind, of in shown.items() if of == []} == set(WITHOUT_BUTTONS)
    assert {kind for kind, of in shown.items() if of == [PAUSE, BREAK]} == set(OF_AN_ABSENCE)
    assert shown[NoticeKind.RESTORED] == [BREAK]
    others = set(NoticeKind) - set(OF_AN_ABSENCE) - set(WITHOUT_BUTTONS) - {NoticeKind.RESTORED}
    assert {tuple(shown[kind]) for kind in others} == {(PAUSE,)}


@pytest.mark.parametrize("stop", [Stop.PAUSED, Stop.BREAK])
def test_where_a_pause_stands_the_button_ends_it(stop: Stop) -> None:
    standing = told(Standing(stop, int(NOON * 1000) + 1), notice(NoticeKind.PHONE))
    assert [one.choice for one in offered(standing, notice(NoticeKind.PHONE))] == [BACK]


@pytest.mark.parametrize("stop", [Stop.PAUSED, Stop.BREAK])
def test_what_began_after_a_pause_says_that_it_ended_elsewhere(stop: Stop) -> None:
    """Nobody who is paused is looked at; so whoever is told of something new can pause again."""
    standing = told(Standing(stop, int(NOON * 1000) - 1), notice(NoticeKind.PHONE))
    assert [one.choice for one in offered(standing, notice(NoticeKind.PHONE))] == [PAUSE]
    later = told(Standing(stop, int(NOON * 1000) - 1), notice(NoticeKind.VIDEO_ENDED_WHILE_AWAY))
    assert later.stop is stop, "that tells of nothing that was seen"


def test_all_messages_of_one_absence_are_one_matter() -> None:
    standing, matters = Standing(), set()
    story = [(NoticeKind.ABSENT, 0), (NoticeKind.MADE_AWAY, 120), (NoticeKind.RESTORED, 200)]
    for kind, later in story:
        one = notice(kind, NOON + later)
        standing = told(standing, one)
        matters |= {button.matter for button in offered(standing, one)}
    assert matters == {int(NOON * 1000)}
    said = answer(standing, Button(BREAK, matters.pop(), ANN), NOON + 300)
    assert (said.done, said.choices) == (BREAK, ()), "who is back is not paused by it"


def test_a_new_absence_is_a_new_matter_and_a_repeat_of_a_notice_is_not() -> None:
    once = after((NoticeKind.ABSENT, NOON))
    assert told(once, notice(NoticeKind.ABSENT, NOON)) == once
    again = told(replace(once, was_break=True, stop=Stop.BREAK), notice(NoticeKind.ABSENT, NOON + 600))
    assert again == Standing(Stop.NONE, absence=int((NOON + 600) * 1000))
    after_the_end = after((NoticeKind.ABSENT, NOON), (NoticeKind.RESTORED, NOON + 60))
    assert told(after_the_end, notice(NoticeKind.MADE_AWAY, NOON + 900)).absence == int((NOON + 900) * 1000)


def test_a_pause_that_stands_ends_however_old_its_message_is() -> None:
    said = answer(Standing(Stop.PAUSED), Button(BACK, int(NOON * 1000), ANN), NOON + 30 * OLD_S)
    assert said.done is BACK
    assert answer(said.standing, Button(BACK, int(NOON * 1000), ANN), NOON + 30 * OLD_S).done is None


def test_a_pause_does_not_take_the_break_away() -> None:
    standing, button = after((NoticeKind.ABSENT, NOON)), Button(PAUSE, int(NOON * 1000), ANN)
    paused = answer(standing, button, NOON + 5)
    assert paused.choices == (BACK, BREAK)
    then = answer(paused.standing, replace(button, choice=BREAK), NOON + 6)
    assert (then.done, then.choices, then.standing.stop) == (BREAK, (BACK,), Stop.PAUSED)


@pytest.mark.parametrize("language", ["", "es", "pt-BR"])
@pytest.mark.parametrize("choice", [PAUSE, BACK, BREAK])
def test_a_button_is_read_as_it_was_written(choice: Choice, language: str) -> None:
    button = Button(choice, 1_700_000_000_000, "a:b_-c", language)
    assert read_button(button.value) == button


def test_a_button_of_an_earlier_version_says_no_language_and_counts() -> None:
    assert read_button("my:pause:1700000000000:u") == Button(PAUSE, 1_700_000_000_000, "u")


def test_what_is_no_language_is_not_in_a_button() -> None:
    buttons = offered(after((NoticeKind.ABSENT, NOON)), replace(notice(), language="es:x/y"))
    assert {one.language for one in buttons} == {""}


async def test_buttons_and_answers_are_in_the_language_of_the_one_who_reads_them() -> None:
    """The channel's language is for the channel, which several people read."""
    async with world(chatbot={"card_language": "fr"}) as here:
        ann = Chat(here)
        card = ann.card(await here.adapter.notify(replace(notice(since=ann.began), language="es-CO")))
        assert [one["text"] for one in card.buttons()] == ["Pausar", "Era una pausa"]
        await ann.clicks(card, PAUSE)
        assert texts(card)[-1].startswith("Está en pausa")
        assert next(one["text"] for one in card.buttons()) == "He vuelto"
        assert here.adapter.capabilities.flag_language == "fr"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "my:",
        "my:break",
        "my:break:1",
        "my:break:x:u",
        "my:break:1:",
        "my:fire:1:u",
        "my:wrong:1:u",
        "break:1:u",
    ],
)
def test_other_buttons_of_a_notice_mean_nothing(value: str) -> None:
    with pytest.raises(ProtocolFault):
        read_button(value)


def test_a_notice_holds_its_words_and_nothing_of_anybody_else() -> None:
    """The value names the Zoom user whose chat it is, and when; never what was found."""
    values = [one.value for one in offered(after((NoticeKind.ABSENT, NOON)), notice())]
    assert json.dumps(values) == json.dumps(
        [f"my:{choice}/en:{int(NOON * 1000)}:{ANN}" for choice in ("pause", "break")]
    )
