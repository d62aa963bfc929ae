"""Presets: readable, with sources and a date, never looser by omission, and no nonsense is taken."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.policy import Level, LevelKind, LookReason, Precondition, PresetRefused, cap_of, resolve
from atdesk_core.policy.direction import gives_more
from atdesk_core.policy.jurisdictions import GENERAL, Presets, parse_preset, read_presets, shipped_presets
from atdesk_core.policy.settings import SETTINGS, value_at
from tests.core.policy.drawn import stacks

FOLDER = files("atdesk_core.policy") / "presets"
CODES = sorted(shipped_presets().by_code)
CAPPED = sorted(path for path, one in SETTINGS.items() if one.direction.capped)
IN_EUROPE = ("AT", "DE", "ES", "FR", "GR", "IE", "IT", "NL", "PL", "SE")
# Worked out from the reasons for a look, so that the file cannot contradict itself.
WORKED_OUT = "looks.preset_forbids"


def text_of(code: str) -> str:
    return (FOLDER / f"{code}.toml").read_text(encoding="utf-8")


def test_every_place_that_is_asked_for_has_its_preset() -> None:
    assert set(CODES) == {"AL", "CO", "DE", "EU", "FR", "GB", "GR", "IT", "NL", "US-IL", "general"}


@pytest.mark.parametrize("code", CODES)
def test_a_preset_is_named_like_its_file_and_says_where_it_comes_from(code: str) -> None:
    preset = parse_preset(text_of(code), code)
    assert preset.code == code
    assert preset.sources
    assert preset.as_of.year >= 2026
    assert "not legal advice" in preset.notice.lower()
    assert "signed off" in preset.notice


@pytest.mark.parametrize("code", CODES)
def test_no_preset_is_looser_than_the_general_one(code: str) -> None:
    general = cap_of(GENERAL).values
    for path, value in cap_of(code).values.items():
        assert not gives_more(SETTINGS[path].direction, value, general[path]), path


def test_the_general_preset_speaks_of_every_setting() -> None:
    said = parse_preset(text_of(GENERAL), GENERAL).caps
    assert [path for path in CAPPED if path not in said] == [WORKED_OUT]


@pytest.mark.parametrize("code", CODES)
def test_every_setting_has_a_cap_in_every_preset(code: str) -> None:
    assert sorted(cap_of(code).values) == CAPPED


@pytest.mark.parametrize("path", [path for path in CAPPED if path != WORKED_OUT])
def test_what_a_preset_leaves_out_is_at_its_most_protective(path: str) -> None:
    lines = text_of(GENERAL).splitlines()
    table, name = path.rpartition(".")[0], path.rpartition(".")[2]
    kept, inside = [], ""
    for line in lines:
        inside = line.strip("[]") if line.startswith("[") else inside
        here = inside.removeprefix("caps").strip(".") == table and inside.startswith("caps")
        kept += [] if here and line.startswith(f"{name} =") else [line]
    assert len(kept) == len(lines) - 1
    cap = Presets([parse_preset("\n".join(kept), "general")]).cap("ZZ")
    assert cap.values[path] == SETTINGS[path].strictest


@pytest.mark.parametrize(
    ("asked", "preset"),
    [
        ("IE", "EU"),
        ("ie", "EU"),
        ("NO", "EU"),
        ("UK", "GB"),
        ("GB-SCT", "GB"),
        ("EL", "GR"),
        ("RE", "FR"),
        ("DE-BY", "DE"),
        ("US-IL", "US-IL"),
        ("US", "general"),
        ("US-CO", "general"),
        ("CO", "CO"),
        ("ZZ", "general"),
        ("general", "general"),
    ],
)
def test_a_place_has_its_own_preset_or_its_countrys_or_the_general_one(asked: str, preset: str) -> None:
    assert shipped_presets().preset_of(asked).code == preset


@pytest.mark.parametrize("typed", ["GBR", "", "Albania", "A1", "US_IL", "GB "])
def test_a_typing_error_never_ends_in_wider_limits(typed: str) -> None:
    with pytest.raises(PresetRefused, match="is no jurisdiction"):
        cap_of(typed)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[caps.phone]", "[caps.telephone]", "the preset GB.toml: .*telephone: unknown key"),
        ("random_per_shift = 0", "random_per_shift = -1", "GB.toml: .*looks.random_per_shift"),
        ("random_per_shift = 0", "random_looks = 0", "GB.toml: .*looks.random_looks: unknown key"),
        ('name = "United', 'title = "United', "GB.toml: name: .*; title: unknown key"),
        ("Not legal advice.", "Perfectly safe.", "GB.toml: notice"),
        ('"looks.*" =', '"look.*" =', "GB.toml: why.look.* is no setting"),
        ("camera = false", 'accountable = "Nobody"', "GB.toml: caps.accountable is for a site to say"),
        ("[why]", "[why", "GB.toml is not TOML"),
        ("as_of = 2026-11-22\n", "", "GB.toml: as_of"),
    ],
)
def test_a_preset_that_says_nonsense_is_refused_by_name(old: str, new: str, named: str) -> None:
    assert old in text_of("GB")
    with pytest.raises(PresetRefused, match=named):
        parse_preset(text_of("GB").replace(old, new), "GB.toml")


def test_one_preset_that_is_refused_leaves_no_place_with_limits(tmp_path: Path) -> None:
    for code in ("general", "GB"):
        (tmp_path / f"{code}.toml").write_text(text_of(code), encoding="utf-8")
    assert read_presets(tmp_path).cap("GB").values["camera"] is False
    (tmp_path / "GB.toml").write_text(text_of("GB") + "\nextra = 1\n", encoding="utf-8")
    with pytest.raises(PresetRefused, match=r"GB\.toml"):
        read_presets(tmp_path)


def test_presets_that_take_over_nothing_or_each_other_are_refused(tmp_path: Path) -> None:
    general, other = parse_preset(text_of(GENERAL), "general"), parse_preset(text_of("FR"), "FR")
    with pytest.raises(PresetRefused, match="takes over EU, which is not there"):
        Presets([general, other])
    with pytest.raises(PresetRefused, match="there is no preset general"):
        Presets([other])
    circle = parse_preset(text_of("FR").replace('extends = "EU"', 'extends = "FR"'), "FR")
    with pytest.raises(PresetRefused, match="takes itself over"):
        Presets([general, circle])


@pytest.mark.parametrize("place", ["AL", "GR"])
@settings(deadline=None)
@given(stack=stacks())
def test_in_albania_and_greece_no_setting_brings_a_camera_back(place: str, stack: list[Level]) -> None:
    policy = resolve([cap_of(place), *stack]).policy
    assert not policy.camera
    assert not policy.looks.reasons
    assert not policy.stills.enabled
    assert not policy.desk_check.enabled
    assert policy.looks.preset_forbids == frozenset(LookReason)


@settings(deadline=None)
@given(stack=stacks(), place=st.sampled_from(CODES))
def test_whatever_levels_say_a_preset_is_never_exceeded(stack: list[Level], place: str) -> None:
    cap = cap_of(place)
    policy = resolve([cap, *stack]).policy
    for path in CAPPED:
        got = value_at(policy, path)
        if path == "retention.ledger_days":
            assert policy.retention.ledger_days_least <= policy.retention.ledger_days
        else:
            assert not gives_more(SETTINGS[path].direction, got, cap.values[path]), path


@pytest.mark.parametrize("place", [*IN_EUROPE, "GB", "AL", "US", "CO", "ZZ"])
def test_the_log_is_kept_for_half_a_year_and_not_for_ever(place: str) -> None:
    values = cap_of(place).values
    assert values["retention.ledger_days_least"] >= 183  # type: ignore[operator]
    assert values["retention.ledger_days_least"] <= values["retention.ledger_days"] <= 730  # type: ignore[operator]


def test_in_germany_two_keys_are_needed() -> None:
    wanted = cap_of("DE").values["requires"]
    assert isinstance(wanted, frozenset)
    assert {Precondition.CO_SIGNATURE, Precondition.WORKS_AGREEMENT} <= wanted


@pytest.mark.parametrize("place", ["CO", "US-IL"])
def test_before_a_template_there_is_a_written_release(place: str) -> None:
    wanted = cap_of(place).values["requires"]
    assert isinstance(wanted, frozenset)
    assert Precondition.WRITTEN_RELEASE in wanted


def test_where_several_places_apply_each_setting_takes_the_most_protective_of_them() -> None:
    site = Level(LevelKind.SITE, "home", {"site": "home", "accountable": "A. Person"})
    both = resolve([cap_of("FR"), cap_of("NL"), site]).policy
    assert not both.different_person.enabled
    assert both.looks.watch_every_s == 600


def test_a_preset_is_a_file_that_people_can_read() -> None:
    for code in CODES:
        assert tomllib.loads(text_of(code))["sources"]
        assert max(len(line) for line in text_of(code).splitlines()) < 200
