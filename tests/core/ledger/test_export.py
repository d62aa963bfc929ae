"""What an agent takes away: readable, complete, and proven to be part of the chain without the service."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from atdesk_core.cli.faults import explain
from atdesk_core.cli.main import app
from tests.core.ledger.desk_day import ANA, BO, DAY, Desk, Ran, make_desk, the_day


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = make_desk(tmp_path)
    made.write(*the_day())
    return made


@pytest.fixture
def folder(desk: Desk) -> Path:
    out = desk.folder / "mine"
    ran = desk.run("export", "ana", "--out", str(out))
    assert ran.status == 0, ran.said
    return out


def check(folder: Path, *arguments: str) -> Ran:
    done = CliRunner().invoke(app, ["ledger", "check", str(folder), *arguments])
    if isinstance(done.exception, Exception):
        return Ran(2, explain(done.exception) or repr(done.exception))
    return Ran(done.exit_code, done.output)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_an_export_is_whole_and_proves_itself(folder: Path) -> None:
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "about.json",
        f"days/{DAY}.html",
        f"days/{DAY}.json",
        "index.html",
        "proof/anchor.json",
        "proof/chain.jsonl",
        "proof/public.pem",
    ]
    ran = check(folder)
    assert ran.status == 0
    assert "24 rows, and every one is part of the chain. 24 rows of others stand between them" in ran.said


def test_the_proof_shows_nothing_of_anybody_else(folder: Path) -> None:
    everything = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
    assert ANA in everything
    assert BO not in everything
    assert '"lima"' not in everything


def test_the_day_in_the_export_is_the_log_of_that_day(desk: Desk, folder: Path) -> None:
    exported = json.loads((folder / "days" / f"{DAY}.json").read_text("utf-8"))
    assert exported["days"] == desk.log()["days"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('\\"what\\":\\"dismiss\\"', '\\"what\\":\\"acknowledge\\"'),
        ('"at":1795172405.0', '"at":1795172406.0'),
        ('"kind":"look_skipped"', '"kind":"look_opened"'),
    ],
)
def test_a_row_that_was_altered_in_the_proof_is_found(folder: Path, old: str, new: str) -> None:
    change(folder / "proof" / "chain.jsonl", old, new)
    ran = check(folder)
    assert ran.status == 1
    assert "is not the one that was written" in ran.said


def test_a_row_that_was_altered_in_the_days_is_found(folder: Path) -> None:
    change(folder / "days" / f"{DAY}.json", '"what\\":\\"dismiss\\"', '"what\\":\\"acknowledge\\"')
    ran = check(folder)
    assert ran.status == 1
    assert f"of {DAY}.json is not in the proof" in ran.said


def test_a_line_that_was_left_out_of_the_days_is_found(folder: Path) -> None:
    path = folder / "days" / f"{DAY}.json"
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    del document["days"][0]["lines"][4]
    path.write_text(json.dumps(document), "utf-8")
    ran = check(folder)
    assert ran.status == 1
    assert "row 19 is in the proof, but was left out of the days" in ran.said


def test_a_proof_with_a_row_taken_out_is_found(folder: Path) -> None:
    chain = folder / "proof" / "chain.jsonl"
    lines = chain.read_text("utf-8").splitlines(keepends=True)
    chain.write_text("".join([*lines[:5], *lines[6:]]), "utf-8")
    assert check(folder).status == 1


def test_a_proof_that_ends_too_early_is_found(folder: Path) -> None:
    chain = folder / "proof" / "chain.jsonl"
    lines = chain.read_text("utf-8").splitlines(keepends=True)
    chain.write_text("".join(lines[:-3]), "utf-8")
    ran = check(folder)
    assert ran.status == 1
    assert "but its anchor names row 48" in ran.said


@pytest.mark.parametrize("content", ["", "[]\n", "{}\n", "no json\n", '{"document":"atdesk ledger proof"}\n'])
def test_what_is_no_proof_is_said_to_be_none(folder: Path, content: str) -> None:
    (folder / "proof" / "chain.jsonl").write_text(content, "utf-8")
    ran = check(folder)
    assert ran.status == 1
    assert "The export does not prove what it shows" in ran.said


def test_an_anchor_of_the_works_council_is_met_on_the_way(desk: Desk, tmp_path: Path) -> None:
    kept = desk.folder / "kept.json"
    assert desk.run("ledger", "anchor", "--out", str(kept)).status == 0
    desk.write(*the_day())
    folder = desk.folder / "later"
    desk.run("export", "ana", "--out", str(folder))
    key = ["--public-key", str(kept.with_suffix(".public.pem"))]
    ran = check(folder, "--against", str(kept), *key)
    assert ran.status == 0
    assert "anchors met: 2" in ran.said
    assert "The public key came with the export" not in ran.said


def test_an_anchor_of_another_key_is_refused(desk: Desk, folder: Path) -> None:
    other = desk.folder / "other"
    other.mkdir()
    elsewhere = make_desk(other)
    elsewhere.write(*the_day())
    assert elsewhere.run("ledger", "anchor", "--out", str(other / "kept.json")).status == 0
    ran = check(folder, "--against", str(other / "kept.json"))
    assert ran.status == 2
    assert "kept.json" in ran.said


def test_a_folder_that_is_in_use_is_left_alone(desk: Desk, folder: Path) -> None:
    ran = desk.run("export", "ana", "--out", str(folder))
    assert ran.status == 2
    assert "is not empty: give a folder that is not there yet" in ran.said


def test_what_is_no_export_is_said_to_be_none(tmp_path: Path) -> None:
    ran = check(tmp_path)
    assert ran.status == 2
    assert "is no export" in ran.said


def test_an_agent_about_whom_nothing_was_written_gets_an_empty_log(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    ran = desk.run("export", "ana", "--out", str(tmp_path / "mine"))
    assert ran.status == 0
    assert "nobody looked" in (tmp_path / "mine" / "index.html").read_text("utf-8")
