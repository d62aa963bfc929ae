"""Every setting says what it is, in which unit and bounds, and which way of it protects the agent."""

import pytest
from pydantic import Field

from atdesk_core.policy import SitePolicy
from atdesk_core.policy.direction import Safer, gives_more
from atdesk_core.policy.rules import Part
from atdesk_core.policy.settings import SETTINGS, _settings, nested, value_at, values_set
from tests.core.policy.drawn import HEAD, bound, info_of

NUMBERS = (Safer.LOWER, Safer.HIGHER)


@pytest.mark.parametrize("path", sorted(SETTINGS))
def test_a_setting_is_described_and_bounded_and_has_a_unit(path: str) -> None:
    info, setting = info_of(path), SETTINGS[path]
    assert setting.title
    assert info.description
    if setting.direction.safer in NUMBERS:
        assert setting.direction.unit
        assert bound(info, "ge") is not None
        assert bound(info, "le") is not None
    if info.annotation is str:
        assert bound(info, "max_length") is not None


def test_a_setting_without_a_direction_cannot_be_added() -> None:
    class Careless(Part):
        enabled: bool = Field(False, description="nobody said which way protects")

    with pytest.raises(TypeError, match="enabled does not say which way protects"):
        list(_settings(Careless))


def test_nothing_is_looser_than_the_strictest_value_of_a_setting() -> None:
    policy = SitePolicy.model_validate(HEAD)
    for path, setting in SETTINGS.items():
        if setting.direction.capped:
            assert not gives_more(setting.direction, setting.strictest, value_at(policy, path)), path


def test_what_was_said_and_what_was_left_out_are_told_apart() -> None:
    policy = SitePolicy.model_validate({**HEAD, "looks": {"max_frames": 6}})
    assert values_set(policy) == {**HEAD, "looks.max_frames": 6}


def test_paths_and_tables_are_the_same_thing() -> None:
    policy = SitePolicy.model_validate(HEAD)
    values = {path: value_at(policy, path) for path in SETTINGS}
    assert SitePolicy.model_validate(nested(values)).version == policy.version


def test_the_version_hangs_on_the_content_alone() -> None:
    said = SitePolicy.model_validate({**HEAD, "looks": {"max_frames": 6}})
    unsaid = SitePolicy.model_validate(HEAD)
    assert said.version == unsaid.version
    assert said.with_all_checks().version != said.version
    assert said.with_all_checks().version == unsaid.with_all_checks().version


def test_a_copy_with_other_meetings_knows_the_other_meetings() -> None:
    policy = SitePolicy.model_validate({**HEAD, "meetings": [{"id": "1", "purpose": "team"}]})
    assert policy.meeting_ids == {"1"}
    assert policy.model_copy(update={"meetings": ()}).meeting_ids == frozenset()


def test_a_time_is_written_with_its_zone() -> None:
    at = SitePolicy.model_validate({**HEAD, "shadow_until": 1_764_547_200})
    assert at.shadow_until == 1_764_547_200
