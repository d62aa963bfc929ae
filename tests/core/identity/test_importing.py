"""A roster in the database: whole or not at all, and again."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from atdesk_core.identity import (
    Account,
    LinkError,
    LinkHow,
    LinkStatus,
    LiveDirectory,
    RosterError,
    Site,
    confirm_link,
    declare_sites,
    load_directory,
    propose_link,
)
from atdesk_core.store import Store
from atdesk_sdk import AccountRef, ConfigError
from tests.core.identity.town import ROSTER, fill

GENESYS_ANA = AccountRef("genesys", "acme", "g-ana")


async def test_everybody_is_there_after_an_import(store: Store) -> None:
    done = await fill(store)
    assert (done.added, done.updated, done.confirmed, done.proposed, done.removed) == (3, 0, 7, 0, 0)
    town = await load_directory(store)
    assert town.agent_of(AccountRef("zoom", "z2", "Z-bo2")) == "bo"
    assert town.is_lead(AccountRef("genesys", "acme", "g-luz"), "ana")
    assert town.people["ana"].agent_ref != town.people["bo"].agent_ref
    assert town.on_shift("ana", 1_795_168_800.0)  # Friday 2026-11-20, 10:00 in Madrid
    (link,) = [link for link in town.links_of("ana") if link.ref == GENESYS_ANA]
    assert link == Account("ana", GENESYS_ANA, LinkStatus.CONFIRMED, LinkHow.PLATFORM_ID, "Ines Gil", 100.0)


async def test_without_a_human_everything_is_proposed_only(store: Store) -> None:
    done = await fill(store, by=None)
    assert (done.confirmed, done.proposed) == (0, 7)
    assert (await load_directory(store)).agent_of(GENESYS_ANA) is None
    again = await fill(store, at=200.0)
    assert (again.confirmed, again.proposed) == (7, 0)


async def test_importing_again_updates_and_keeps_what_a_human_confirmed(store: Store) -> None:
    await fill(store)
    before = (await load_directory(store)).people["ana"]
    changed = ROSTER.replace("Ana Ruiz", "Ana Ruiz Sol").replace("z1:Z-bo | z2:Z-bo2", "z1:Z-bo")
    done = await fill(store, changed, by=None, at=200.0)
    assert (done.added, done.updated, done.confirmed, done.proposed, done.removed) == (0, 3, 0, 0, 1)
    town = await load_directory(store)
    assert town.people["ana"].name == "Ana Ruiz Sol"
    assert town.people["ana"].agent_ref == before.agent_ref
    assert town.agent_of(AccountRef("zoom", "z2", "Z-bo2")) is None
    assert town.links_of("ana")[0].verified_at == 100.0


async def test_a_column_that_is_left_out_changes_nothing(store: Store) -> None:
    await fill(store)
    await fill(store, "agent_id,name,team,site\nana,Ana,south,lima\n")
    town = await load_directory(store)
    assert (town.people["ana"].team, town.people["ana"].email) == ("south", "ana@example.com")
    assert town.agent_of(GENESYS_ANA) == "ana"
    assert town.lead_ids("ana") == ("luz",)
    assert len(town.people) == 3


async def test_an_account_of_somebody_else_is_refused_by_name_and_nothing_is_imported(store: Store) -> None:
    await fill(store)
    text = "agent_id,name,team,site,genesys\nnew,New One,n,madrid,\nbad,Bad One,n,madrid,g-ana\n"
    with pytest.raises(RosterError, match=r"line 3, genesys: .*g-ana is confirmed for Ana Ruiz \(ana\)"):
        await fill(store, text)
    assert set((await load_directory(store)).people) == {"ana", "bo", "luz"}


async def test_an_account_may_move_within_one_file(store: Store) -> None:
    await fill(store)
    await fill(store, "agent_id,name,team,site,genesys\nana,Ana,n,madrid,\nbo,Bo,n,madrid,g-ana\n")
    assert (await load_directory(store)).agent_of(GENESYS_ANA) == "bo"


async def test_leads_and_addresses_have_to_agree_with_the_directory(store: Store) -> None:
    await fill(store)
    text = "agent_id,name,team,site,lead,email\nnew,New,n,madrid,ghost,ana@example.com\n"
    with pytest.raises(RosterError) as caught:
        await fill(store, text)
    assert [str(fault) for fault in caught.value.faults] == [
        "line 2, lead: ghost is neither in this file nor in the directory",
        "line 2, email: ana@example.com is the address of Ana Ruiz already",
    ]


async def test_a_link_is_proposed_by_a_machine_and_confirmed_by_a_human(store: Store) -> None:
    await fill(store)
    ref = AccountRef("teams", "t1", "T-ana")
    assert await propose_link(store, "ana", ref, LinkHow.VERIFIED_EMAIL)
    assert not await propose_link(store, "ana", ref, LinkHow.VERIFIED_EMAIL)
    assert (await load_directory(store)).agent_of(ref) is None
    link = await confirm_link(store, "ana", ref, "Ines Gil", 300.0)
    assert (link.verified_by, link.how) == ("Ines Gil", LinkHow.VERIFIED_EMAIL)
    assert (await load_directory(store)).agent_of(ref) == "ana"


async def test_a_link_that_cannot_be_is_refused_in_words(store: Store) -> None:
    await fill(store)
    await propose_link(store, "bo", GENESYS_ANA, LinkHow.PLATFORM_ID)
    with pytest.raises(LinkError, match=r"confirmed for Ana Ruiz \(ana\)"):
        await confirm_link(store, "bo", GENESYS_ANA, "Ines", 1.0)
    with pytest.raises(LinkError, match="not proposed for ana"):
        await confirm_link(store, "ana", AccountRef("zoom", "z1", "new"), "Ines", 1.0)
    with pytest.raises(LinkError, match="nobody in the directory has the id ghost"):
        await confirm_link(store, "ghost", GENESYS_ANA, "Ines", 1.0)


async def test_the_database_itself_holds_to_one_person_for_an_account(store: Store) -> None:
    await fill(store)
    await propose_link(store, "bo", GENESYS_ANA, LinkHow.PLATFORM_ID)
    sneak = "UPDATE accounts SET status='confirmed', verified_by='x', verified_at=1 WHERE external_id='g-ana'"
    with pytest.raises(IntegrityError):
        await store.run(lambda connection: connection.execute(text(sneak)))


async def test_a_live_directory_sees_what_another_process_changed(store: Store, path: Path) -> None:
    await fill(store)
    live = await LiveDirectory.load(store)
    assert not await live.refresh()
    async with await Store.open(path) as other:
        await propose_link(other, "ana", AccountRef("teams", "t1", "T-ana"), LinkHow.PLATFORM_ID)
    assert await live.refresh()
    assert len(live.current.links_of("ana")) == 3


async def test_sites_are_declared_once_and_their_zones_checked(store: Store) -> None:
    site = Site("oslo", "NO", "Europe/Oslo")
    await declare_sites(store, [site])
    revision = (await load_directory(store)).revision
    await declare_sites(store, [site])
    town = await load_directory(store)
    assert (town.sites["oslo"], town.revision) == (site, revision)
    with pytest.raises(ConfigError, match="'Mars/Base' is no time zone"):
        await declare_sites(store, [Site("mars", "XX", "Mars/Base")])
