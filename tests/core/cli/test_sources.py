"""The doctor says which parts of a day nothing can be looked at, in plain words, and what to do about it."""

import itertools
import time
from dataclasses import replace
from pathlib import Path

import pytest

from atdesk_core.agreements import (
    Approval,
    Content,
    Desk,
    Scope,
    ScopeKind,
    load_agreements,
    put_in_force,
)
from atdesk_core.cli.sources_check import source_lines
from atdesk_core.identity.signing import Signer
from atdesk_core.policy import Level, LevelKind, LookRules, MeetingRule, SitePolicy
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.config import TeamTable
from atdesk_core.runtime.sources import Abilities, Part, PartOfDay, abilities_of, parts_of_day
from atdesk_sdk import Capabilities
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.cli.test_commands import CONFIG, POLICY
from tests.core.cli.typed import typed
from tests.core.runtime.office import POLICY as OFFICE_POLICY
from tests.core.runtime.office import Office, account, no_caps

ZOOM = Abilities(meeting_video=True, tells_people=True)
NOTHING = Abilities(meeting_video=False, tells_people=False)
LISTED = (MeetingRule(id="900", purpose="team room"),)
TEAM = """
[[team]]
id = "blue"
policy = "blue.toml"
"""


def day(
    abilities: Abilities,
    *,
    page: bool = False,
    page_in_call: bool = False,
    listed: bool = True,
    camera: bool = True,
) -> dict[Part, PartOfDay]:
    policy = SitePolicy(
        site="home",
        accountable="A. Person",
        camera=camera,
        looks=LookRules(page=page, page_in_call=page_in_call),
        meetings=LISTED if listed else (),
    )
    return {one.part: one for one in parts_of_day(policy, abilities)}


def sourced(parts: dict[Part, PartOfDay]) -> set[Part]:
    return {part for part, one in parts.items() if one.has_source}


def test_with_meetings_alone_a_call_and_the_time_between_have_no_source() -> None:
    parts = day(ZOOM)
    assert sourced(parts) == {Part.LISTED_MEETING}
    assert "a voice call has no picture" in parts[Part.CALL].says
    assert "unless a listed meeting runs beside it" in parts[Part.CALL].says
    assert "enable looks.page and looks.page_in_call, or accept it" in parts[Part.CALL].says
    assert "enable looks.page, or accept it" in parts[Part.BETWEEN].says


def test_the_page_fills_the_time_between_calls_and_the_call_with_a_leave_of_its_own() -> None:
    assert sourced(day(ZOOM, page=True)) == {Part.LISTED_MEETING, Part.BETWEEN}
    assert "enable looks.page_in_call, or" in day(ZOOM, page=True)[Part.CALL].says
    everything = day(ZOOM, page=True, page_in_call=True)
    assert sourced(everything) == {Part.LISTED_MEETING, Part.BETWEEN, Part.CALL}


def test_a_leave_for_calls_is_nothing_without_the_page() -> None:
    assert sourced(day(ZOOM, page_in_call=True)) == {Part.LISTED_MEETING}


@pytest.mark.parametrize(("page", "in_call", "listed"), list(itertools.product([False, True], repeat=3)))
def test_no_setting_gives_a_meeting_that_is_not_listed_a_source(
    page: bool, in_call: bool, listed: bool
) -> None:
    parts = day(ZOOM, page=page, page_in_call=in_call, listed=listed)
    assert not parts[Part.OTHER_MEETING].has_source
    assert (Part.LISTED_MEETING in sourced(parts)) == listed


def test_meetings_that_are_listed_without_an_adapter_are_no_source() -> None:
    parts = day(NOTHING)
    assert sourced(parts) == set()
    assert "no adapter gives their video" in parts[Part.LISTED_MEETING].says
    assert "unless" not in parts[Part.CALL].says


def test_where_the_platform_tells_nobody_the_page_has_to_be_open() -> None:
    untold = Abilities(meeting_video=True, tells_people=False)
    assert "only while the agent's page is open" in day(untold)[Part.LISTED_MEETING].says


def test_without_camera_analysis_no_part_of_a_day_has_a_source() -> None:
    parts = day(ZOOM, page=True, page_in_call=True, camera=False)
    assert sourced(parts) == set()
    assert len(parts) == len(Part)


def test_abilities_are_those_of_the_adapters() -> None:
    platform = ScriptedPlatform([], lambda: 0.0)
    telling = ScriptedAdapter(platform, capabilities=Capabilities(video_tells_people=True))
    assert abilities_of([]) == NOTHING
    assert abilities_of([telling]) == ZOOM
    assert abilities_of([ScriptedAdapter(platform, capabilities=Capabilities())]) == Abilities(True, False)


def doctor(folder: Path, policy: str, config: str = CONFIG) -> list[str]:
    (folder / "atdesk.toml").write_text(config)
    (folder / "policy.toml").write_text(policy)
    (folder / "blue.toml").write_text(POLICY)
    return typed(folder, "doctor").out.splitlines()


def test_the_doctor_names_each_part_of_a_day_at_each_site(tmp_path: Path) -> None:
    said = doctor(tmp_path, POLICY + "[looks]\npage = true\n")
    between = next(line for line in said if f"site home, {Part.BETWEEN}" in line)
    assert between.startswith("well")
    assert "the camera of the agent's page" in between
    call = next(line for line in said if f"site home, {Part.CALL}" in line)
    assert call.startswith("well"), "a gap that somebody may accept is nothing to mend"
    assert "enable looks.page_in_call, or accept it" in call


def test_a_day_without_any_source_is_to_be_mended(tmp_path: Path) -> None:
    said = doctor(tmp_path, POLICY)
    of_day = [line for line in said if any(f"site home, {part}" in line for part in Part)]
    assert len(of_day) == len(Part)
    assert all(line.startswith("mend") for line in of_day)


def test_a_team_without_people_at_a_site_has_no_line_there(tmp_path: Path) -> None:
    assert not [line for line in doctor(tmp_path, POLICY, CONFIG + TEAM) if "team blue" in line]


async def test_a_team_with_a_policy_of_its_own_has_lines_of_its_own(tmp_path: Path) -> None:
    platform = ScriptedPlatform([account("ann"), account("lee")], time.time)
    open_page = OFFICE_POLICY.model_copy(update={"looks": LookRules(page=True)})
    office = Office(tmp_path, platform, policy=open_page)
    table = TeamTable(id="support", policy=tmp_path / "support.toml")
    config = replace(office.config, teams=(table,))
    async with office.open() as service:
        signer = Signer.for_service(config.service.signing_key)
        desk = Desk(service.store, signer, declared_of(config), no_caps)
        content = Content(Level(LevelKind.TEAM, "support", {"looks.page": False}))
        approval = Approval("H. R.", "a test", time.time())
        await put_in_force(desk, {Scope(ScopeKind.TEAM, "support"): content}, approval)
        key = config.service.signing_key
        agreements = await load_agreements(service.store, declared_of(config), key, no_caps)
        lines = list(source_lines(config, agreements, service.world.directory, ZOOM))
    said = {what: says for what, _, says in lines}
    assert said[f"site home, {Part.BETWEEN}"].startswith("the camera of the agent's page")
    assert said[f"team support at home, {Part.BETWEEN}"].startswith("nothing can be looked at")
