"""States come in by webhook, by the first read, and by reading again what was missed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from atdesk_sdk import AccountGone, AccountRef, AgentStateChanged, Interaction, Presence, RawRequest
from atdesk_zoom.adapter import build
from atdesk_zoom.signature import webhook_signature
from atdesk_zoom.simulator import Journal, ZoomSimulator
from tests.core.runtime.office import until
from tests.zoom.running import ANN, BEN, config_for, jpeg
from tests.zoom.stating import ANN_REF, followed, states


async def test_without_the_setting_it_is_no_source_and_no_writer() -> None:
    async with ZoomSimulator() as sim:
        plain = build(config_for(sim))
    assert not any(hasattr(plain, name) for name in ("follow", "read", "write"))


async def test_the_first_state_is_read_and_what_comes_after_is_told(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        assert [state.presence for state in here.states()] == [Presence.AVAILABLE]
        here.choose("Do_Not_Disturb")
        busy = await here.shows(Presence.BUSY)
        assert busy.source == "event"
        assert abs(busy.since - time.time()) < 60


@pytest.mark.parametrize("dash", [False, True])
async def test_the_time_of_a_change_is_zooms_however_it_is_spelt(tmp_path: Path, dash: bool) -> None:
    async with followed(tmp_path) as here:
        here.sim.open_points.date_with_dash = dash
        here.choose("Busy")
        assert (await here.shows(Presence.BUSY)).since.is_integer()


@pytest.mark.parametrize("words", ["event", "enum", "prose"])
async def test_a_meeting_is_an_interaction_in_whichever_words_it_is_read(tmp_path: Path, words: str) -> None:
    async with states(tmp_path) as here:
        here.sim.open_points.read_words = words
        await here.sim.room.join("Ann Agent", [jpeg(90)], person_id=ANN)
        state = await here.adapter.read(ANN_REF)
        assert (state.presence, state.interaction) == (Presence.MEETING, Interaction.MEETING)


async def test_leaving_the_meeting_shows_what_was_before(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        ann = await here.sim.room.join("Ann Agent", [jpeg(90)], person_id=ANN)
        await here.shows(Presence.MEETING)
        mark = len(here.host.events)
        await here.sim.room.leave(ann.user_id)
        assert (await here.shows(Presence.AVAILABLE, mark)).interaction is Interaction.NONE


async def test_a_call_is_a_call(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        here.choose("On_Phone_Call")
        await here.told(lambda state: state.interaction is Interaction.CUSTOMER_CALL)


async def test_an_event_that_got_lost_is_made_up_for(tmp_path: Path) -> None:
    async with followed(tmp_path, reconcile_s=0.2) as here:
        here.sim.faults.lose_webhooks = {"user.presence_status_updated"}
        here.choose("Busy")
        assert (await here.shows(Presence.BUSY)).source == "snapshot"


async def test_an_event_twice_is_told_once(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        here.sim.faults.repeat_webhooks = True
        here.choose("Busy")
        await here.shows(Presence.BUSY)
        await here.sim.journal.wait_entries(2, "webhook", "user.presence_status_updated")
        assert [state.presence for state in here.states()] == [Presence.AVAILABLE, Presence.BUSY]


async def test_an_event_that_comes_late_is_not_believed_but_read_again(tmp_path: Path) -> None:
    """Zoom tries a webhook again after 5, 20 and 60 minutes; by then it may be over."""
    async with followed(tmp_path) as here:
        reads = len(here.sim.journal.find("rest", "GET /users/" + ANN + "/presence_status"))
        await here.adapter.handle(_event(here.sim, _told_at(time.time() - 900, "Busy")))
        await here.sim.journal.wait_entries(reads + 1, "rest", "GET /users/" + ANN + "/presence_status")
        assert {state.presence for state in here.states()} == {Presence.AVAILABLE}


async def test_an_event_that_is_older_than_what_was_told_changes_nothing(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        now = time.time()
        await here.adapter.handle(_event(here.sim, _told_at(now, "Busy")))
        await here.shows(Presence.BUSY)
        await here.adapter.handle(_event(here.sim, _told_at(now - 3, "Available")))
        assert here.states()[-1].presence is Presence.BUSY


async def test_a_word_that_is_new_is_unknown_and_counted(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        here.choose("Gone_Fishing")
        await here.shows(Presence.UNKNOWN)
        assert here.adapter.counts["presence_unknown"] == 1


async def test_an_event_about_somebody_who_is_not_followed_is_nobodys(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        here.sim.presences.set(here.sim.people[BEN], "Busy")
        await here.sim.journal.wait_entries(1, "webhook", "user.presence_status_updated")
        assert {event.state.account for event in here.host.of(AgentStateChanged)} == {ANN_REF}


async def test_signing_out_of_the_client_is_offline(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        here.sim.presences.sign(here.sim.people[ANN], signed_in=False)
        await here.shows(Presence.OFFLINE)


async def test_whoever_the_account_has_no_more_has_left(tmp_path: Path) -> None:
    async with states(tmp_path) as here:
        gone = AccountRef("zoom", ANN_REF.tenant, "lEfTlOnGaGo0000000009")
        await here.adapter.follow([gone, ANN_REF])
        event = await here.host.wait_for(AccountGone)
        assert event.account == gone
        await here.told()
        assert len(here.host.of(AccountGone)) == 1


async def test_the_third_apps_events_come_by_their_own_path_with_their_own_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOM_TEST_SERVER_EVENTS", "another token")
    async with followed(tmp_path, server={"webhook_secret": "env:ZOOM_TEST_SERVER_EVENTS"}) as here:
        assert "/server" in [route.path for route in here.adapter.routes()]
        body = _told_at(time.time(), "Busy")
        wrong = await here.adapter.handle(_event(here.sim, body, path="/server"))
        right = await here.adapter.handle(_event(here.sim, body, path="/server", secret="another token"))
        assert (wrong.status, right.status) == (401, 200)
        await here.shows(Presence.BUSY)


async def test_zoom_that_fails_is_said_once_down_and_once_up_and_is_nobodys_absence(tmp_path: Path) -> None:
    async with followed(tmp_path, reconcile_s=0.1) as here:
        here.sim.faults.unavailable, mark = 1, len(here.host.reports)
        await here.sim.journal.wait_for(_mended, 15)
        await until(lambda: len(here.host.reports) >= mark + 2)
        said = [report.status.value for report in here.host.reports[mark:]]
        assert said == ["degraded", "up"]
        assert {state.presence for state in here.states()} == {Presence.AVAILABLE}


def _mended(journal: Journal) -> bool:
    return [one.note for one in journal.find("rest")][-2:] == ["503", "200"]


def _told_at(at_s: float, word: str) -> bytes:
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s))
    object_ = {"date_time": when, "email": "ann@example.com", "id": ANN, "presence_status": word}
    event = {"event": "user.presence_status_updated", "event_ts": int(at_s * 1000)}
    return json.dumps(event | {"payload": {"account_id": ANN_REF.tenant, "object": object_}}).encode()


def _event(sim: ZoomSimulator, body: bytes, path: str = "/events", secret: str = "") -> RawRequest:
    stamp = str(int(time.time()))
    signature = webhook_signature(secret or sim.credentials.webhook_secret, stamp, body)
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature}
    return RawRequest("POST", path, headers, {}, body, time.time())
