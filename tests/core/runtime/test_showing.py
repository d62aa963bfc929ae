"""What each kind of sink is told of a flag, with a whole service behind a scripted platform."""

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from atdesk_core.identity import Directory, DirectoryRows, LinkStatus, Person, Site
from atdesk_core.identity.people import Account, LinkHow
from atdesk_core.judging import Basis, BasisKind
from atdesk_core.reviewing import Asked, RequestKind
from atdesk_core.runtime.channels import ChannelWatch, compared
from atdesk_core.runtime.outbox import Delivery
from atdesk_core.runtime.planning import flag_of, flag_row, outbox_rows, unit_of
from atdesk_core.runtime.profile import Profile
from atdesk_core.session import OpenFlag, PostFlag, UpdateFlag, new_session
from atdesk_core.store import MessageRefRow, OutboxSettled, OutboxStatus, Store, Unit
from atdesk_sdk import AccountRef, Capabilities, FindingKind, FlagStatus, TryLater
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import Office, account, until

COMBINATIONS = [
    Capabilities(flag_buttons=buttons, flag_edit=edit, flag_private=private)
    for buttons, edit, private in itertools.product([False, True], repeat=3)
]


def test_only_a_private_sink_that_can_be_answered_and_changed_shows_a_finding() -> None:
    shows = [can for can in COMBINATIONS if can.shows_findings]
    assert shows == [Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)]


@pytest.mark.parametrize(
    "can",
    COMBINATIONS,
    ids=lambda can: (
        "-".join(name for name in ("flag_buttons", "flag_edit", "flag_private") if getattr(can, name))
        or "nothing"
    ),
)
async def test_every_other_sink_gets_name_time_and_link_and_no_update_says_more(
    tmp_path: Path, can: Capabilities
) -> None:
    platform = ScriptedPlatform([account(one) for one in ("ann", "lee")], time.time)
    office = Office(tmp_path, platform, capabilities=can)
    async with office.open() as service:
        office.show("other")
        await until(lambda: bool(platform.flags))
        (first,) = platform.flags.values()
        assert (first.agent_name, first.status) == ("Ann Agent", FlagStatus.RAISED)
        assert first.link.startswith(f"https://desk.example/flags/{first.number}/")
        assert (first.details is not None) is can.shows_findings
        lee = service.world.directory.agent_ref("lee") or ""
        for kind, code in ((RequestKind.ACKNOWLEDGE, "as_shown"), (RequestKind.DISMISS, "wrong")):
            asked = Asked(kind, lee, time.time(), flag_number=first.number, code=code)
            assert await service.reviews.take(asked) == "done"
        await until(lambda: service.outbox.depth == 0)
        await service.room.flushed()
        entry = await service.store.outbox_entry(f"flag-{first.number}-post@scripted")
        assert entry is not None
        await until(lambda: platform.flags["1"].status in _END[can.shows_findings, can.flag_edit])
        assert (platform.flags["1"].details is not None) is can.shows_findings


_END = {
    (True, True): {FlagStatus.DISMISSED},
    (False, True): {FlagStatus.EXPIRED},  # it is over; of what became of it nothing is said
    (False, False): {FlagStatus.RAISED},  # a one-way sink gets nothing more
}


async def test_a_change_waits_for_a_post_that_settles_between_two_questions_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)
    platform = ScriptedPlatform([account(one) for one in ("ann", "lee")], time.time)
    ways: list[Delivery] = []
    office = Office(
        tmp_path,
        platform,
        capabilities=everything,
        make_delivery=lambda way: ways.append(way) or way,  # type: ignore[func-returns-value]
    )
    async with office.open() as service:
        now, profile = time.time(), service.world.profile("ann")
        flag = OpenFlag("F2", "phone", FindingKind.PHONE, now, now, now + 3600, 0.8, True)
        (post,) = outbox_rows(PostFlag(flag), profile, now, 1)
        (change,) = outbox_rows(UpdateFlag(flag), profile, now, 2)
        await service.store.commit(Unit(flags=(flag_row(flag, profile, "abc123"),), outbox=(post,)))
        posted = await ways[0].deliver(post, sent_before=False)
        assert posted.ref is not None
        message = MessageRefRow("F2", posted.ref.adapter, posted.ref.channel, posted.ref.external_id)
        settled = OutboxSettled(post.row_id, OutboxStatus.SENT, now, 1, "")
        asked = service.store.message_refs

        async def settled_right_after(number: str) -> list[MessageRefRow]:
            found = await asked(number)
            await service.store.commit(Unit(message_refs=(message,), settled=(settled,)))
            return found

        monkeypatch.setattr(service.store, "message_refs", settled_right_after)
        with pytest.raises(TryLater, match="still on its way"):
            await ways[0].deliver(change, sent_before=False)
        monkeypatch.undo()
        assert (await ways[0].deliver(change, sent_before=False)).status is OutboxStatus.SENT


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "possible phone in the hand or at the ear, in 4 of 5 pictures"),
        ("es", "posible teléfono en la mano o al oído, en 4 de 5 imágenes"),
        ("fr", "téléphone possible dans la main ou à l'oreille, dans 4 images sur 5"),
    ],
)
async def test_a_sink_reads_in_its_own_language_on_what_a_finding_rests(
    tmp_path: Path, language: str, says: str
) -> None:
    private = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True, flag_language=language)
    platform = ScriptedPlatform([account(one) for one in ("ann", "lee")], time.time)
    ways: list[Delivery] = []
    office = Office(
        tmp_path,
        platform,
        capabilities=private,
        make_delivery=lambda way: ways.append(way) or way,  # type: ignore[func-returns-value]
    )
    async with office.open() as service:
        now, profile = time.time(), service.world.profile("ann")
        basis = Basis(BasisKind.PHONE, "cell phone", seen=4, weighed=5)
        plain = OpenFlag("F2", "phone", FindingKind.PHONE, now, now, now + 3600, 0.8, True)
        earlier = replace(plain, number="F3", rule="absence", evidence="words of an earlier version")
        for flag in (replace(plain, evidence=basis), earlier):
            (post,) = outbox_rows(PostFlag(flag), profile, now, 1)
            await service.store.commit(Unit(flags=(flag_row(flag, profile, "abc123"),)))
            await ways[0].deliver(post, sent_before=False)
        shown = {one.number: one.details.evidence for one in platform.flags.values() if one.details}
        assert shown == {"F2": says, "F3": "words of an earlier version"}


def test_on_what_a_closed_flag_rests_is_read_from_what_was_kept_of_it() -> None:
    profile = Profile("ann", "ref", "Ann Agent", "en", "north", "home", "UTC", {}, (), ())
    basis = Basis(BasisKind.COMPANY, count=1, seen=3, weighed=4)
    flag = OpenFlag("F2", "phone", FindingKind.PHONE, 1.0, 2.0, 3.0, 0.8, True, evidence=basis)
    session = new_session("ann", 2.0)
    unit = unit_of(session, 1, [PostFlag(flag)], profile, "abc123", lambda _: None)
    assert flag_of(unit.flags[0], unit.grounds[0], 3.0).evidence == basis


# ---- who reads a channel ---------------------------------------------------------------------------------


def someone(agent_id: str) -> Person:
    return Person(agent_id, f"ref{agent_id}", agent_id.title(), "", "en", "support", "home")


def linked(agent_id: str) -> Account:
    return Account(
        agent_id, account(agent_id), LinkStatus.CONFIRMED, LinkHow.PLATFORM_ID, "H. R.", verified_at=1.0
    )


def directory() -> Directory:
    names = ("ann", "lee", "tom", "mia", "tim")
    return Directory(
        DirectoryRows(
            people=[someone(one) for one in names],
            sites=[Site("home", "PE", "UTC")],
            accounts=[linked(one) for one in names if one != "tom"],
            leads=[("ann", "lee"), ("ann", "tom")],
            covers=[("lee", "mia")],
        )
    )


def test_members_are_compared_with_leads_and_covers() -> None:
    unknown = AccountRef("scripted", "scripted", "guest")
    readers = compared(directory(), "scripted", "scripted", [account("mia"), account("tim"), unknown])
    assert readers.strangers == ("scripted:scripted:guest", "tim")
    assert readers.missing == ("lee",), "tom leads too, and has no account there"
    assert compared(directory(), "scripted", "scripted", [account("lee")]) == compared(
        directory(), "scripted", "scripted", [account("lee"), account("mia")]
    )


class TellingAdapter(ScriptedAdapter):
    """A scripted adapter that says who is in its channel."""

    readers: Callable[[], tuple[AccountRef, ...] | None]

    async def members(self) -> tuple[AccountRef, ...] | None:
        return self.readers()


async def test_a_channel_with_a_stranger_in_it_is_open_over_restarts_until_the_stranger_is_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = [1000.0]
    platform = ScriptedPlatform([], time.time)
    adapter = TellingAdapter(platform)
    async with await Store.open(tmp_path / "atdesk.db") as store:

        async def watch() -> ChannelWatch:
            one = ChannelWatch([adapter], store, directory, lambda: now[0])
            await one.load()
            return one

        first = await watch()
        adapter.readers = lambda: (account("lee"), account("tim"))
        await first.look()
        assert first.is_open("scripted")
        assert "the channel of scripted is read by people who lead nobody (1)" in caplog.text
        again = await watch()
        assert again.is_open("scripted")
        adapter.readers = _fails
        await again.look()
        assert again.is_open("scripted"), "a platform that cannot be asked changes nothing"
        now[0] += 3600
        adapter.readers = lambda: None
        await again.look()
        assert again.is_open("scripted")
        now[0] += 3600
        adapter.readers = lambda: (account("lee"),)
        await again.look()
        assert not again.is_open("scripted")
        assert not (await watch()).is_open("scripted")


def _fails() -> None:
    raise TryLater("busy")


async def test_a_sink_that_turns_out_open_loses_the_finding(tmp_path: Path) -> None:
    everything = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)
    platform = ScriptedPlatform([account(one) for one in ("ann", "lee")], time.time)
    office = Office(tmp_path, platform, capabilities=everything, adapter_type=TellingAdapter)
    TellingAdapter.readers = staticmethod(lambda: (account("lee"), account("ann")))
    async with office.open():
        office.show("other")
        await until(lambda: bool(platform.flags))
        (shown,) = platform.flags.values()
        assert shown.details is None
