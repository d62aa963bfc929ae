"""The whole service but for vision and the cloud: real store, real sessions, real outbox."""

import asyncio
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atdesk_core.identity import confirm_link
from atdesk_core.ledger import verify
from atdesk_core.runtime.dry import DryDelivery
from atdesk_core.runtime.service import Service
from atdesk_core.session import writing
from atdesk_core.store import StopOrder, Unit
from atdesk_core.web.server import serving
from atdesk_sdk import (
    AccountRef,
    AccountSeen,
    Capabilities,
    CouldNotTell,
    FlagStatus,
    Interaction,
    LeadAction,
    NoticeKind,
    OutcomeUnknown,
    Presence,
    TryLater,
)
from atdesk_sdk.testing import (
    Fault,
    LeadPresses,
    Operation,
    ScriptedPlatform,
    StateBecomes,
    VideoStarts,
)
from tests.core.runtime.office import MEETING, Office, account, until

PRIVATE = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)


def make_office(tmp_path: Path, *agents: str, capabilities: Capabilities = PRIVATE) -> Office:
    names = agents or ("ann",)
    platform = ScriptedPlatform([account(one) for one in (*names, "lee", "eve", "ann-at-home")], time.time)
    return Office(tmp_path, platform, names, capabilities=capabilities)


def written(office: Office) -> list[Presence]:
    return [change.to for change in office.platform.writes]


def told(office: Office) -> list[NoticeKind]:
    return [notice.kind for notice in office.platform.notices]


async def test_told_then_away_then_flagged_and_back_again(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open():
        office.show("nobody")
        await until(lambda: bool(office.platform.flags))
        assert told(office) == [NoticeKind.ABSENT, NoticeKind.MADE_AWAY]
        assert written(office) == [Presence.AWAY]
        office.show("agent")
        await until(lambda: written(office) == [Presence.AWAY, Presence.AVAILABLE])
        await until(lambda: told(office)[-1] is NoticeKind.RESTORED)
        (flag,) = office.platform.flags.values()
        assert flag.details is not None
        assert flag.details.returned_at is not None
        assert flag.link.startswith("https://desk.example/flags/")


@pytest.mark.parametrize("off_by_s", [-600.0, 600.0])
async def test_a_platform_whose_clock_is_ten_minutes_off_changes_nothing(
    tmp_path: Path, off_by_s: float
) -> None:
    office = make_office(tmp_path)
    office.platform.now = lambda: time.time() + off_by_s
    async with office.open():
        office.show("agent")
        await asyncio.sleep(1.0)
        assert told(office) == []
        office.show("nobody")
        await until(lambda: written(office) == [Presence.AWAY])
        office.show("agent")
        await until(lambda: written(office) == [Presence.AWAY, Presence.AVAILABLE])


async def test_a_sink_that_is_not_private_never_gets_the_finding(tmp_path: Path) -> None:
    office = make_office(tmp_path, capabilities=Capabilities())
    async with office.open():
        office.show("other")
        await until(lambda: bool(office.platform.flags))
        (flag,) = office.platform.flags.values()
        assert flag.details is None


@pytest.mark.parametrize("owner", [None, account("nobody-knows"), account("eve")])
async def test_who_is_not_certain_is_never_looked_at(tmp_path: Path, owner: object) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.platform.happen(VideoStarts("x", owner, MEETING, (b"nobody",)))  # type: ignore[arg-type]
        await asyncio.sleep(1.5)
        assert office.platform.looks == []
        assert service.router.counts["not_identified"] == 1


async def test_by_a_verified_address_a_link_is_proposed_and_nobody_is_looked_at_until_a_human_confirms(
    tmp_path: Path,
) -> None:
    office = make_office(tmp_path)
    second = AccountRef("scripted", "scripted", "ann-at-home")
    async with office.open() as service:
        now = time.time()
        service.router.take(AccountSeen(second, "ANN@example.com", now, now))
        service.router.take(AccountSeen(second, "somebody@example.com", now, now))
        await until(lambda: len(service.world.directory.links_of("ann")) == 2)
        office.platform.happen(VideoStarts("x", second, MEETING, (b"agent",)))
        await asyncio.sleep(0.7)
        assert office.platform.looks == []
        await confirm_link(service.store, "ann", second, "H. R.", now)
        await until(lambda: list(service.world.videos.values()) == ["ann"])


async def test_a_claim_survives_a_restart_and_is_restored(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open():
        office.show("nobody")
        await until(lambda: Presence.AWAY in written(office))
        await until(lambda: NoticeKind.MADE_AWAY in told(office))
    async with office.open():
        office.show("agent")
        await until(lambda: written(office) == [Presence.AWAY, Presence.AVAILABLE])


async def test_an_away_of_the_agents_own_is_not_touched_after_a_restart(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open():
        office.show("nobody")
        await until(lambda: Presence.AWAY in written(office))
    office.platform.happen(StateBecomes(account("ann"), presence=Presence.AWAY))
    async with office.open() as service:
        office.show("agent")
        await until(lambda: service.room.session("ann").claim is None)
        await asyncio.sleep(1.5)
        assert written(office) == [Presence.AWAY]


async def test_a_lost_answer_gives_one_message(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    lost = Fault(Operation.POST, OutcomeUnknown("lost"), carried_out=True)
    async with office.open():
        office.platform.happen(lost)
        office.show("other")
        await until(lambda: bool(office.platform.flags))
        await asyncio.sleep(2.0)
        assert len(office.platform.flags) == 1


async def test_a_lost_answer_of_a_write_is_settled_without_a_second_write(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.platform.happen(Fault(Operation.WRITE, OutcomeUnknown("lost"), carried_out=True))
        office.show("nobody")
        await until(lambda: service.room.session("ann").claim is not None)
        assert written(office) == [Presence.AWAY]


@pytest.mark.parametrize("made", [True, False])
async def test_what_became_of_a_write_is_asked_after_its_time_and_it_is_not_sent_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    monkeypatch.setattr(writing, "WRITE_LIFE_S", 0.9)  # the first try of another is a second later
    office = make_office(tmp_path)
    async with office.open() as service:
        office.platform.happen(Fault(Operation.WRITE, OutcomeUnknown("lost"), carried_out=made))
        office.show("nobody")
        await until(lambda: service.outbox.counts["retries"] > 0 and is_settled(service))
        assert written(office) == [Presence.AWAY] * made
        assert (service.room.session("ann").claim is not None) is made, "an Away that stands is ours"
        office.show("agent")
        await until(lambda: written(office) == [Presence.AWAY, Presence.AVAILABLE] * made)


def is_settled(service: Service) -> bool:
    """Whether no write of Ann's is under way."""
    return service.room.session("ann").write is None


async def test_who_cannot_be_reached_is_neither_away_nor_flagged(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open():
        office.platform.happen(Fault(Operation.NOTIFY, TryLater("busy"), times=None))
        office.show("nobody")
        await asyncio.sleep(5.0)
        assert office.platform.writes == []
        assert office.platform.flags == {}


async def test_a_storm_writes_and_flags_nothing(tmp_path: Path) -> None:
    agents = tuple(f"a{number}" for number in range(5))
    office = make_office(tmp_path, *agents)
    async with office.open() as service:
        for one in agents:
            office.show("agent", one)
        await asyncio.sleep(1.0)
        for one in agents:
            office.show("nobody", one)
        await until(lambda: any(record.kind == "storm" for _, record in office.records))
        await asyncio.sleep(4.0)
        assert Presence.AWAY not in [office.platform.states[account(one)].presence for one in agents]
        assert office.platform.flags == {}
        reasons = {service.room.session(one).judge.verdict.reason for one in agents}
        assert reasons == {CouldNotTell.PLATFORM_DOUBT}


async def test_of_a_storm_the_integrator_gets_one_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[dict[str, object]] = []

    async def take(request: Request) -> Response:
        got.append(await request.json())
        return Response(status_code=503 if len(got) == 1 else 204)

    agents = tuple(f"a{number}" for number in range(5))
    office = make_office(tmp_path, *agents)
    office.integrator_webhook = "env:NOTICES"
    async with serving(Starlette(routes=[Route("/", take, methods=["POST"])]), "127.0.0.1", 0) as port:
        monkeypatch.setenv("NOTICES", f"http://127.0.0.1:{port}/")
        async with office.open():
            for one in agents:
                office.show("nobody", one)
            await until(lambda: len(got) == 2)  # the first answer was "busy"
            await asyncio.sleep(1.0)
    assert got[0] == got[1]
    assert (got[0]["what"], got[0]["people"]) == ("platform_doubt", 5)


async def test_three_absences_at_once_are_no_storm(tmp_path: Path) -> None:
    agents = ("a0", "a1", "a2")
    office = make_office(tmp_path, *agents)
    async with office.open():
        for one in agents:
            office.show("nobody", one)
        await until(lambda: len(office.platform.writes) == 3)


async def test_a_dry_run_decides_and_touches_nothing(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.make_delivery = lambda _platforms: DryDelivery()
    async with office.open():
        office.show("other")
        await until(lambda: any(r.kind == "flag" for _, r in office.records))
        assert office.platform.notices == []
        assert office.platform.writes == []
        assert office.platform.flags == {}


async def test_stop_all_ends_looks_and_undoes_what_is_ours(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("nobody")
        await until(lambda: service.room.session("ann").claim is not None)
        await service.store.commit(Unit(stop_orders=(StopOrder("home", time.time()),)))
        await until(lambda: written(office) == [Presence.AWAY, Presence.AVAILABLE])
        count = len(office.platform.looks)
        await asyncio.sleep(1.5)
        assert len(office.platform.looks) == count
        assert office.platform.looks_open == 0


async def test_a_stop_stands_over_a_restart(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        await service.store.commit(Unit(stop_orders=(StopOrder("*", time.time()),)))
    async with office.open():
        office.show("nobody")
        await asyncio.sleep(1.5)
        assert office.platform.looks == []


async def test_only_a_lead_of_the_agent_is_heard(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("other")
        await until(lambda: bool(office.platform.flags))
        (flag,) = office.platform.flags.values()
        press = LeadPresses(flag.number, LeadAction.DISMISS, account("eve"), "wrong")
        office.platform.happen(press)
        assert service.router.counts["answer_by_no_lead"] == 1
        assert service.room.session("ann").flags
        office.platform.happen(LeadPresses(flag.number, LeadAction.DISMISS, account("lee"), "wrong"))
        assert not service.room.session("ann").flags
        await until(lambda: office.platform.flags["1"].status is FlagStatus.DISMISSED)


async def test_a_call_gets_a_flag_at_the_most_and_never_a_write(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open():
        office.platform.happen(StateBecomes(account("ann"), interaction=Interaction.CUSTOMER_CALL))
        office.show("nobody")
        await asyncio.sleep(5.0)
        assert office.platform.writes == []
        assert office.platform.flags == {}


async def test_one_slot_is_shared_in_turn(tmp_path: Path) -> None:
    one_at_a_time = Capabilities(looks_per_stream=1, flag_private=True)
    office = make_office(tmp_path, "a0", "a1", "a2", capabilities=one_at_a_time)
    async with office.open() as service:
        for one in office.agents:
            office.show("agent", one)
        await until(lambda: len(office.platform.looks) >= 9)
        visited = [look.key.participant_id for look in office.platform.looks]
        assert set(visited[:3]) == {"a0", "a1", "a2"}
        assert service.broker.counts["not_our_turn"] == 0


async def test_the_log_in_the_store_is_whole(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("nobody")
        await until(lambda: bool(office.platform.flags))
        await asyncio.sleep(0.5)
        assert (await verify(service.store)).faults == ()
        rows = await service.store.ledger(start=0, end=time.time() + 1)
        assert {"look_opened", "finding", "notice", "state_write", "claim", "flag"} <= {r.kind for r in rows}
        assert not any("ann" in row.data.lower() for row in rows)
