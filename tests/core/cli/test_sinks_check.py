"""What the doctor says about who reads the flags, asked of adapters that are connected for it."""

import time

import pytest

from atdesk_core.cli.doctor import _platforms
from atdesk_core.cli.sinks_check import cover_lines, link_lines
from atdesk_sdk import AccountRef, Capabilities, GiveUp
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import account
from tests.core.runtime.test_showing import directory

PRIVATE = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)


class TellingAdapter(ScriptedAdapter):
    """Says who reads it."""

    readers: tuple[AccountRef, ...] | None = None

    async def members(self) -> tuple[AccountRef, ...] | None:
        return self.readers


class SulkingAdapter(ScriptedAdapter):
    """Cannot be asked."""

    async def members(self) -> None:
        raise GiveUp("the scope channel:read is missing")


async def said(adapter: ScriptedAdapter) -> dict[str, tuple[bool, str]]:
    checks = await _platforms([adapter], directory())
    return {check.what: (check.is_well, check.says) for check in checks}


def platform() -> ScriptedPlatform:
    return ScriptedPlatform([], time.time)


async def test_strangers_and_missing_leads_are_named() -> None:
    adapter = TellingAdapter(platform(), capabilities=PRIVATE)
    adapter.readers = (account("mia"), account("tim"), AccountRef("scripted", "scripted", "guest"))
    is_well, says = (await said(adapter))["readers of scripted"]
    assert not is_well
    assert says == (
        "scripted:scripted:guest, tim read it and lead nobody: take them out; until then no finding is shown "
        "there; lee lead, and are not in it: add them"
    )


async def test_a_channel_of_leads_and_covers_is_well() -> None:
    adapter = TellingAdapter(platform(), capabilities=PRIVATE)
    adapter.readers = (account("lee"), account("mia"))
    found = await said(adapter)
    assert found["readers of scripted"] == (True, "2, all of whom lead or cover")
    assert found["flags in scripted"] == (True, "the finding is shown, and the leads answer in place")


@pytest.mark.parametrize(
    ("adapter", "is_well", "says"),
    [
        (TellingAdapter(platform()), True, "the platform does not say who reads the channel"),
        (ScriptedAdapter(platform()), True, "the adapter cannot say who reads the channel"),
        (SulkingAdapter(platform()), False, "the scope channel:read is missing"),
    ],
)
async def test_what_cannot_be_asked_is_said(adapter: ScriptedAdapter, is_well: bool, says: str) -> None:
    found = (await said(adapter))["readers of scripted"]
    assert found[0] is is_well
    assert says in found[1]


async def test_a_one_way_sink_is_said_to_be_one() -> None:
    found = await said(ScriptedAdapter(platform(), capabilities=Capabilities(flag_private=True)))
    assert found["flags in scripted"][1] == (
        "number, name, time and a link, and no finding, for nobody can answer in it and what it says cannot "
        "be changed"
    )


def test_a_cover_who_would_never_be_asked_is_said() -> None:
    ((what, is_well, says),) = cover_lines(directory())
    assert (what, is_well) == ("cover of lee", False)
    assert "mia would answer for lee, who has no shifts" in says


@pytest.mark.parametrize("can", [PRIVATE, Capabilities()])
def test_a_service_without_an_address_has_no_links(can: Capabilities) -> None:
    adapter = ScriptedAdapter(platform(), capabilities=can)
    ((what, is_well, says),) = link_lines([adapter], "")
    assert (what, is_well) == ("links to flags", can.shows_findings)
    assert "set service.public_url" in says
    assert ("nobody can read a flag of scripted" in says) is not can.shows_findings
    assert list(link_lines([adapter], "https://desk.example")) == []
