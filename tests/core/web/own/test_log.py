"""The agent's own log on the page: every look, the same day, to take away with its proof."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atdesk_core.cli.export_check import check_command
from tests.core.runtime.office import until
from tests.core.web.own.house import Desk, desk


async def looked_at(here: Desk, agent_id: str = "ann") -> None:
    """A look that is over."""
    here.office.show("agent", agent_id)
    await until(lambda: any(r.kind == "look_ended" for who, r in here.office.records if who == agent_id))


async def test_every_look_is_in_it_with_the_policy_and_nothing_of_anybody_else(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann, here.client("bob") as bob:
        await looked_at(here)
        log = (await ann.get("/api/me/log")).json()
        theirs = (await bob.get("/api/me/log")).json()
    today = datetime.now(UTC).date().isoformat()
    assert log["day"] == log["days"][0] == today
    looks = [one for one in log["entries"] if one["kind"] == "look"]
    assert looks
    assert looks[0]["look_id"]
    assert looks[0]["policy_version"]
    assert looks[0]["sentence"].startswith("Looked at for")
    assert log["numbers"]["looks"] == len(looks)
    assert not [one for one in theirs["entries"] if one["kind"] == "look"]


async def test_a_day_of_which_it_holds_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann:
        log = (await ann.get("/api/me/log", params={"day": "2020-01-01"})).json()
    assert log["day"] == "2020-01-01"
    assert log["entries"] == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-1-1x", "../../etc"])
async def test_what_is_no_day(tmp_path: Path, day: str) -> None:
    async with desk(tmp_path) as here, here.client() as ann:
        answer = await ann.get("/api/me/log", params={"day": day})
        assert answer.status_code == 400
        answer = await ann.get("/api/me/export", params={"from": day})
        assert answer.status_code == 400


async def test_the_export_is_the_one_of_the_command_and_holds_its_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with desk(tmp_path) as here, here.client() as ann:
        await looked_at(here)
        answer = await ann.get("/api/me/export")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    out = tmp_path / "mine"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(out)
    assert (out / "index.html").is_file()
    assert list((out / "days").glob("*.json"))
    check_command(out, None, [])
    assert "every one is part of the chain" in capsys.readouterr().out
    assert "Ann" not in (out / "about.json").read_text("utf-8")


async def test_days_that_end_before_they_begin(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann:
        answer = await ann.get("/api/me/export", params={"from": "2026-02-02", "to": "2026-02-01"})
        assert answer.status_code == 400
