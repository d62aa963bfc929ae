"""Every card we can send, judged by what is not ours: the published schema, and a renderer in Chromium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from atdesk_sdk.agent_says import Choice
from atdesk_sdk.flags import FlagDigest, FlagStatus
from atdesk_teams.cards import digest_card, flag_card
from atdesk_teams.notices import AgentButton, notice_card
from atdesk_teams.words import LANGUAGES, words_in
from tests.teams.cards_judged import judge_card, renderer
from tests.teams.test_cards import DETAILS, VIEW

SAY = words_in("en")
#: Teams shows no more of them.
MOST_BUTTONS = 6


def every_card() -> Mapping[str, dict[str, Any]]:
    """Cards of every state, in every language, for every kind of channel."""
    many = tuple(replace(VIEW, number=f"A{one}", details=None) for one in range(25))
    odd = replace(VIEW, agent_name="[x](y) **z** {{DATE(a)}} <at>b</at>\n# c", link="javascript:alert(1)")
    told = replace(DETAILS, paused_since=1.0, returned_at=2.0, agent_reached=False)
    found: dict[str, dict[str, Any]] = {
        "one way": flag_card(replace(VIEW, details=None), SAY, buttons=False),
        "several": digest_card(FlagDigest("support", many), SAY),
        "one of several": digest_card(FlagDigest("", many[:1]), SAY),
        "odd": flag_card(odd, SAY),
        "everything": flag_card(replace(VIEW, details=told), SAY),
    }
    for language in LANGUAGES:
        say = words_in(language)
        buttons = [AgentButton(one, 1_700_000_000_000, "c0ffee00", "n1") for one in Choice]
        found[f"notice {language}"] = notice_card(("We have not seen you.\nCome back.",), buttons, say)
        for status in FlagStatus:
            found[f"{status} {language}"] = flag_card(replace(VIEW, status=status), say)
            open_channel = replace(VIEW, status=status, details=None)
            found[f"{status} {language} in an open channel"] = flag_card(open_channel, say)
    return found


CARDS = every_card()


@pytest.mark.parametrize("name", CARDS)
def test_the_published_schema_has_nothing_against_it(name: str) -> None:
    assert judge_card(CARDS[name]) == []


async def test_the_renderer_has_nothing_against_any_card_and_shows_no_picture() -> None:
    async with renderer() as judge:
        for name, card in CARDS.items():
            shown = await judge.rendered(card)
            assert shown.problems == [], name
            assert shown.images == [], name
            assert len(shown.kinds) <= MOST_BUTTONS, name


async def test_a_person_sees_what_there_is_to_say_and_to_press() -> None:
    async with renderer() as judge:
        shown = await judge.rendered(flag_card(VIEW, SAY))
        assert shown.texts[0] == "Flag K7Q2AB: Ann Agent"
        assert shown.kinds == {
            "Acknowledge": "Action.Execute",
            "Dismiss": "Action.ShowCard",
            "Open the flag": "Action.OpenUrl",
        }
        assert {"A phone", "80% of the judged pictures say so", "Waits for an answer."} <= set(shown.texts)
        one_way = await judge.rendered(CARDS["one way"])
        assert one_way.kinds == {"Open the flag": "Action.OpenUrl"}
        notice = await judge.rendered(CARDS["notice en"])
        assert set(notice.kinds) == {"Pause", "I'm back", "It was a break", "It's wrong"}
