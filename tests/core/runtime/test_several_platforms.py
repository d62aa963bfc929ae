"""A running service with several platforms: one authority, others that tighten, outages that hurt nobody."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity import LinkHow, confirm_link, propose_link
from atdesk_core.identity.records import mark_changed, read_rows, remove_accounts
from atdesk_core.runtime.authorities import Authorities
from atdesk_core.runtime.config import Config
from atdesk_core.session import RecordKind
from atdesk_core.store import Store
from atdesk_sdk import (
    AccountRef,
    AdapterConfig,
    AdapterSpec,
    Capabilities,
    CouldNotTell,
    HealthStatus,
    Interaction,
    Presence,
    TryLater,
)
from atdesk_sdk.testing import (
    Fault,
    Operation,
    ReportHealth,
    ScriptedAdapter,
    ScriptedPlatform,
    StateBecomes,
    VideoStarts,
)
from tests.core.runtime.office import MEETING, Office, account, until

ELSEWHERE = AccountRef("elsewhere", "elsewhere", "ann-e")


class Elsewhere(ScriptedAdapter):
    """A second platform; its messages and videos are nobody's concern here."""

    platform = "elsewhere"
    tenant = "elsewhere"


@dataclass
class TwoPlatforms(Office):
    """The office, whose people also have accounts on another platform."""

    other: ScriptedPlatform = field(default_factory=lambda: ScriptedPlatform([ELSEWHERE], time.time))
    site_authority: str | None = None

    def _config(self, adapter: ScriptedAdapter) -> Config:
        config = super()._config(adapter)
        other = Elsewhere(self.other, name="elsewhere", capabilities=Capabilities())
        spec = AdapterSpec("elsewhere", "1", AdapterConfig, Capabilities(), lambda _table: other)
        sites = tuple(one.model_copy(update={"authority": self.site_authority}) for one in config.sites)
        table = AdapterConfig(name="elsewhere", tenant="elsewhere")
        return replace(config, adapters=(*config.adapters, (spec, table)), sites=sites)

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        await link(store, "ann", ELSEWHERE)

    def whats(self, kind: RecordKind, key: str) -> list[object]:
        """What the log holds of one kind."""
        return [row.data.get(key) for _, row in self.records if row.kind is kind]


async def link(store: Store, agent_id: str, ref: AccountRef) -> None:
    """The account is this person's, confirmed."""
    await propose_link(store, agent_id, ref, LinkHow.VERIFIED_EMAIL)
    await confirm_link(store, agent_id, ref, "H. R.", time.time())


async def unlink(store: Store, ref: AccountRef) -> None:
    """The account is nobody's."""

    async def job(connection: AsyncConnection) -> None:
        links = [one for one in (await read_rows(connection)).accounts if one.ref == ref]
        await remove_accounts(connection, links)
        await mark_changed(connection)

    await store.run(job)


def make_office(tmp_path: Path) -> TwoPlatforms:
    return TwoPlatforms(tmp_path, ScriptedPlatform([account("ann"), account("lee")], time.time))


def health(platforms: Iterable[ScriptedPlatform], status: HealthStatus) -> None:
    for one in platforms:
        one.happen(ReportHealth(status, "" if status is HealthStatus.UP else "no answer"))


async def looked_at(office: Office) -> None:
    """Wait for one more look."""
    before = len(office.platform.looks)
    await until(lambda: len(office.platform.looks) > before)


async def test_an_authority_of_the_sites_own_is_the_one_that_is_written(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.site_authority = "elsewhere"
    async with office.open() as service:
        assert service.world.authority_of("ann") == ELSEWHERE
        office.show("agent")
        await looked_at(office)
        office.show("nobody")
        await until(lambda: office.other.state(ELSEWHERE).presence is Presence.AWAY)
        assert office.platform.writes == []


def test_a_site_that_names_none_goes_by_the_one_of_all() -> None:
    authorities = Authorities("genesys", {"lima": "zoom"})
    assert [authorities.at(site) for site in ("lima", "home", None)] == ["zoom", "genesys", "genesys"]


async def test_a_call_elsewhere_holds_the_write_and_its_end_lets_it_go(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent")
        await looked_at(office)
        office.other.happen(StateBecomes(ELSEWHERE, interaction=Interaction.CUSTOMER_CALL))
        await until(lambda: service.room.session("ann").in_call)
        office.show("nobody")
        for _ in range(6):
            await looked_at(office)
        assert office.platform.writes == []
        office.other.happen(StateBecomes(ELSEWHERE, interaction=Interaction.NONE))
        await until(lambda: bool(office.platform.writes))


async def test_while_the_authority_is_down_nobody_is_looked_at_and_it_mends_by_itself(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent")
        await looked_at(office)
        health([office.platform], HealthStatus.DOWN)
        await until(lambda: service.room.session("ann").hearing.in_the_dark)
        assert service.room.session("ann").look is None
        office.show("nobody")
        looks = len(office.platform.looks)
        await until(lambda: "authority_down" in office.whats(RecordKind.LOOK_SKIPPED, "because"))
        assert CouldNotTell.ADAPTER_DOWN in office.whats(RecordKind.COULD_NOT_TELL, "what")
        assert len(office.platform.looks) == looks
        assert (office.platform.notices, office.platform.writes, office.platform.flags) == ([], [], {})
        health([office.platform], HealthStatus.UP)
        await until(lambda: bool(office.platform.writes))
        assert office.platform.notices, "told first, from anew"


async def test_a_write_that_waits_while_the_authority_goes_down_is_not_made_afterwards(
    tmp_path: Path,
) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.platform.happen(Fault(Operation.WRITE, TryLater("busy", retry_after_s=2.0)))
        office.show("agent")
        await looked_at(office)
        office.show("nobody")
        await until(lambda: service.room.session("ann").write is not None)
        health([office.platform], HealthStatus.DOWN)
        await until(lambda: service.room.session("ann").episodes == ())
        office.show("agent")
        health([office.platform], HealthStatus.UP)
        await until(lambda: service.room.session("ann").write is None)
        assert office.platform.writes == []
        assert "not_sent" in office.whats(RecordKind.STATE_WRITE, "reason")


async def test_another_platform_that_is_down_keeps_its_last_word_and_nobody_elses(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent")
        await looked_at(office)
        office.other.happen(StateBecomes(ELSEWHERE, Presence.MEAL))
        await until(lambda: service.room.session("ann").is_paused)
        health([office.other], HealthStatus.DOWN)
        await until(lambda: bool(service.world.facts("ann").silent_since))
        assert [one for one, _ in service.world.facts("ann").silent_since] == [ELSEWHERE]
        assert service.room.session("ann").is_paused
        office.platform.happen(StateBecomes(account("ann"), Presence.ON_QUEUE))
        await looked_at(office)
        health([office.other], HealthStatus.UP)
        await until(lambda: service.room.session("ann").is_paused)
        assert service.world.facts("ann").silent_since == ()


@pytest.mark.parametrize("which", ["authority", "other"])
async def test_a_platform_that_could_not_be_reached_at_first_counts_once_it_is(
    tmp_path: Path, which: str
) -> None:
    office = make_office(tmp_path)
    late = office.platform if which == "authority" else office.other
    late.happen(Fault(Operation.START, TryLater("out of reach", retry_after_s=0.3)))
    async with office.open() as service:
        name = "scripted" if which == "authority" else "elsewhere"
        assert service.health()[name].status is HealthStatus.DOWN
        await until(lambda: service.health()[name].status is HealthStatus.UP)
        office.show("agent")
        await looked_at(office)
        assert service.world.facts("ann").silent_since == ()


async def test_all_of_them_down_at_once_is_no_absence(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.show("agent")
        await looked_at(office)
        health([office.platform, office.other], HealthStatus.DOWN)
        office.hide("adapter_down")
        await until(lambda: service.room.session("ann").hearing.in_the_dark)
        health([office.platform, office.other], HealthStatus.UP)
        office.show("agent")
        await looked_at(office)
        assert (office.platform.notices, office.platform.writes, office.platform.flags) == ([], [], {})


async def test_nobody_is_looked_at_by_an_account_that_is_not_theirs_any_more(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        office.other.happen(VideoStarts("x", ELSEWHERE, MEETING, (b"agent",)))
        await until(lambda: len(office.other.looks) >= 2)
        await unlink(service.store, ELSEWHERE)
        await until(lambda: service.world.agent_of(ELSEWHERE) is None)
        await until(lambda: not service.room.session("ann").videos)
        assert service.world.videos == {}
        assert service.router.not_identified, "it is on, and it is nobody's"
        looks = len(office.other.looks)
        await link(service.store, "ann", ELSEWHERE)
        await until(lambda: len(office.other.looks) > looks)


async def test_an_account_that_is_somebody_elses_now_shows_that_person(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.agents = ("ann", "bea")
    async with office.open() as service:
        office.other.happen(VideoStarts("x", ELSEWHERE, MEETING, (b"agent",)))
        await until(lambda: "ann" in service.world.videos.values())
        await unlink(service.store, ELSEWHERE)
        await link(service.store, "bea", ELSEWHERE)
        await until(lambda: list(service.world.videos.values()) == ["bea"])
        assert not service.room.session("ann").videos
        assert [one.account for one in service.room.session("bea").videos] == [ELSEWHERE]
