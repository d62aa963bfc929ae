"""What is allowed in which place: a table of yes, a table of no, and nothing without the record."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atdesk_core.cli.main import app
from atdesk_core.policy import Because, LookReason, PresetRefused, shipped_presets
from atdesk_core.policy.may import CHECKS, may
from atdesk_sdk import ConfigError

ALLOWED = [
    ("US", "absent", "watch"),
    ("US", "absent", "random"),
    ("US", "face_match", "random"),
    ("US", "different_person", "watch"),
    ("US", "extra_person", "watch"),
    ("US", "phone", "random"),
    ("US", "food_or_drink", "watch"),
    ("US", "banned_object", "call_started"),
    ("US", "input_idle", "state_change"),
    ("US", "still", "watch"),
    ("US", "desk_check", "scheduled"),
    ("US", "present", "self_test"),
    ("US-IL", "absent", "state_change"),
    ("US-IL", "face_match", "watch"),
    ("US-IL", "still", "random"),
    ("CO", "face_match", "random"),
    ("CO", "phone", "watch"),
    ("CO", "absent", "returning"),
    ("PH", "still", "random"),
    ("IN", "extra_person", "random"),
    ("IE", "absent", "watch"),
    ("IE", "face_match", "watch"),
    ("IE", "absent", "random"),
    ("ES", "phone", "state_change"),
    ("ES", "still", "watch"),
    ("PT", "desk_check", "scheduled"),
    ("PL", "input_idle", "watch"),
    ("DE", "absent", "state_change"),
    ("DE", "face_match", "call_started"),
    ("DE", "absent", "random"),
    ("DE", "still", "watch"),
    ("DE", "desk_check", "scheduled"),
    ("FR", "absent", "watch"),
    ("FR", "phone", "state_change"),
    ("FR", "extra_person", "scheduled"),
    ("FR", "desk_check", "scheduled"),
    ("IT", "absent", "state_change"),
    ("IT", "absent", "returning"),
    ("IT", "desk_check", "scheduled"),
    ("NL", "absent", "state_change"),
    ("NL", "absent", "scheduled"),
    ("NL", "phone", "random"),
    ("NL", "face_match", "call_started"),
    ("GB", "desk_check", "scheduled"),
]

CAMERA, PRESET = Because.CAMERA_FORBIDDEN, Because.PRESET_FORBIDS
REFUSED = [
    *(("AL", check, "watch", CAMERA) for check in CHECKS if check != "desk_check"),
    *(("AL", "absent", reason, CAMERA) for reason in ("random", "scheduled", "returning", "self_test")),
    *(("GR", check, "state_change", CAMERA) for check in CHECKS if check != "desk_check"),
    ("AL", "desk_check", "scheduled", PRESET),
    ("GR", "desk_check", "scheduled", PRESET),
    ("EL", "phone", "random", CAMERA),
    *(("GB", check, "random", CAMERA) for check in CHECKS if check != "desk_check"),
    *(("GB", "absent", reason, CAMERA) for reason in ("watch", "scheduled", "state_change", "returning")),
    ("UK", "still", "watch", CAMERA),
    ("GB-SCT", "face_match", "watch", CAMERA),
    ("GB", "desk_check", "random", Because.REASON_NOT_ALLOWED),
    ("GB", "desk_check", "watch", Because.REASON_NOT_ALLOWED),
    ("FR", "face_match", "watch", PRESET),
    ("FR", "different_person", "state_change", PRESET),
    ("FR", "still", "watch", PRESET),
    ("FR", "absent", "random", PRESET),
    ("FR", "phone", "random", PRESET),
    ("RE", "face_match", "watch", PRESET),
    ("IT", "face_match", "scheduled", PRESET),
    ("IT", "different_person", "watch", PRESET),
    ("IT", "still", "state_change", PRESET),
    ("IT", "extra_person", "random", PRESET),
    ("DE", "desk_check", "random", Because.REASON_NOT_ALLOWED),
    ("US", "desk_check", "watch", Because.REASON_NOT_ALLOWED),
    # Of a self-test nothing is stored, so there is nothing to keep: for a still somebody else has to see it.
    *((place, "still", "self_test", Because.REASON_NOT_ALLOWED) for place in ("US", "CO", "ES", "DE", "NL")),
]


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert len(set(ALLOWED)) >= 40
    assert len({case[:3] for case in REFUSED}) >= 40


@pytest.mark.parametrize(("place", "check", "reason"), ALLOWED)
def test_what_is_allowed_works_once_everything_is_on_record(place: str, check: str, reason: str) -> None:
    answer = may([place], check, LookReason(reason), everything_met=True)
    assert answer.allowed, answer.because
    assert answer.code is Because.ALLOWED


@pytest.mark.parametrize(("place", "check", "reason"), ALLOWED)
def test_the_same_with_nothing_on_record_is_refused(place: str, check: str, reason: str) -> None:
    answer = may([place], check, LookReason(reason), everything_met=False)
    assert not answer.allowed
    assert answer.code is Because.PRECONDITION_MISSING
    assert "impact assessment" in answer.because


@pytest.mark.parametrize(("place", "check", "reason", "code"), REFUSED)
def test_what_a_preset_forbids_is_refused_whatever_is_on_record(
    place: str, check: str, reason: str, code: Because
) -> None:
    for everything_met in (True, False):
        answer = may([place], check, LookReason(reason), everything_met=everything_met)
        assert not answer.allowed
        assert answer.code is code


@pytest.mark.parametrize(("place", "check", "reason", "code"), REFUSED)
def test_a_refusal_names_the_place_a_reason_and_its_sources(
    place: str, check: str, reason: str, code: Because
) -> None:
    because = may([place], check, LookReason(reason), everything_met=True).because
    preset = shipped_presets().preset_of(place)
    assert because.startswith(f"{place} ({preset.name}): ")
    assert all(source in because for source in preset.sources)
    assert "The preset does not allow it" not in because


def test_a_still_of_a_self_test_is_refused_by_its_own_reason_and_other_checks_of_it_are_not() -> None:
    answer = may(["US"], "still", LookReason.SELF_TEST, everything_met=True)
    assert "a self-test is for the agent's own eyes: nothing of it is stored" in answer.because
    assert may(["US"], "phone", LookReason.SELF_TEST, everything_met=True).allowed


def test_where_several_places_apply_one_that_forbids_is_enough() -> None:
    assert may(["US", "CO"], "face_match", LookReason.RANDOM, everything_met=True).allowed
    answer = may(["US", "FR"], "face_match", LookReason.WATCH, everything_met=True)
    assert (answer.allowed, answer.code) == (False, PRESET)


def test_nonsense_is_refused_with_what_would_do() -> None:
    with pytest.raises(ConfigError, match="there is no check 'mood': take one of present, absent"):
        may(["US"], "mood", LookReason.WATCH, everything_met=True)
    with pytest.raises(PresetRefused, match="ISO code"):
        may(["GBR"], "absent", LookReason.WATCH, everything_met=True)


def ask(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["policy", "may", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_command_answers_people_and_programs() -> None:
    asked = ("--jurisdiction", "GB", "--check", "absent", "--trigger", "watch")
    told = json.loads(ask(*asked, "--preconditions", "all", "--json"))
    assert set(told) == {"allowed", "because"}
    assert told["allowed"] is False
    assert "UK GDPR" in told["because"]
    assert ask(*asked).startswith("refused: GB (United Kingdom): ")
    yes = ("--jurisdiction", "IE", "--check", "absent", "--trigger", "watch", "--preconditions", "all")
    assert json.loads(ask(*yes, "--json"))["allowed"] is True


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--trigger", "whim", "--check", "absent"), "there is no trigger 'whim': take one of state_change"),
        (("--trigger", "watch", "--check", "mood"), "there is no check 'mood'"),
        (("--trigger", "watch", "--check", "absent", "--preconditions", "some"), "take none or all"),
    ],
)
def test_the_command_names_what_is_wrong(arguments: tuple[str, ...], named: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=named):
        ask("--jurisdiction", "GB", *arguments)
