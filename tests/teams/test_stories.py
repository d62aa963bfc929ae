"""Whatever agents, engine and time do in whatever order: no choice is touched, and nobody stays Away."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from atdesk_sdk.adapter import StateReceipt
from atdesk_sdk.errors import OutcomeUnknown
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.presence import Preferred
from tests.teams.desk import Desk, desk_at

#: What an agent picks. Away only after a poll and never over ours: Teams itself could not tell them apart.
PICKS = ("Available", "Busy", "DoNotDisturb", "BeRightBack", "Offline", "Away")
ACTS = (
    *(f"picks {choice}" for choice in PICKS),
    "resets",
    "signs out",
    "signs in",
    "calls",
    "hangs up",
    "time 100",
    "time 241",
    "time 601",
    "away",
    "away unanswered",
    "back",
    "claimed",
    "unclaimed",
    "restart",
)
EXPIRY_S = 600.0


@dataclass
class Story:
    """One agent, and what the adapter may not touch.

    Attributes:
        desk: The adapter and its platform.
        chosen: What the agent picked last, as long as it stands.
        receipt: Of the last Away that was written.
    """

    desk: Desk
    chosen: Preferred | None = None
    receipt: StateReceipt | None = None
    done: list[str] = field(default_factory=list)

    @property
    def preferred(self) -> Preferred | None:
        """What stands in the one place there is, if its time is not over."""
        found = self.desk.sim.world.state(self.desk.user).preferred
        return found if found is not None and found.expires_at > self.desk.sim.world.clock() else None

    @property
    def is_ours(self) -> bool:
        """Whether an Away of ours stands, as nobody picked one."""
        return self.preferred is not None and self.chosen is None

    def person(self, act: str) -> bool:
        """What the agent, or the time, does. False: it is none of theirs."""
        world, user = self.desk.sim.world, self.desk.user
        if act == "picks Away" and self.is_ours:
            return True
        if act.startswith("picks "):
            world.pick(user, act.removeprefix("picks "))
            self.chosen = self.preferred
        elif act == "resets":
            world.reset_status(user)
            self.chosen = None
        elif act.startswith("time "):
            world.clock.skip(float(act.removeprefix("time ")))
        elif act in _IN_CLIENT:
            getattr(world, _IN_CLIENT[act])(user)
        else:
            return False
        return True

    async def engine(self, act: str) -> None:
        """What the engine wants of the adapter."""
        if act.startswith("away"):
            receipt = await self._away(unanswered=act == "away unanswered")
            if receipt.written:
                assert self.chosen is None or self.chosen.pair.availability == "Available"
                self.receipt, self.chosen = receipt, None
        elif act == "back" and self.receipt is not None:
            await self.desk.back(self.receipt)
        else:
            await self.desk.adapter.keep([self.desk.account()] if act == "claimed" else [])
            await self.desk.adapter.renewals.go()

    async def _away(self, *, unanswered: bool) -> StateReceipt:
        """Wish an Away; unanswered: the request arrives, and for a while nothing can be heard of it."""
        change, faults = await self.desk.wish(), self.desk.sim.faults

        def wanted() -> bool:
            if unanswered:
                faults.add("setUserPreferredPresence", cut="after")
                faults.add("GET /v1.0/users/", status=503, times=100)
            return True

        try:
            return await self.desk.adapter.write(change, wanted)
        except OutcomeUnknown:
            faults.clear()
            return await self.desk.write(change)

    def check(self) -> None:
        """What the agent picked stands, and an Away of ours ends soon."""
        now, preferred = self.desk.sim.world.clock(), self.preferred
        if self.chosen is not None and self.chosen.expires_at > now:
            assert preferred == self.chosen, self.done
        elif preferred is not None:
            assert preferred.pair.availability == "Away", self.done
            assert preferred.expires_at - now <= EXPIRY_S + 1, self.done


_IN_CLIENT = {"signs out": "sign_out", "signs in": "sign_in", "calls": "start_call", "hangs up": "hang_up"}


async def _play(acts: list[str], folder: Path) -> None:
    async with TeamsSimulator() as sim:
        with mock.patch.dict(os.environ, {"TEAMS_SECRET": sim.client_secret}):
            story: Story | None = None
            for part in _between_restarts(acts):
                async with desk_at(sim, folder, poll_s=60.0) as desk:
                    story = Story(desk) if story is None else Story(desk, story.chosen, story.receipt)
                    for act in part:
                        story.done.append(act)
                        if act == "picks Away":
                            await desk.adapter.read(desk.account())
                        if not story.person(act):
                            await story.engine(act)
                        story.check()
            sim.world.clock.skip(EXPIRY_S + 1)
            sim.world.sign_in(sim.world.agents[0].id)
            own = story is not None and story.chosen is not None and story.preferred == story.chosen
            assert own or sim.world.shown(sim.world.agents[0].id).availability != "Away", acts


def _between_restarts(acts: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for act in acts:
        if act == "restart":
            parts.append([])
        else:
            parts[-1].append(act)
    return parts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(acts=["away", "picks DoNotDisturb", "time 241", "claimed"])
@example(acts=["away", "picks BeRightBack", "restart", "time 241", "claimed", "back"])
@example(acts=["away unanswered", "picks Available", "picks Away", "back", "time 241", "claimed"])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=14))
def test_nobodys_choice_is_touched_and_nobody_stays_away(acts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(acts, Path(folder)))


def test_the_stories_reach_what_they_are_about() -> None:
    """One in which everything happens that the others might not."""
    acts = ["away", "claimed", "time 241", "claimed", "restart", "time 241", "claimed", "back", "away"]
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play([*acts, "picks BeRightBack", "claimed", "back", "resets", "away"], Path(folder)))
