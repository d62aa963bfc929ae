"""What people do with the bot reaches it as Teams sends it, again when it must, and its answer is shown."""

from __future__ import annotations

from typing import Any

import pytest

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.tenant import LEADS, PEOPLE
from tests.teams.connector.cards import CARD_TYPE, card, message
from tests.teams.connector.small_bot import MESSAGE, SmallBot

MIRA, LEAD = PEOPLE[0][0], LEADS[0]


def posted(sim: TeamsSimulator, content: dict[str, Any] | None = None) -> str:
    """A card in the leads' channel; its id."""
    channel = sim.world.team.channels[-1].id
    return str(sim.bot.connector.post(channel, message(content))["id"])


def answer(kind: str, value: Any, status: int = 200) -> tuple[int, dict[str, Any]]:
    return 200, {"statusCode": status, "type": kind, "value": value}


class TestPressing:
    async def test_a_press_is_an_invoke_with_who_where_and_what(
        self, sim: TeamsSimulator, bot: SmallBot
    ) -> None:
        name = posted(sim)
        pressed = await sim.bot.clicking.press(name, "flag.dismiss", LEAD, {"reason": "break"})
        assert (pressed.shown, pressed.text, pressed.attempts) == ("message", "Noted.", 1)
        (heard,) = bot.heard
        lead, channel = sim.world.user(LEAD), sim.world.team.channels[-1]
        assert (heard["type"], heard["name"], heard["replyToId"]) == ("invoke", "adaptiveCard/action", name)
        assert heard["from"] == {"id": lead.mri, "name": lead.name, "aadObjectId": LEAD}
        assert heard["recipient"]["id"] == f"28:{sim.client_id}"
        assert heard["conversation"] == {
            "id": f"{channel.id};messageid={name}",
            "conversationType": "channel",
            "isGroup": True,
            "name": channel.name,
            "tenantId": sim.tenant_id,
        }
        assert heard["value"]["action"] == {
            "type": "Action.Execute",
            "title": "Dismiss it",
            "verb": "flag.dismiss",
            "data": {"flag": "F-17", "reason": "break"},
        }
        assert heard["channelData"]["tenant"] == {"id": sim.tenant_id}

    async def test_anybody_may_press(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        await sim.bot.clicking.press(posted(sim), "flag.ack", "Teo Lindqvist")
        assert bot.heard[0]["from"]["aadObjectId"] == PEOPLE[1][0]

    async def test_the_card_that_comes_back_is_seen_by_who_pressed(
        self, sim: TeamsSimulator, bot: SmallBot
    ) -> None:
        name, mine = posted(sim), card("Acknowledged by you")
        bot.answers = [answer(CARD_TYPE, mine)]
        pressed = await sim.bot.clicking.press(name, "flag.ack", LEAD)
        assert (pressed.shown, pressed.card) == ("card", mine)
        assert sim.bot.clicking.seen(name, LEAD) == mine
        assert sim.bot.clicking.seen(name, MIRA) == card()

    async def test_an_update_is_seen_by_everybody(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        name = posted(sim)
        bot.answers = [answer(CARD_TYPE, card("Acknowledged by you"))]
        await sim.bot.clicking.press(name, "flag.ack", LEAD)
        sim.bot.connector.change(sim.world.team.channels[-1].id, name, message(card("Back")))
        assert sim.bot.clicking.seen(name, LEAD) == sim.bot.clicking.seen(name, MIRA) == card("Back")

    @pytest.mark.parametrize(
        ("said", "shown", "text"),
        [
            (answer("application/vnd.microsoft.error", {"code": "x", "message": "Too late."}, 400),
             "error", "Too late."),
            (answer("application/vnd.microsoft.activity.loginRequest", {}, 401), "sign_in", ""),
            (answer(CARD_TYPE, card(version="9.9")), "error", "Something went wrong. Please try again."),
            ((200, None), "error", "Something went wrong. Please try again."),
            ((401, {"statusCode": 200, "type": MESSAGE, "value": "?"}), "error",
             "Something went wrong. Please try again."),
        ],
    )  # fmt: skip
    async def test_other_answers(
        self, sim: TeamsSimulator, bot: SmallBot, said: tuple[int, Any], shown: str, text: str
    ) -> None:
        bot.answers = [said]
        pressed = await sim.bot.clicking.press(posted(sim), "flag.ack", LEAD)
        assert (pressed.shown, pressed.text) == (shown, text)

    async def test_a_bot_that_fails_gets_the_same_press_again(
        self, sim: TeamsSimulator, bot: SmallBot
    ) -> None:
        bot.answers = [(503, None), (500, None)]
        pressed = await sim.bot.clicking.press(posted(sim), "flag.ack", LEAD)
        assert (pressed.shown, pressed.attempts) == ("message", 3)
        assert bot.heard[0] == bot.heard[1] == bot.heard[2]

    async def test_a_bot_that_does_not_answer_in_time_gets_it_again(
        self, sim: TeamsSimulator, bot: SmallBot
    ) -> None:
        sim.bot.delivery.patience.answer_s = 0.3
        bot.answers = [(0, None)]
        pressed = await sim.bot.clicking.press(posted(sim), "flag.ack", LEAD)
        assert (pressed.shown, len(bot.heard)) == ("message", 2)

    async def test_patience_ends(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        bot.said = (503, None)
        pressed = await sim.bot.clicking.press(posted(sim), "flag.ack", LEAD)
        assert (pressed.shown, pressed.status, len(bot.heard)) == ("error", 503, 3)

    async def test_a_bot_that_is_down_is_not_reached(self, sim: TeamsSimulator) -> None:
        sim.bot.delivery.url = "http://127.0.0.1:1/api/messages"
        pressed = await sim.bot.clicking.press(posted(sim), "flag.ack", LEAD)
        assert (pressed.shown, pressed.status, pressed.attempts) == ("error", 0, 3)

    async def test_twice_is_two_presses(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        name = posted(sim)
        for _ in range(2):
            await sim.bot.clicking.press(name, "flag.ack", LEAD)
        first, second = bot.heard
        assert first["id"] != second["id"]
        assert first["value"] == second["value"]

    async def test_an_old_client_takes_the_fallback(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        pressed = await sim.bot.clicking.press(posted(sim), "flag.ack", LEAD, old_client=True)
        assert pressed.shown == "nothing"
        assert bot.heard[0]["type"] == "message"
        assert bot.heard[0]["value"] == {"verb": "flag.ack", "flag": "F-17"}

    async def test_a_link_asks_the_bot_nothing(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        pressed = await sim.bot.clicking.press(posted(sim), "Open", LEAD)
        assert (pressed.shown, pressed.text) == ("link", "https://desk.example/flags/F-17")
        assert bot.heard == []

    async def test_a_refresh_says_only_when_somebody_asked_for_it(
        self, sim: TeamsSimulator, bot: SmallBot
    ) -> None:
        name = posted(sim)
        await sim.bot.clicking.refresh(name, LEAD)
        await sim.bot.clicking.refresh(name, LEAD, manual=True)
        by_itself, by_hand = (one["value"] for one in bot.heard)
        assert by_itself["action"]["verb"] == "flag.refresh"
        assert "trigger" not in by_itself
        assert by_hand["trigger"] == "manual"

    async def test_what_does_not_stand_cannot_be_pressed(self, sim: TeamsSimulator) -> None:
        with pytest.raises(LookupError, match="message"):
            await sim.bot.clicking.press("1", "flag.ack", LEAD)
        with pytest.raises(LookupError, match=r"flag\.undo"):
            await sim.bot.clicking.press(posted(sim), "flag.undo", LEAD)
        with pytest.raises(LookupError, match="Nobody Here"):
            await sim.bot.clicking.press(posted(sim), "flag.ack", "Nobody Here")


class TestTheApp:
    async def test_adding_it_to_the_team_tells_the_bot_where(
        self, sim: TeamsSimulator, bot: SmallBot
    ) -> None:
        sim.bot.conversations.in_team = False
        sent = await sim.bot.clicking.add_to_team(LEAD)
        assert (sent.status, sim.bot.conversations.in_team) == (200, True)
        joined, installed = bot.heard
        channel, team = sim.world.team.channels[-1].id, sim.world.team
        assert (joined["type"], joined["membersAdded"]) == (
            "conversationUpdate",
            [{"id": f"28:{sim.client_id}"}],
        )
        assert joined["channelData"]["eventType"] == "teamMemberAdded"
        assert (installed["type"], installed["action"]) == ("installationUpdate", "add")
        for heard in bot.heard:
            assert heard["conversation"]["id"] == channel
            assert heard["channelData"]["settings"] == {"selectedChannel": {"id": channel}}
            assert heard["channelData"]["team"] == {
                "id": team.id,
                "name": team.name,
                "aadGroupId": team.group_id,
            }
            assert heard["serviceUrl"] == f"{sim.service_url}/"

    async def test_taking_it_out_again(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        await sim.bot.clicking.remove_from_team(LEAD)
        assert [one.get("action") for one in bot.heard] == [None, "remove"]
        assert not sim.bot.conversations.in_team

    async def test_one_person_installs_and_uninstalls_it(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        await sim.bot.clicking.install("Mira Halloran")
        assert bot.heard[-1]["conversation"]["conversationType"] == "personal"
        assert bot.heard[-1]["from"]["aadObjectId"] == MIRA
        chat = bot.heard[-1]["conversation"]["id"]
        assert sim.bot.connector.post(chat, message())["id"]
        await sim.bot.clicking.uninstall(MIRA)
        assert bot.heard[-1]["action"] == "remove"
        with pytest.raises(Exception, match="blocked from message writes"):
            sim.bot.connector.post(chat, message())

    async def test_without_an_endpoint_it_is_written_down(self, sim: TeamsSimulator) -> None:
        sent = await sim.bot.clicking.install(MIRA)
        assert (sent.status, sent.attempts) == (0, 0)
        notes = [(one.what, one.note) for one in sim.journal.find("bot")]
        assert notes == [("conversationUpdate", "not sent"), ("installationUpdate add", "not sent")]

    async def test_words_reach_the_bot(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        await sim.bot.clicking.say(MIRA, "pause")
        (heard,) = bot.heard
        assert (heard["type"], heard["text"]) == ("message", "pause")
        assert heard["conversation"]["id"] == sim.bot.conversations.chat(MIRA)

    async def test_what_passes_stands_in_the_journal(self, sim: TeamsSimulator, bot: SmallBot) -> None:
        await sim.bot.clicking.press(posted(sim), "flag.ack", LEAD)
        (entry,) = sim.journal.find("bot", "invoke adaptiveCard/action", "out")
        assert entry.note == "200"
