"""Away is written by Zoom's rules, once a minute, and never over anybody's own choice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atdesk_sdk import AgentStateChanged, ConfigError, CredentialsBad, Presence, TryLater
from atdesk_zoom.simulator import ZoomSimulator
from tests.zoom.running import ANN, jpeg
from tests.zoom.stating import ANN_REF, StateWorld, followed, states


async def test_our_own_change_comes_back_as_ours_and_is_told_once(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        receipt = await here.write()
        await here.sim.journal.wait_entries(1, "webhook", "user.presence_status_updated")
        away = [state for state in here.states() if state.presence is Presence.AWAY]
        assert [state.revision for state in away] == [receipt.state.revision]


@pytest.mark.parametrize("echo", [True, False])
async def test_a_change_is_verified_with_its_event_or_without_one(tmp_path: Path, echo: bool) -> None:
    """Whether Zoom tells of changes by REST is not documented: then it is read back."""
    async with followed(tmp_path) as here:
        here.sim.open_points.presence_echo = echo
        receipt = await here.write()
        assert receipt.written
        assert (await here.adapter.read(ANN_REF)).revision == receipt.state.revision
        assert here.states()[-1].revision == receipt.state.revision


async def test_an_echo_that_is_slow_is_still_ours(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        here.sim.open_points.presence_echo = False
        receipt = await here.write()
        here.choose("Away")  # the event about it, at last
        await here.sim.journal.wait_entries(1, "webhook", "user.presence_status_updated")
        assert (await here.adapter.read(ANN_REF)).revision == receipt.state.revision


@pytest.mark.parametrize("word", ["Busy", "Available"])
async def test_what_the_agent_chooses_afterwards_is_theirs(tmp_path: Path, word: str) -> None:
    async with followed(tmp_path) as here:
        receipt = await here.write()
        here.choose(word)
        theirs = await here.told(lambda state: state.presence in (Presence.BUSY, Presence.AVAILABLE), 2)
        assert theirs.revision != receipt.state.revision
        here.choose("Away")
        await here.sim.journal.wait_entries(3, "webhook", "user.presence_status_updated")
        again = await here.adapter.read(ANN_REF)
        assert again.presence is Presence.AWAY
        assert again.revision not in (receipt.state.revision, theirs.revision)


async def test_who_is_not_signed_in_cannot_be_set(tmp_path: Path) -> None:
    async with states(tmp_path) as here:
        here.sim.presences.sign(here.sim.people[ANN], signed_in=False)
        receipt = await here.write()
        assert (receipt.written, here.writes()) == (False, [])
        assert receipt.reason == "cannot: the agent is not signed in to the Zoom client"


async def test_what_zoom_does_not_take_is_withdrawn_with_its_word(tmp_path: Path) -> None:
    async with states(tmp_path) as here:
        here.sim.faults.refuse_presence = 1
        receipt = await here.write()
        assert not receipt.written
        assert receipt.reason.startswith("cannot: PUT /users/")
        assert "5301" in receipt.reason
        assert receipt.state.presence is Presence.AVAILABLE


async def test_in_a_meeting_nothing_is_tried(tmp_path: Path) -> None:
    async with states(tmp_path) as here:
        await here.sim.room.join("Ann Agent", [jpeg(90)], person_id=ANN)
        receipt = await here.write()
        assert (receipt.written, here.writes()) == (False, [])
        assert "In_Meeting" in receipt.reason


@pytest.mark.parametrize("takes_it", [True, False])
async def test_with_the_setting_it_is_tried_and_either_answer_is_lived_with(
    tmp_path: Path, takes_it: bool
) -> None:
    async with states(tmp_path, away_in_meeting=True) as here:
        here.sim.open_points.away_in_meeting = takes_it
        await here.sim.room.join("Ann Agent", [jpeg(90)], person_id=ANN)
        away = await here.write()
        assert away.written is takes_it
        assert away.state.presence is (Presence.AWAY if takes_it else Presence.MEETING)
        assert away.reason.startswith("cannot") is not takes_it


@pytest.mark.parametrize("again", [True, False])
async def test_whoever_is_taken_back_in_a_meeting_shows_the_meeting_or_available(
    tmp_path: Path, again: bool
) -> None:
    async with states(tmp_path, away_in_meeting=True) as here:
        here.sim.open_points.away_in_meeting, here.sim.open_points.meeting_shows_again = True, again
        await here.sim.room.join("Ann Agent", [jpeg(90)], person_id=ANN)
        await here.write()
        back = await here.write(Presence.AVAILABLE)
        assert back.written
        assert back.state.presence is (Presence.MEETING if again else Presence.AVAILABLE)


# ---- one a minute ----------------------------------------------------------------------------------------


async def test_a_second_change_within_the_minute_waits_and_says_so(tmp_path: Path) -> None:
    async with states(tmp_path, presence_gap_s=60.0) as here:
        assert (await here.write()).written
        with pytest.raises(TryLater, match="an undo has to wait") as waits:
            await here.write(Presence.AVAILABLE)
        assert 50 < (waits.value.retry_after_s or 0) <= 60
        assert (here.writes(), here.adapter.counts["undo_waits"]) == (["204"], 1)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "goes back to Available in about"),
        ("es-MX", "vuelve a Disponible en unos"),
        ("fr", "redevient Disponible dans"),
        ("de", "goes back to Available in about"),
    ],
)
async def test_the_agent_is_told_once_that_the_way_back_waits(
    tmp_path: Path, language: str, words: str
) -> None:
    async with states(tmp_path, presence_gap_s=60.0) as here:
        await here.write()
        back = replace(await here.wish(Presence.AVAILABLE), language=language)
        for _ in range(3):
            with pytest.raises(TryLater):
                await here.adapter.write(back, lambda: True)
        await here.sim.journal.wait_entries(1, "rest", "POST /im/chat/messages")
        (card,) = here.sim.chat.cards.values()
        assert card.to_jid == here.sim.people[ANN].jid
        assert words in str(card.content)


async def test_after_waiting_it_is_checked_anew(tmp_path: Path) -> None:
    """The agent was quicker: what waited is withdrawn."""
    async with followed(tmp_path, presence_gap_s=0.3) as here:
        await here.write()
        back = await here.wish(Presence.AVAILABLE)
        with pytest.raises(TryLater):
            await here.adapter.write(back, lambda: True)
        here.choose("Busy")
        await here.shows(Presence.BUSY)
        receipt = await _until_settled(here, lambda: True, back.change_id, back.expected)
        assert (receipt, here.writes()) == (
            "the state was changed by someone else since the decision",
            ["204"],
        )


async def test_what_is_no_longer_wanted_after_waiting_is_not_done(tmp_path: Path) -> None:
    async with states(tmp_path, presence_gap_s=0.3) as here:
        await here.write()
        back = await here.wish(Presence.AVAILABLE)
        with pytest.raises(TryLater):
            await here.adapter.write(back, lambda: True)
        receipt = await _until_settled(here, lambda: False, back.change_id, back.expected)
        assert (receipt, here.writes()) == ("it is no longer wanted", ["204"])


async def _until_settled(here: StateWorld, wanted: Callable[[], bool], change_id: str, expected: str) -> str:
    """Ask again as the engine does, each time after as long as the adapter says."""
    change = replace(await here.wish(Presence.AVAILABLE), change_id=change_id, expected=expected)
    async with asyncio.timeout(20):
        while True:
            try:
                return (await here.adapter.write(change, wanted)).reason
            except TryLater as waits:
                await asyncio.sleep(waits.retry_after_s or 0)


async def test_a_change_that_somebody_else_made_counts_for_the_minute_too(tmp_path: Path) -> None:
    """Another app's change of the same user: Zoom says 429, and we come again."""
    async with states(tmp_path, timing={"presence_gap": 60.0}) as here:
        assert (await here.write()).written
        with pytest.raises(TryLater, match="429") as waits:
            await here.write(Presence.AVAILABLE)
        assert (waits.value.retry_after_s or 0) >= 1


async def test_zooms_own_wait_is_kept_to(tmp_path: Path) -> None:
    async with states(tmp_path) as here:
        wish = await here.wish()
        here.sim.faults.retry_after_s = 7.0
        here.sim.faults.too_many = 1
        with pytest.raises(TryLater) as waits:
            await here.adapter.write(wish, lambda: True)
        assert waits.value.retry_after_s == 7.0


# ---- what goes wrong in between --------------------------------------------------------------------------


async def test_an_answer_that_was_lost_before_anything_was_done_is_tried_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with states(tmp_path) as here:
        wish = await here.wish()
        monkeypatch.setattr(here.sim.presences, "set", lambda *_args, **_more: None)
        here.sim.faults.lose_answers = 1
        with pytest.raises(TryLater, match="not carried out"):
            await here.adapter.write(wish, lambda: True)


async def test_what_the_agent_chose_while_ours_was_under_way_is_not_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Theirs came first, ours went over it, and Zoom takes no second change: the Away stands as theirs."""
    async with followed(tmp_path) as here:
        _before_ours(monkeypatch, here.sim, "Busy")
        receipt = await here.write()
        assert not receipt.written
        assert receipt.reason == "the agent chose Busy in between: it is theirs"
        assert receipt.state.presence is Presence.AWAY
        assert here.adapter.counts["write_overtaken"] == 1


def _before_ours(monkeypatch: pytest.MonkeyPatch, sim: ZoomSimulator, word: str) -> None:
    """The agent's choice reaches Zoom, and its event reaches us, between our read and our change."""
    put = sim.presences.set

    def set_both(person: object, presence: str, *, told: bool = True) -> None:
        if presence == "Away":
            put(sim.people[ANN], word)
        put(sim.people[ANN], presence, told=told and presence != "Away")

    monkeypatch.setattr(sim.presences, "set", set_both)


async def test_a_missing_permission_is_named(tmp_path: Path) -> None:
    async with states(tmp_path) as here:
        here.sim.faults.forbid_presence = True
        with pytest.raises(CredentialsBad, match=r"5411.*user:update:presence_status:admin"):
            await here.write()


# ---- over a restart --------------------------------------------------------------------------------------


async def test_after_a_restart_an_away_of_ours_has_its_name_and_nobody_elses_has(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        mine = (await here.write()).state.revision
        await here.adapter.aclose()
        await here.adapter.start(here.host)
        assert (await here.adapter.read(ANN_REF)).revision == mine
        here.choose("Busy")
        here.choose("Away")
        await here.adapter.aclose()
    _holds_no_name(tmp_path)


def _holds_no_name(folder: Path) -> None:
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Agent" not in file.read_text(encoding="utf-8")


async def test_another_state_after_a_restart_is_not_ours(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        mine = (await here.write()).state.revision
        await here.adapter.aclose()
        here.choose("Busy")
        mark = len(here.host.events)
        await here.adapter.start(here.host)
        await here.adapter.follow([ANN_REF])
        assert (await here.shows(Presence.BUSY, mark)).revision != mine


async def test_killed_before_it_was_kept_the_repeat_finds_what_was_done(tmp_path: Path) -> None:
    async with followed(tmp_path) as here:
        wish = await here.wish()
        await here.adapter.write(wish, lambda: True)
        await here.adapter.aclose()
        (tmp_path / "zoom-test.json").unlink()
        await here.adapter.start(here.host)
        again = await here.adapter.write(replace(wish, sent_before=True), lambda: True)
        assert (again.written, again.state.presence) == (True, Presence.AWAY)
        assert here.writes() == ["204"]
        assert (tmp_path / "zoom-test.json").exists()


async def test_an_away_is_kept_before_it_goes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends between Zoom's doing and our noting finds its own Away again."""
    async with followed(tmp_path) as here:
        before, put = [], here.sim.presences.set

        def noted(*args: Any, **more: Any) -> None:
            before.append(ANN in (tmp_path / "zoom-test.json").read_text(encoding="utf-8"))
            put(*args, **more)

        monkeypatch.setattr(here.sim.presences, "set", noted)
        assert (await here.write()).written
        assert before == [True]


async def test_an_away_that_cannot_be_kept_is_not_sent_and_an_end_of_one_is(tmp_path: Path) -> None:
    async with followed(tmp_path / "gone") as here:
        assert (await here.write()).written
        _lose_folder(tmp_path / "gone")
        assert (await here.write(Presence.AVAILABLE)).written, "nobody stays Away for a disk"
        with pytest.raises(TryLater, match=r"zoom-test.json cannot be written.*state_dir"):
            await here.write()
        assert here.writes() == ["204", "204"]


def _lose_folder(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


async def test_what_zoom_refuses_is_not_kept_as_ours(tmp_path: Path) -> None:
    async with followed(tmp_path, presence_gap_s=60.0) as here:
        here.sim.faults.refuse_presence = 1
        refused = await here.write()
        here.choose("Away")
        theirs = await here.shows(Presence.AWAY)
        await here.adapter.aclose()
        await here.adapter.start(here.host)
        assert (await here.adapter.read(ANN_REF)).revision not in (refused.state.revision, theirs.revision)


async def test_the_minute_goes_on_over_a_restart(tmp_path: Path) -> None:
    """The way back waits; it is not answered with 429."""
    async with followed(tmp_path, presence_gap_s=60.0) as here:
        await here.write()
        await here.adapter.aclose()
        await here.adapter.start(here.host)
        with pytest.raises(TryLater, match="an undo has to wait") as waits:
            await here.write(Presence.AVAILABLE)
        assert 30 < (waits.value.retry_after_s or 0) <= 60
        assert here.writes() == ["204"]


async def test_a_folder_that_cannot_be_made_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"file.inside.*state_dir"):
        async with states(tmp_path / "file" / "inside"):
            pass


async def test_a_file_that_is_spoilt_makes_nothing_ours(tmp_path: Path) -> None:
    (tmp_path / "zoom-test.json").write_text("{", encoding="utf-8")
    async with followed(tmp_path) as here:
        assert (await here.write()).written
        assert here.host.of(AgentStateChanged)
