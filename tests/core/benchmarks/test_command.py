"""`python -m benchmarks`: names, documents, and what is said when something is missing."""

import json
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import NAMES, main
from benchmarks.children import measure, one_core
from benchmarks.figures import Figure
from benchmarks.results import CannotMeasure, Options, Result, write
from benchmarks.writes import LEAVERS_SHARE, _agents


def test_every_name_is_a_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    folder = Path(sys.modules["benchmarks.__main__"].__file__ or "").parent
    modules = {path.stem for path in folder.iterdir()}
    assert all(name in listed and name in modules for name in NAMES)


def test_without_the_test_material_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["desk", "--data", str(tmp_path)]) == 2
    assert "give the folder of test material with --data" in " ".join(capsys.readouterr().out.split())


def test_without_the_test_material_vision_shows_what_is_kept_with_the_card_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "docs").mkdir(parents=True)
    card = Path(__file__).parents[3] / "docs/model-card.json"
    (checkout / "docs/model-card.json").write_bytes(card.read_bytes())
    monkeypatch.chdir(checkout)
    assert main(["vision"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Nothing was measured now: ../shared/data holds no test material" in shown
    figures = [one for part in json.loads(card.read_text())["parts"].values() for one in part["figures"]]
    assert shown.count("│") >= 8 * len(figures)
    assert main(["vision", "--data", str(tmp_path)]) == 2, "a folder that was named is not passed over"
    assert main(["vision", "--part", "nonsense"]) == 2
    (checkout / "docs/model-card.json").unlink()
    assert main(["vision"]) == 2


def test_the_document_holds_value_target_and_verdict(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    figures = (Figure("quick", 0.2, "s", 5, at_most=0.3), Figure("rare", None, n=3))
    write(Result("start", figures, ("a note",), {"more": 1}), path)
    told = json.loads(path.read_text())
    assert [(one["value"], one["target"], one["reached"]) for one in told["figures"]] == [
        (0.2, "<= 0.3", True),
        (None, "", None),
    ]
    assert (told["notes"], told["detail"], told["machine"]["cores"] > 0) == (["a note"], {"more": 1}, True)


def test_cpu_is_what_the_kernel_says_of_the_child() -> None:
    work = "import time\nwhile time.process_time() < 0.3: pass\nprint('done')"
    spent = measure([sys.executable, "-c", work], one_core())
    assert spent.out == "done\n"
    assert spent.cpu_s >= 0.3
    assert spent.wall_s >= spent.cpu_s * 0.9


def test_a_child_that_fails_is_named_with_its_last_word() -> None:
    with pytest.raises(CannotMeasure, match="ended with 1: ValueError: no"):
        measure([sys.executable, "-c", "raise ValueError('no')"])


def test_the_data_folder_is_checked(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match="make_scenarios"):
        Options(tmp_path).footage()


@pytest.mark.parametrize("period_s", [20.0, 60.0])
def test_leavers_and_cards_are_two_groups_too_small_for_a_storm(period_s: float) -> None:
    agents = _agents(period_s)
    leaving = [one for one in agents if one.team.startswith("leavers")]
    carded = [one for one in agents if one.site == "cards"]
    assert len(leaving) == 2 * period_s
    assert len(carded) == round(0.0375 * len(agents))
    assert not {one.agent_id for one in leaving} & {one.agent_id for one in carded}
    assert (len(leaving) + len(carded)) / len(agents) < 0.2
    assert len(leaving) / len(agents) == pytest.approx(LEAVERS_SHARE, abs=0.01)
