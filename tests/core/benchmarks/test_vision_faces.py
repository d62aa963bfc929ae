"""Faces: who is compared with whom, under which conditions, and what is counted."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.results import CannotMeasure
from benchmarks.vision import conditions, material
from benchmarks.vision.faces import read_encoder
from benchmarks.vision.outcomes import Came, Outcome, Shown, by_shown, of_observation, tally
from benchmarks.vision.verification import halves

from atdesk_sdk import Match, MatchBand, Observation, Obstacle, Quality, Skipped

HEADER = "path,kind,label,tags,identity,persons,source,licence,note,sha256_16\n"


def write_material(folder: Path, readme: str) -> Path:
    rows = [
        *(f"faces/ann/{n}.jpg,face,ann,glasses,ann,1,s,LFW photos,,x" for n in range(3)),
        *(f"faces/bob/{n}.jpg,face,bob,,bob,1,s,press,,x" for n in range(6)),
        *(f"faces/cyd/{n}.jpg,face,cyd,,cyd,1,s,press,,x" for n in range(2)),
        "scenes/a.jpg,scene,mask,desk laptop,,1,s,l,,x",
    ]
    (folder / "manifest.csv").write_text(HEADER + "\n".join(rows) + "\n")
    (folder / "README.md").write_text(readme)
    (folder / "face_pairs.csv").write_text("a,b,same\nfaces/ann/0.jpg,faces/bob/1.jpg,0\n")
    return folder


def test_people_of_whom_there_are_too_few_photos_are_left_out(tmp_path: Path) -> None:
    data = write_material(tmp_path, "")
    assert {one.person for one in material.portraits(data)} == {"ann", "bob"}
    assert [one.tags for one in material.scenes(data)] == [{"desk", "laptop"}]
    assert [one.same for one in material.pairs(data)] == [False]


def test_groups_are_what_the_material_labels_and_nothing_else(tmp_path: Path) -> None:
    told = material.groups(
        write_material(tmp_path, "Skin tones: mostly light;\ndarker or brown: bob, zoe.\n")
    )
    assert told == {
        "skin tone: darker or brown": {"bob"},
        "skin tone: not on that list (mostly light)": {"ann"},
        "source: LFW": {"ann"},
        "source: other press photos": {"bob"},
        "tag: glasses": {"ann"},
    }
    silent = material.groups(write_material(tmp_path, "No word about it."))
    assert not any(group.startswith("skin") for group in silent)


def test_material_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match=r"manifest\.csv is missing"):
        material.portraits(tmp_path)


@pytest.mark.parametrize(
    ("photos", "cuts"), [(3, [(3, 0)]), (5, [(3, 2)]), (6, [(3, 3), (3, 3)]), (12, [(5, 6), (5, 6)])]
)
def test_no_photo_meets_a_template_that_it_is_part_of(photos: int, cuts: list[tuple[int, int]]) -> None:
    mine = [material.Portrait(f"{number}.jpg", "ann") for number in range(photos)]
    made = halves("ann", mine)
    assert [(len(one.enrolled), len(one.shown)) for one in made] == cuts
    assert all(not set(one.enrolled) & set(one.shown) for one in made)
    shown = [name for one in made for name in one.shown]
    assert len(shown) == len(set(shown))


def test_conditions_do_what_they_are_called() -> None:
    picture = np.full((200, 300, 3), 128, np.uint8)
    made = {name: degrade(picture, 100.0, 7) for name, degrade in conditions.CONDITIONS.items()}
    sizes = {name: one.shape[:2] for name, one in made.items()}
    assert sizes == {
        "clean": (200, 300),
        "60 px": (120, 180),
        "40 px": (80, 120),
        "JPEG 50": (200, 300),
        "dark": (200, 300),
    }
    assert made["dark"].mean() == pytest.approx((128 / 255) ** 1.6 * 0.22 * 255, abs=0.6)
    assert np.array_equal(made["dark"], conditions.CONDITIONS["dark"](picture, 100.0, 7))


def test_a_face_that_is_smaller_already_is_never_enlarged() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    assert conditions.CONDITIONS["60 px"](picture, 30.0, 0).shape == (100, 100, 3)


def observation(**more: object) -> Observation:
    return Observation("photo", 0.0, 0.0, quality=Quality(1, 1, 1), **more)  # type: ignore[arg-type]  # a test's


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (observation(match=Match(0, MatchBand.UNSURE, 0.55)), (Came.UNSURE, "")),
        (observation(obstacle=Obstacle.TOO_DARK), (Came.ABSTAINED, "too_dark")),
        (observation(skipped=(Skipped("match", "face too small"),)), (Came.ABSTAINED, "face too small")),
        (observation(skipped=(Skipped("match", "no face"),)), (Came.NOT_FOUND, "no face")),
        (
            observation(obstacle=Obstacle.UNREADABLE, skipped=(Skipped("decode", "it broke"),)),
            (Came.ABSTAINED, "it broke"),
        ),
    ],
)
def test_what_is_not_compared_is_told_apart(seen: Observation, outcome: tuple[Came, str]) -> None:
    assert of_observation(seen) == outcome


def test_rates_stand_on_comparisons_and_errors_name_how_many_people() -> None:
    outcomes = [
        Outcome(Shown.AGENT, "ann", "ann", Came.SAME),
        Outcome(Shown.AGENT, "ann", "ann", Came.OTHER),
        Outcome(Shown.AGENT, "bob", "bob", Came.ABSTAINED, "face too dark"),
        Outcome(Shown.STRANGER, "ann", "bob", Came.SAME),
        Outcome(Shown.STRANGER, "bob", "ann", Came.OTHER),
    ]
    agent = tally(outcomes, Shown.AGENT)
    assert (agent.shown, agent.compared, agent.wrong_people) == (3, 2, {"ann"})
    told = by_shown(outcomes)
    assert told["stranger"]["same"] == 1
    assert told["stranger"]["wrong_people"] == 1
    assert told["agent"]["why"] == {"face too dark": 1}


def test_in_a_group_both_the_enrolled_and_the_stranger_are_of_it() -> None:
    outcomes = [Outcome(Shown.STRANGER, "ann", other, Came.OTHER) for other in ("bob", "cyd")]
    assert tally(outcomes, Shown.STRANGER, frozenset({"ann", "cyd"})).shown == 1


@pytest.mark.parametrize("text", ["", "[vision]\n", "[vision.encoder]\npath = 'x.onnx'\n", "no toml ["])
def test_an_encoder_that_cannot_be_used_is_refused_by_the_name_of_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(CannotMeasure, match=r"mine\.toml holds no \[vision\.encoder\]"):
        read_encoder(file)
