"""What the doctor says of several platforms: whose state counts, who has no account there, what is down."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from atdesk_core.cli.doctor import _platforms
from atdesk_core.cli.platforms_check import account_lines, authority_lines, platform_line
from atdesk_core.identity import Account, Directory, LinkHow, LinkStatus, Person, Site
from atdesk_core.identity.directory import DirectoryRows
from atdesk_core.runtime.config import Config, StateTable
from atdesk_sdk import AccountRef, Capabilities, ConfigError, HealthReport, HealthStatus
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import Office, account


class Mute(ScriptedAdapter):
    """Tells no states: what is None is no method of a protocol."""

    follow = None  # type: ignore[assignment]


def adapter(kind: type[ScriptedAdapter] = ScriptedAdapter, *, writes_state: bool = True) -> ScriptedAdapter:
    return kind(ScriptedPlatform([], time.time), capabilities=Capabilities(writes_state=writes_state))


def config(tmp_path: Path, *, everywhere: str | None = "scripted") -> Config:
    made = Office(tmp_path, ScriptedPlatform([], time.time)).config
    return replace(made, state=StateTable(authority=everywhere))


def test_whose_states_count_is_said_for_each_site(tmp_path: Path) -> None:
    ((what, is_well, says),) = authority_lines(config(tmp_path), [adapter()])
    assert (what, is_well) == ("authority of home", True)
    assert says.startswith("scripted: its states count, and an absence is written there")


def test_a_site_without_an_authority_looks_at_nobody(tmp_path: Path) -> None:
    ((_, is_well, says),) = authority_lines(config(tmp_path, everywhere=None), [adapter()])
    assert not is_well
    assert "nobody is looked at" in says


def test_where_writing_is_switched_off_absences_are_flagged_alone(tmp_path: Path) -> None:
    ((_, is_well, says),) = authority_lines(config(tmp_path), [adapter(writes_state=False)])
    assert not is_well
    assert "flagged alone" in says


def test_a_platform_that_tells_no_states_is_none(tmp_path: Path) -> None:
    ((what, is_well, says),) = authority_lines(config(tmp_path), [adapter(Mute)])
    assert (what, is_well) == ("authority", False)
    assert "scripted is the authority of home, but [[scripted]] as it stands tells no states" in says


async def test_the_service_refuses_it_before_anything_starts(tmp_path: Path) -> None:
    office = Office(tmp_path, ScriptedPlatform([account("ann"), account("lee")], time.time))
    office.adapter_type = Mute
    with pytest.raises(ConfigError, match="tells no states: enable that there, or name another platform"):
        async with office.open():
            pass


def people(*accounts: AccountRef) -> Directory:
    links = [Account("ann", one, LinkStatus.CONFIRMED, LinkHow.VERIFIED_EMAIL) for one in accounts]
    ann = Person("ann", "ref", "Ann Agent", "", "en", "support", "home")
    return Directory(DirectoryRows(people=[ann], sites=[Site("home", "GB", "UTC")], accounts=links))


@pytest.mark.parametrize(
    ("accounts", "has"),
    [
        ((), "no confirmed account on scripted, the authority of home: nobody looks at ann"),
        ((account("ann"), account("anna")), "2 accounts on scripted"),
    ],
)
def test_who_has_not_exactly_one_account_there_is_named(
    tmp_path: Path, accounts: tuple[AccountRef, ...], has: str
) -> None:
    ((what, is_well, says),) = account_lines(config(tmp_path), people(*accounts), ())
    assert (what, is_well) == ("state of ann", False)
    assert has in says
    assert not list(account_lines(config(tmp_path), people(*accounts), ("ann",)))


def test_who_has_one_is_well(tmp_path: Path) -> None:
    assert not list(account_lines(config(tmp_path), people(account("ann")), ()))


@pytest.mark.parametrize(
    ("authority", "says"),
    [("scripted", "nobody at home is looked at, made Away or flagged"), ("other", "stands for an hour")],
)
def test_what_is_down_and_what_that_means(authority: str, says: str) -> None:
    down = HealthReport("scripted", HealthStatus.DOWN, "no answer", 1.0)
    _, is_well, meaning = platform_line(down, adapter(), {"home": authority})
    assert not is_well
    assert meaning.startswith("no answer; ")
    assert says in meaning
    assert "its flags wait" in meaning


def test_one_that_is_not_heard_says_so_though_the_rest_of_it_works() -> None:
    deaf = HealthReport("scripted", HealthStatus.DEGRADED, "no events", 1.0, in_touch=False)
    _, is_well, meaning = platform_line(deaf, adapter(), {"home": "scripted"})
    assert is_well
    assert "until it is back nobody at home" in meaning
    assert "flags wait" not in meaning


async def test_one_that_is_up_means_nothing_else() -> None:
    (check, *_) = await _platforms([adapter()], people(), {"home": "scripted"})
    assert (check.what, check.is_well, check.says) == ("platform scripted", True, "up")
