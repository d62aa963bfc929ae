"""Cards in the simulated Teams, pressed by people, with a whole service behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from atdesk_core.policy import ReviewRules
from atdesk_core.runtime.service import Service
from atdesk_sdk import FlagStatus
from atdesk_teams.simulator import TeamsSimulator
from tests.core.runtime.office import POLICY, until
from tests.teams.bot_desk import facts, texts, verbs
from tests.teams.teams_office import SimulatedOffice, shown, simulated_office

ONE_PERSON = POLICY.model_copy(update={"review": ReviewRules(two_people=frozenset())})


async def flagged(office: SimulatedOffice) -> tuple[str, str]:
    """Somebody else sits down: wait for the card. Its message, and the flag's number."""
    office.show("other")
    await until(lambda: bool(office.flag_cards()), timeout_s=20)
    (card,) = office.flag_cards()
    return card.id, texts(shown(card))[0].removeprefix("Flag ").partition(":")[0]


def status(office: SimulatedOffice) -> str:
    """What the card in the channel says of the flag."""
    (card,) = office.flag_cards()
    return facts(shown(card))["Status"]


async def kept(service: Service, number: str) -> str:
    flag = await service.store.flag(number)
    assert flag is not None
    return flag.status


async def test_a_lead_answers_and_everybody_else_is_told_kindly(sim: TeamsSimulator, tmp_path: Path) -> None:
    async with simulated_office(sim, tmp_path) as office:
        office.policy = ONE_PERSON
        async with office.at_work() as service:
            message, number = await flagged(office)
            card = shown(office.flag_cards()[0])
            assert facts(card)["Check"] == "Somebody else in the seat"
            (link,) = [one["url"] for one in card["actions"] if one["type"] == "Action.OpenUrl"]
            assert link.startswith(f"https://desk.example/flags/{number}/")
            press = sim.bot.clicking.press
            by_ann = await press(message, "flag.ack", office.people["ann"])
            assert (by_ann.shown, by_ann.status) == ("message", 200)
            assert "from a lead of this agent" in by_ann.text
            by_a_stranger = await press(message, "flag.ack", sim.world.agents[2].id)
            assert by_a_stranger.shown == "message"
            assert await kept(service, number) == FlagStatus.RAISED
            assert service.router.counts["answer_by_no_lead"] == 2
            by_lee = await press(message, "flag.ack", office.people["lee"])
            assert by_lee.shown == "card"
            assert facts(dict(by_lee.card or {}))["Status"] == "Confirmed."
            await until(lambda: status(office) == "Confirmed.")  # what the others see comes right after
            assert await kept(service, number) == FlagStatus.ACKNOWLEDGED
            again = await press(message, "flag.dismiss", office.people["lee"], {"reason": "technical"})
            assert again.shown == "card"
            await until(lambda: status(office).startswith("Dismissed"))
            late = await press_old(office, message, card)
            assert late == f"That changed nothing: the flag {number} is not open any more."


async def press_old(office: SimulatedOffice, message: str, card: dict[str, object]) -> str:
    """A client that is behind still shows the first card, and its button is pressed."""
    office.sim.bot.conversations.messages[message].views[office.people["lee"]] = card
    pressed = await office.sim.bot.clicking.press(message, "flag.ack", office.people["lee"])
    return pressed.text


async def test_a_press_reaches_the_next_process_and_its_card_is_changed(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with simulated_office(sim, tmp_path) as office:
        office.policy = ONE_PERSON
        async with office.at_work():
            message, number = await flagged(office)
        async with office.at_work() as service:
            pressed = await sim.bot.clicking.press(message, "flag.ack", office.people["lee"])
            await until(lambda: status(office) == "Confirmed.")
            assert await kept(service, number) == FlagStatus.ACKNOWLEDGED
            assert pressed.shown == "card", "the new process knows the card as soon as it has changed"
            assert len(office.flag_cards()) == 1


async def test_it_is_wrong_said_in_the_chat_disputes_the_flag(sim: TeamsSimulator, tmp_path: Path) -> None:
    async with simulated_office(sim, tmp_path) as office, office.at_work() as service:
        _, number = await flagged(office)
        notice = office.notices()[0]
        assert "my.wrong" in verbs(shown(notice))
        pressed = await sim.bot.clicking.press(notice.id, "my.wrong", office.people["ann"])
        assert pressed.shown == "card"
        await until(lambda: status(office).startswith("Disputed by the agent"))
        assert await kept(service, number) == FlagStatus.DISPUTED
        assert verbs(shown(office.flag_cards()[0])) == ["Action.OpenUrl"]


async def test_it_is_wrong_said_before_the_flag_disputes_what_comes_of_it(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with simulated_office(sim, tmp_path) as office:
        slow = POLICY.different_person.model_copy(update={"agent_first_s": 4.0})
        office.policy = POLICY.model_copy(update={"different_person": slow})
        async with office.at_work() as service:
            office.show("other")
            await until(lambda: bool(office.notices()), timeout_s=20)
            (notice,) = office.notices()
            await sim.bot.clicking.press(notice.id, "my.wrong", office.people["ann"])
            assert office.flag_cards() == [], "a lead has seen nothing yet"
            await until(lambda: bool(office.flag_cards()), timeout_s=20)
            await until(lambda: status(office).startswith("Disputed by the agent"))
            assert service.room.session("ann").flags == ()


@pytest.mark.parametrize("who", ["lee", "stranger"])
async def test_nobody_else_can_say_so_for_the_agent(sim: TeamsSimulator, tmp_path: Path, who: str) -> None:
    async with simulated_office(sim, tmp_path) as office, office.at_work() as service:
        _, number = await flagged(office)
        person = office.people.get(who, sim.world.agents[3].id)
        pressed = await sim.bot.clicking.press(office.notices()[0].id, "my.wrong", person)
        assert pressed.text == "That changed nothing: this message is for somebody else."
        paused = await sim.bot.clicking.press(office.notices()[0].id, "my.pause", person)
        assert paused.shown == "message"
        assert not service.room.session("ann").is_paused
        assert await kept(service, number) == FlagStatus.RAISED


async def test_a_pause_in_the_chat_stops_every_look(sim: TeamsSimulator, tmp_path: Path) -> None:
    async with simulated_office(sim, tmp_path) as office, office.at_work() as service:
        await flagged(office)
        notice = office.notices()[0]
        await sim.bot.clicking.press(notice.id, "my.pause", office.people["ann"])
        await until(lambda: service.room.session("ann").is_paused)
        await until(lambda: "Paused since" in facts(shown(office.flag_cards()[0])))
        await sim.bot.clicking.press(notice.id, "my.back", office.people["ann"])
        await until(lambda: not service.room.session("ann").is_paused)
