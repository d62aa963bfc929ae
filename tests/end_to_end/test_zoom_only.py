"""A site that has nothing but Zoom: agents' states, pictures, notices and the leads' cards are all Zoom's.

Everything runs but a camera: the service, its pages and its ingress, the Zoom adapter and the simulated Zoom,
over real HTTP and sockets, pictures through RTMS. Only what a picture shows is told by its grey.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from atdesk_core.policy import MeetingRule
from atdesk_core.runtime.config import Config, StateTable
from atdesk_core.session import Session, Wanted
from atdesk_sdk import AccountRef, AdapterSpec, Frame, Observation, Presence
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from atdesk_zoom.abilities import capabilities
from atdesk_zoom.adapter import build
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.simulator import Credentials, Entry, Scripted, Timing, ZoomSimulator
from tests.core.runtime.office import POLICY, account, until
from tests.core.session.desk import observation
from tests.core.web.door import Door, DoorOffice
from tests.zoom.running import ANN, BEN, LEA, config_for, jpeg

AGENT, NOBODY = 200, 60
PATIENCE_S = 60.0
OWN_HAND = "Ready"


class GreyEyes:
    """The grey of a picture says what it shows."""

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        image = cv2.imdecode(np.frombuffer(frame.data, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        what = "agent" if image.mean() > (AGENT + NOBODY) / 2 else "nobody"
        return observation(what, frame.look_id, frame.received_at)


@dataclass
class ZoomOffice(DoorOffice):
    """The office with Zoom alone; the scripted platform is in no configuration."""

    zoom: ZoomConfig | None = None
    made: list[ZoomAdapter] = field(default_factory=list)

    def configured(self) -> Config:
        """Its pages, and so its ingress, are reached on this machine."""
        config = super().configured()
        return replace(config, service=config.service.model_copy(update={"public_url": ""}))

    def _config(self, adapter: ScriptedAdapter) -> Config:
        assert self.zoom is not None
        spec = AdapterSpec("zoom", "1", ZoomConfig, capabilities(private=True), self._build)
        config = super()._config(adapter)
        return replace(config, adapters=((spec, self.zoom),), state=StateTable(authority="zoom"))

    def _build(self, table: ZoomConfig) -> ZoomAdapter:
        self.made.append(build(table))
        return self.made[-1]


@dataclass
class Story:
    """What happens in Zoom, and what Zoom has seen."""

    sim: ZoomSimulator
    office: ZoomOffice
    door: Door
    shown: dict[str, int] = field(default_factory=lambda: {"grey": AGENT})

    @property
    def session(self) -> Session:
        return self.door.pages.context.running.service.room.session("ann")

    async def meet(self) -> None:
        """Ann sits in the team's meeting, with two others, and is seen."""
        camera = Scripted(lambda _at_s: jpeg(self.shown["grey"]))
        await self.sim.room.join("Ann Agent", camera, person_id=ANN)
        for name, person_id in (("Ben Brook", BEN), ("Lea Lead", LEA)):
            await self.sim.room.join(name, [jpeg(120)], person_id=person_id, camera_on=False)
        self.sim.room.start_stream()
        await until(lambda: self.session.seen_at is not None, PATIENCE_S)

    def leaves(self) -> None:
        self.shown["grey"] = NOBODY

    def comes_back(self) -> None:
        self.shown["grey"] = AGENT

    def written(self) -> list[str]:
        """Every change of a state that Zoom took, in order."""
        entries = [one for one in self.sim.journal.find("rest", "", "in") if one.note == "204"]
        return [self._value(one) for one in entries if one.what.endswith(("presence_status", "/status"))]

    def _value(self, entry: Entry) -> str:
        if "status" in entry.body:
            return str(entry.body["status"])
        names = self.sim.center.statuses | self.sim.center.reasons
        return f"{names[entry.body['status_id']]}: {names[entry.body['sub_status_id']]}"

    def cards(self) -> list[str]:
        """Cards in the leads' channel, by their message ids."""
        return [one.message_id for one in self.sim.chat.cards.values() if "conference" in one.to_jid]

    def text(self, message_id: str) -> str:
        return str(self.sim.chat.cards[message_id].content)

    def press(self, message_id: str, label: str, who: str) -> None:
        """Somebody presses a button of a card."""
        buttons = self.sim.chat.cards[message_id].buttons()
        self.sim.chat.click(
            message_id, next(str(one["value"]) for one in buttons if one["text"] == label), who
        )

    def notices(self) -> int:
        """How many messages Ann has got."""
        return sum(one.to_jid == self.sim.people[ANN].jid for one in self.sim.chat.cards.values())

    def order(self) -> list[str]:
        """What reached Zoom: notices, states and cards in their order."""
        found = []
        for one in self.sim.journal.find("rest", "", "in"):
            if one.what == "POST /im/chat/messages" and one.note == "201":
                found.append("card" if "conference" in str(one.body["to_jid"]) else "notice")
            elif one.note == "204" and one.what.endswith(("presence_status", "/status")):
                found.append(self._value(one))
        return found


@pytest.fixture(autouse=True)
def secrets_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Credentials()
    monkeypatch.setenv("ZOOM_TEST_APP", mine.client_secret)
    monkeypatch.setenv("ZOOM_TEST_EVENTS", mine.webhook_secret)
    monkeypatch.setenv("ZOOM_TEST_SERVER", mine.s2s_client_secret)
    monkeypatch.setenv("ZOOM_TEST_CHATBOT", mine.chatbot_client_secret)


@asynccontextmanager
async def begun(folder: Path, gap_s: float = 0.1, **changes: Any) -> AsyncIterator[Story]:
    """A running site; the simulated Zoom takes a change of a presence every `gap_s`."""
    async with (
        ZoomSimulator(timing=Timing(presence_gap=gap_s)) as sim,
        working(sim, office_of(sim, folder, presence_gap_s=gap_s, **changes)) as story,
    ):
        yield story


def office_of(
    sim: ZoomSimulator, folder: Path, over: frozenset[Presence] = POLICY.write_over, **zoom: Any
) -> ZoomOffice:
    """The office before this Zoom; `zoom` changes its table."""
    table = {"agent_state": "presence", "requests_per_s": 30.0, "state_dir": folder / "zoom"} | zoom
    meeting = MeetingRule(id=sim.room.meeting.number, purpose="team room")
    return ZoomOffice(
        folder,
        ScriptedPlatform([account("ann"), account("lee")], time.time),
        policy=POLICY.model_copy(update={"meetings": (meeting,), "write_over": over}),
        eyes=GreyEyes(),
        links={"ann": _ref(ANN), "lee": _ref(LEA)},
        zoom=config_for(sim, name="zoom", **table),
    )


@asynccontextmanager
async def working(sim: ZoomSimulator, office: ZoomOffice) -> AsyncIterator[Story]:
    """The service, from a start to its end; on the same folder it is the same service after a restart."""
    async with office.at_work() as door:
        sim.webhooks.url = f"{door.pages.url}/ingress/zoom/events"
        sim.bot.url = f"{door.pages.url}/ingress/zoom/bot"
        yield Story(sim, office, door)


def _ref(user_id: str) -> AccountRef:
    return AccountRef("zoom", Credentials().account_id, user_id)


async def test_who_leaves_is_told_is_away_in_zoom_and_is_available_again_on_coming_back(
    tmp_path: Path,
) -> None:
    """The account takes Away from somebody in a meeting, which is switched on in both places.

    Ann is back before Zoom takes a second change, so the way back waits, and is not refused.
    """
    over = POLICY.write_over | {Presence.MEETING}
    async with begun(tmp_path, gap_s=9.0, over=over, away_in_meeting=True) as story:
        story.sim.open_points.away_in_meeting = True
        await story.meet()
        await until(lambda: story.session.presence_at(_ref(ANN)) is Presence.MEETING)
        story.leaves()
        await until(lambda: story.sim.people[ANN].presence == "Away", PATIENCE_S)
        await until(lambda: bool(story.cards()), PATIENCE_S)
        assert story.order()[:2] == ["notice", "Away"]
        assert story.order().index("Away") < story.order().index("card")
        assert story.session.claim is not None

        (card,) = story.cards()
        story.press(card, "Acknowledge", LEA)
        await until(lambda: "Confirmed" in story.text(card))

        story.comes_back()
        await until(lambda: story.written() == ["Away", "Available"], PATIENCE_S)
        await until(lambda: story.session.claim is None and story.notices() == 4)
        assert any("one change of a status a minute" in story.text(one) for one in story.sim.chat.cards)
        assert story.sim.people[ANN].presence == "In_Meeting"
        puts = [one.note for one in story.sim.journal.find("rest") if one.what.startswith("PUT /users/")]
        assert puts == ["204", "204"]
        assert story.office.made[-1].counts["undo_waits"] >= 1


async def test_in_a_meeting_a_flag_takes_the_place_of_away(tmp_path: Path) -> None:
    """Zoom does not document that Away may be set there, so by default nobody tries."""
    async with begun(tmp_path) as story:
        await story.meet()
        story.leaves()
        await until(lambda: bool(story.cards()), PATIENCE_S)
        assert story.order()[0] == "notice"
        assert story.written() == []
        assert story.sim.people[ANN].presence == "In_Meeting"


async def test_contact_center_is_not_ready_and_the_agent_alone_goes_back_to_ready(tmp_path: Path) -> None:
    async with begun(tmp_path, agent_state="contact_center") as story:
        await story.meet()
        story.leaves()
        await until(lambda: story.sim.center.shown(ANN) == "Not Ready: Away - auto", PATIENCE_S)
        await until(lambda: bool(story.cards()), PATIENCE_S)
        story.comes_back()
        await until(lambda: story.sim.center.shown(ANN) == "Not Ready: At desk - auto", PATIENCE_S)
        await until(lambda: story.session.claim is None and story.notices() == 3)
        story.sim.center.choose(ANN, OWN_HAND)
        await until(lambda: story.session.presence_at(_ref(ANN)) is Presence.ON_QUEUE)
        assert story.written() == ["Not Ready: Away - auto", "Not Ready: At desk - auto"]


async def test_an_engagement_is_never_disturbed(tmp_path: Path) -> None:
    async with begun(tmp_path, agent_state="contact_center") as story:
        await story.meet()
        story.sim.center.engage(ANN, on=True)
        await until(lambda: story.session.in_call)
        story.leaves()
        seen_at = story.session.seen_at or 0.0
        await until(lambda: (story.session.seen_at or 0.0) > seen_at + 4.0, PATIENCE_S)
        assert (story.written(), story.order(), story.cards()) == ([], [], [])
        story.sim.center.engage(ANN, on=False)
        await until(lambda: story.sim.center.shown(ANN) == "Not Ready: Away - auto", PATIENCE_S)


async def test_away_by_their_own_hand_stays_as_it_is(tmp_path: Path) -> None:
    """Whoever changes it after us has it: the claim goes, and nothing is written any more."""
    async with begun(tmp_path, agent_state="contact_center", statuses={"Meal": "meal"}) as story:
        await story.meet()
        story.leaves()
        await until(lambda: story.session.claim is not None, PATIENCE_S)
        story.sim.center.choose(ANN, "Not Ready", "Meal")
        await until(lambda: story.session.claim is None)
        story.comes_back()
        await until(lambda: story.session.is_paused)
        assert story.sim.center.shown(ANN) == "Not Ready: Meal"
        assert story.written() == ["Not Ready: Away - auto"]


async def test_after_a_restart_in_the_middle_the_away_is_still_ours_and_is_taken_back(tmp_path: Path) -> None:
    async with ZoomSimulator() as sim:
        office = office_of(sim, tmp_path, agent_state="contact_center")
        async with working(sim, office) as story:
            await story.meet()
            story.leaves()
            await until(lambda: story.session.claim is not None, PATIENCE_S)
            await until(lambda: bool(story.cards()) and story.notices() == 2, PATIENCE_S)
        async with working(sim, office) as again:
            again.shown = story.shown
            await until(lambda: again.session.presence_at(_ref(ANN)) is Presence.AWAY)
            assert again.session.claim is not None
            sim.room.tell_all_joined()
            sim.room.start_stream()
            again.comes_back()
            await until(lambda: sim.center.shown(ANN) == "Not Ready: At desk - auto", PATIENCE_S)
            await until(lambda: again.session.claim is None and again.notices() >= 3)
            assert len(again.cards()) == 1
