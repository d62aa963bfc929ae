"""One-way cards through a Teams Workflows webhook: name, time and link, and once more when it is over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from atdesk_sdk.adapter import AgentNotice, DigestSink, FlagSink, Ingress
from atdesk_sdk.errors import ConfigError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.flags import FlagStatus, FlagView
from atdesk_sdk.testing import RecordingHost, sample_flag
from atdesk_teams.adapter import build
from atdesk_teams.cards import flag_card
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.words import words_in
from atdesk_teams.workflows import WithWorkflows, webhook_address
from tests.teams.bot_desk import facts, texts, verbs
from tests.teams.desk import table


@dataclass
class Channel:
    """An adapter with a webhook, and what it made of it."""

    sim: TeamsSimulator
    adapter: WithWorkflows

    @property
    def cards(self) -> list[dict[str, object]]:
        """What can be seen in the channel."""
        return [dict(one.card) for one in self.sim.bot.workflow.posts if one.shown and one.card]


class Opens(Protocol):
    """Starts an adapter with changes to its table."""

    def __call__(self, **changes: object) -> AbstractAsyncContextManager[Channel]: ...


@asynccontextmanager
async def channel_at(sim: TeamsSimulator, folder: Path, **changes: object) -> AsyncIterator[Channel]:
    config = {"workflows_url": "env:TEAMS_WORKFLOWS", "poll_s": 5.0} | changes
    adapter = build(TeamsConfig(**table(sim, folder, **config)))
    assert isinstance(adapter, WithWorkflows)
    try:
        await adapter.start(RecordingHost())
        yield Channel(sim, adapter)
    finally:
        await adapter.aclose()


@pytest.fixture
def open_channel(sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opens:
    monkeypatch.setenv("TEAMS_WORKFLOWS", sim.bot.workflow.url(sim.base_url))
    return partial(channel_at, sim, tmp_path)


@pytest.fixture
async def here(open_channel: Opens) -> AsyncIterator[Channel]:
    async with open_channel() as running:
        yield running


def flag(number: str = "K7Q2", status: FlagStatus = FlagStatus.RAISED) -> FlagView:
    """As the engine shows it to such a sink: without a finding."""
    return replace(sample_flag(number, since=1_700_000_000.0), status=status)


async def test_a_card_says_name_time_and_link_and_has_no_dead_button(here: Channel) -> None:
    ref = await here.adapter.post(flag())
    (post,) = here.sim.bot.workflow.posts
    assert (post.shown, post.why) == (True, "")
    (card,) = here.cards
    assert set(facts(card)) == {"Since", "Status"}
    assert verbs(card) == ["Action.OpenUrl"]
    assert (ref.channel, ref.external_id) == ("workflows", "K7Q2")


async def test_the_end_is_told_in_a_second_card_once_over_restarts(open_channel: Opens) -> None:
    async with open_channel() as here:
        ref = await here.adapter.post(flag())
        await here.adapter.update(ref, flag())
        assert len(here.cards) == 1, "nothing while it is open"
        await here.adapter.update(ref, flag(status=FlagStatus.EXPIRED))
    async with open_channel() as here:
        await here.adapter.update(ref, flag(status=FlagStatus.EXPIRED))
        assert here.adapter.counts["told_already"] == 1
        assert [facts(card)["Status"] for card in here.cards] == ["Open", "Over"]
        assert texts(here.cards[0]) == texts(here.cards[1]), "under the same number"


async def test_it_claims_no_more_than_it_can(here: Channel) -> None:
    assert isinstance(here.adapter, FlagSink)
    for other in (DigestSink, AgentNotice, Ingress):
        assert not isinstance(here.adapter, other)
    abilities = here.adapter.capabilities
    assert (abilities.flag_buttons, abilities.flag_private, abilities.flag_edit) == (False, False, True)
    assert not abilities.shows_findings


async def test_a_lost_answer_is_unknown(here: Channel) -> None:
    here.sim.faults.add("POST /workflows/", cut="after")
    with pytest.raises(OutcomeUnknown):
        await here.adapter.post(flag())
    assert len(here.cards) == 1
    here.sim.faults.add("POST /workflows/", status=500)
    with pytest.raises(OutcomeUnknown):
        await here.adapter.post(flag("AAAA"))


async def test_a_follow_up_whose_answer_was_lost_is_not_taken_for_told(here: Channel) -> None:
    ref = await here.adapter.post(flag())
    here.sim.faults.add("POST /workflows/", cut="after")
    with pytest.raises(OutcomeUnknown):
        await here.adapter.update(ref, flag(status=FlagStatus.EXPIRED))
    await here.adapter.update(ref, flag(status=FlagStatus.EXPIRED))
    assert len(here.cards) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_not_now_is_later(here: Channel, status: int) -> None:
    here.sim.faults.add("POST /workflows/", status=status, retry_after=3)
    with pytest.raises(TryLater) as later:
        await here.adapter.post(flag())
    assert later.value.retry_after_s == 3.0


async def test_a_workflow_that_went_with_its_owner_is_said(here: Channel) -> None:
    here.sim.bot.workflow.rules.owned = False
    with pytest.raises(GiveUp, match="gone, perhaps with its owner"):
        await here.adapter.post(flag())


async def test_an_address_that_is_refused_is_said_and_never_shown(
    open_channel: Opens,
    sim: TeamsSimulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    address = sim.bot.workflow.url(sim.base_url)
    monkeypatch.setenv("TEAMS_WORKFLOWS", address.replace("sig=", "sig=not-"))
    async with open_channel() as here:
        with pytest.raises(CredentialsBad, match="workflows_url") as refused:
            await here.adapter.post(flag())
    assert sim.bot.workflow.signature not in caplog.text + str(refused.value)


async def test_the_address_is_in_no_log(here: Channel, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await here.adapter.post(flag())
    assert here.sim.bot.workflow.signature not in caplog.text
    assert "sig=" not in caplog.text


async def test_it_is_not_flooded(here: Channel) -> None:
    for number in range(7):
        await here.adapter.post(flag(f"A{number}"))
    with pytest.raises(TryLater) as later:
        await here.adapter.post(flag("B"))
    assert 0 < (later.value.retry_after_s or 0) <= 2


async def test_accepted_is_any_success(here: Channel) -> None:
    here.sim.bot.workflow.rules.accepted = 200
    await here.adapter.post(flag())
    assert len(here.cards) == 1


async def test_a_table_has_a_bot_or_workflows(sim: TeamsSimulator, tmp_path: Path) -> None:
    both = {"workflows_url": "env:X", "bot_id": sim.client_id, "channel_id": "19:x@thread.tacv2"}
    with pytest.raises(ValueError, match="give it or bot_id"):
        TeamsConfig(**table(sim, tmp_path, **both))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://example.com/workflows?sig=x",
        "https://example.com/workflows",
        "https://[",
        "ftp://example.com/?sig=x",
        "https://outlook.office.example/webhook/x",
    ],
)
def test_what_is_no_address_of_a_webhook_is_said_without_it(address: str) -> None:
    with pytest.raises(ConfigError, match="workflows_url") as wrong:
        webhook_address(address)
    assert not address or address not in str(wrong.value)


def test_an_address_is_taken_as_it_is() -> None:
    address = "https://prod-1.westeurope.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sig=abc"
    assert webhook_address(f" {address}\n") == address


def test_the_largest_card_that_the_engine_can_make_fits() -> None:
    view = replace(flag(), agent_name="\U0001f3a7" * 500, link="https://desk.example/" + "x" * 300)
    for language in ("en", "es", "fr"):
        card = flag_card(view, words_in(language), buttons=False)
        assert len(json.dumps(card, ensure_ascii=False).encode()) < 4000
