"""The card is made of the figures alone, and the committed one is what its figures give."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from benchmarks.__main__ import main
from benchmarks.figures import Figure, rate
from benchmarks.results import Options
from benchmarks.vision import card
from benchmarks.vision.cost import Cost
from benchmarks.vision.cost import figures as cost_figures
from benchmarks.vision.parts import PARTS, Part, write_card
from benchmarks.vision.steps import counted

from atdesk_core.vision import models

ROOT = Path(__file__).resolve().parents[3]
COUNTS: dict[str, Any] = {
    "shown": 40,
    "compared": 30,
    "same": 27,
    "unsure": 2,
    "other": 1,
    "abstained": 8,
    "not_found": 2,
    "why": {"face too small": 8},
    "people": 4,
    "wrong_people": 1,
}
CELL = {"agent": COUNTS, "stranger": COUNTS | {"same": 0, "compared": 19}}
BACKEND = {
    "encoder": "dlib-resnet-128",
    "bands": "three",
    "people": 4,
    "enrolment": {"tried": 8, "failed": 0, "photos": 40, "refused": 2, "why": {"more than one face": 2}},
    "conditions": {"clean": CELL},
    "pairs": {"clean": CELL},
    "groups": {"skin tone: darker or brown": {"clean": CELL}},
}
STEPS = counted(
    [{"frames_analysed": 40, "steps": {"match": {"ran": 10, "skipped": {"matched already": 30}}}}]
)
LABELS = {"mask": {"n": 3, "different": 2, "called": {"present": 3}, "found_in_time": {}, "at_the_end": {}}}
THINGS = {"mask": {"n": 3, "found": {"present": 3}, "could_not_tell": {"face_hidden": 1}}}


def done() -> dict[str, Part]:
    told = (rate("second person | near", 33, 40, at_least=0.85), rate("few", 3, 4))
    detail: dict[str, Any] = {
        "faces": {"backends": [BACKEND]},
        "seat": {"plain": {"steps": STEPS.as_json()}, "checked": {"steps": STEPS.as_json()}},
        "activity": {"labels": LABELS, "steps": STEPS.as_json()},
        "scenes": {"labels": LABELS},
        "worn": {"things": THINGS},
        "cost": {},
    }
    return {name: Part(told, detail[name]) for name in PARTS}


@pytest.fixture(name="page")
def _page(tmp_path: Path) -> str:
    path = tmp_path / "model-card.md"
    assert "The model card is" in write_card(done(), Options(tmp_path, card=path))
    return path.read_text(encoding="utf-8")


def test_every_model_is_listed_with_licence_and_sha256(page: str) -> None:
    for row in models.rows():
        assert f"| {row.name} |" in page
        assert row.sha256 in page
        assert row.licence.replace("|", "\\|") in page


def test_a_share_is_given_with_its_counts_and_interval_or_not_at_all(page: str) -> None:
    assert "27 of 30: 90.0 % (73.5 to 97.9)" in page
    assert "0 of 19: not measurable" in page
    assert "| 82.5 % (67.2 to 92.7) | 40 | >= 0.85 | **no** | 33 of 40 |" in page
    assert "| not measurable | 4 |  |  | 3 of 4 |" in page


def test_nothing_is_called_accurate(page: str) -> None:
    assert not re.search(r"accura", page, re.IGNORECASE)


def test_a_bar_in_a_name_does_not_break_the_table(page: str) -> None:
    assert r"second person \| near" in page


def test_the_page_can_be_made_anew_from_what_was_kept(page: str, tmp_path: Path) -> None:
    kept = json.loads((tmp_path / "model-card.json").read_text(encoding="utf-8"))
    assert card.render(kept, models.rows()) == page


def test_the_committed_card_is_what_its_figures_and_the_model_list_give() -> None:
    path = ROOT / "docs" / "model-card.md"
    if not path.is_file():
        pytest.skip("no full run has been committed yet: `atdesk bench vision` writes docs/model-card.md")
    kept = json.loads(card.figures_beside(path).read_text(encoding="utf-8"))
    assert card.render(kept, models.rows()) == path.read_text(encoding="utf-8"), (
        "make it anew: python -m benchmarks.vision.card docs/model-card.json docs/model-card.md"
    )


@pytest.mark.parametrize("quick", [True, False])
def test_only_a_full_run_writes_a_card(tmp_path: Path, quick: bool) -> None:
    path = tmp_path / "model-card.md"
    some = done() if quick else {name: part for name, part in done().items() if name != "cost"}
    note = write_card(some, Options(tmp_path, scenarios=3 if quick else None, card=path))
    assert note.startswith("No model card was written")
    assert not path.exists()


def test_a_part_that_does_not_exist_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "make_scenarios.py").touch()
    assert main(["vision", "--part", "faces,noses", "--data", str(tmp_path)]) == 2
    assert "vision has no part noses; it has faces, seat" in " ".join(capsys.readouterr().out.split())


def test_a_step_that_is_never_left_out_ran_in_every_frame() -> None:
    assert (STEPS.ran("faces"), STEPS.ran("match")) == (40, 10)
    assert card.left_out(STEPS.as_json()["steps"]["match"]["skipped"], 40) == "matched already 75.0 %"


def test_costs_are_held_against_their_targets() -> None:
    names = ("presence and match", "every check", "gating off", "plain loop", "decoding")
    counted = ("floor", "quiet", "quiet_checked", "due", "forced", "forced_meals", "mix", "mix_checked")
    rates = dict.fromkeys(counted, 100.0)
    memory = {"loaded_mb": 240.0, "after_mb": 410.0, "loaded_once": True, "frames": 100, "load_s": 1.0}
    minutes = dict(zip(names, (0.4, 2.0, 9.0, 8.0, 0.1), strict=True))
    told = {one.what: one for one in cost_figures(Cost(minutes, 300.0, rates | {"frames": 900.0}, memory))}
    assert told["CPU of presence and match"].reached is True
    assert told["plain loop / presence and match"].value == pytest.approx(20.0)
    assert told["quiet desk, presence and match"].reached is False
    assert told["... after 100 frames"].reached is False
    assert told["... models loaded more than once"].reached is True


def test_values_that_are_no_shares_stay_as_they_are() -> None:
    assert card.cell(Figure("slowest", 3.7, "s", 60)) == "3.7000 s"
