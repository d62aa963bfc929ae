"""`atdesk flags` and `atdesk pause`, as they are typed: good and bad."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner, Result

from atdesk_core.cli import asking
from atdesk_core.cli.doctor import _shadows
from atdesk_core.cli.main import app
from atdesk_core.judging import Basis, BasisKind, write_evidence
from atdesk_core.reviewing import FlagLinks, RequestKind, pending, settle
from atdesk_core.store import (
    DisputeRow,
    GroundsRow,
    PauseRow,
    ReviewRow,
    RuleShadowRow,
    Store,
    Unit,
)
from atdesk_sdk import FlagStatus
from tests.core.reviewing.people import FLAG, fill, keep_flags

T = TypeVar("T")
CONFIG = '[[site]]\nid = "home"\njurisdiction = "GB"\ntime_zone = "UTC"\npolicy = "policy.toml"\n'
POLICY = 'site = "home"\naccountable = "A. Person"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "atdesk.toml").write_text(CONFIG)
    (tmp_path / "policy.toml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(asking, "WAIT_S", 0.2)
    on_store(tmp_path, filled)
    return tmp_path


async def filled(store: Store) -> None:
    await fill(store, 3)
    await store.commit(
        Unit(
            flags=(FLAG,),
            grounds=(GroundsRow(FLAG.number, "nobody in 5 of 5 pictures", 3),),
            pauses=(PauseRow("a0", 250.0, "agent", "family"),),
            reviews=(ReviewRow(FLAG.number, "acknowledge", "as_shown", "ref1", 260.0),),
            disputes=(DisputeRow(FLAG.number, "a0", 270.0, "I was [there]"),),
        )
    )


def on_store(folder: Path, job: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        async with await Store.open(folder / "atdesk.db") as store:
            return await job(store)

    return asyncio.run(run())


def atdesk(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments)


def test_the_list_shows_paused_as_paused(folder: Path) -> None:
    said = atdesk("flags", "list")
    assert said.exit_code == 0, said.output
    assert FLAG.number in said.output
    assert "Agent 0" in said.output
    assert "paused since 1970-01-01 00:04:10 UTC (family)" in said.output


def test_a_flag_is_shown_with_what_it_rests_on_and_who_said_what(folder: Path) -> None:
    said = atdesk("flags", "show", FLAG.number).output
    for text in (
        "90% of the pictures",
        "judged 3 times",
        "nobody in 5 of 5 pictures",
        "policy abcdef123456",
        "Agent 1 confirmed it: as shown",
        "the agent disputed it: I was [there]",
        "It is raised, and is not to be used.",
    ):
        assert text in said


def test_what_a_flag_rests_on_is_said_in_words(folder: Path) -> None:
    kept = write_evidence(Basis(BasisKind.COMPANY, count=1, seen=4, weighed=5))
    on_store(folder, lambda store: store.commit(Unit(grounds=(GroundsRow(FLAG.number, kept, 3),))))
    said = atdesk("flags", "show", FLAG.number).output
    assert "somebody beside the agent, in 4 of 5 pictures" in said
    assert "{" not in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "NOSUCH"), "there is no flag NOSUCH"),
        (("acknowledge", FLAG.number, "--by", "nobody"), "nobody in the directory has the id nobody"),
        (("list", "--site", "moon"), "there is no site 'moon': home"),
        (("counts", "--site", "moon"), "there is no site 'moon': home"),
        (("lift", "home", "phone", "--by", "a1"), "rule phone is in no shadow mode"),
        (("decide", FLAG.number, "maybe", "--by", "a1", "--reason", "wrong"), "take uphold or overturn"),
        (("dismiss", FLAG.number, "--by", "a1"), "Missing option '--reason'"),
    ],
)
def test_what_cannot_be_done_is_named_with_the_way_out(
    folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    said = atdesk("flags", *arguments)
    assert said.exit_code != 0
    assert says in said.output.replace("\n", " ")
    assert "Traceback" not in said.output


def test_while_no_service_runs_a_request_is_kept(folder: Path) -> None:
    said = atdesk("flags", "dismiss", FLAG.number, "--by", "a1", "--reason", "working")
    assert said.exit_code == 0
    assert "done as soon as the service runs" in said.output
    (request,) = on_store(folder, pending)
    assert (request.kind, request.by_ref, request.flag_number) == (RequestKind.DISMISS, "ref1", FLAG.number)
    assert request.code == "working"


@pytest.mark.parametrize(
    ("options", "kind", "by"),
    [
        (("--reason", "family"), RequestKind.PAUSE, "support"),
        (("--lift",), RequestKind.RESUME, "support"),
        (("--was-break", "--flag", FLAG.number), RequestKind.BREAK, "ref0"),
    ],
)
def test_a_pause_is_asked_for_on_behalf_of_the_agent(
    folder: Path, options: tuple[str, ...], kind: RequestKind, by: str
) -> None:
    assert atdesk("pause", "a0", *options).exit_code == 0
    (request,) = on_store(folder, pending)
    assert (request.kind, request.by_ref, request.agent_id) == (kind, by, "a0")


def test_lifting_and_a_break_at_once_is_refused(folder: Path) -> None:
    assert atdesk("pause", "a0", "--lift", "--was-break").exit_code == 2


@pytest.mark.parametrize("outcome", ["too_quick", "same_person", "no_lead", "reason_missing"])
def test_what_the_service_refuses_is_told_with_the_way_out(
    folder: Path, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answered(store: Store, place: int) -> str:
        await settle(store, place, outcome, 1.0)
        return outcome

    monkeypatch.setattr(asking, "outcome_of", answered)
    said = atdesk("flags", "acknowledge", FLAG.number, "--by", "a1")
    assert said.exit_code == 1
    assert said.output.replace("\n", " ").split() == asking.OUTCOMES[outcome].split()


def test_every_refusal_has_words() -> None:
    from atdesk_core.reviewing import Refused  # noqa: PLC0415  (two kinds of refusal, side by side)
    from atdesk_core.runtime import answering  # noqa: PLC0415

    assert {one.value for one in (*Refused, *answering.Refused)} <= set(asking.OUTCOMES)


def test_counts_leave_out_what_rests_on_few_people(folder: Path) -> None:
    async def more(store: Store) -> None:
        await fill(store, 6)
        dismissed = [(f"a{n}", FlagStatus.DISMISSED, "working") for n in range(6)]
        await keep_flags(store, dismissed, raised_at=float(int(time.time()) - 60))
        one = replace(FLAG, number="RECENT", rule="phone", raised_at=time.time())
        await store.commit(Unit(flags=(one,)))

    on_store(folder, more)
    said = atdesk("flags", "counts", "--site", "home").output
    assert "fewer than 5 people" in said
    assert "6" in said
    assert "Agent" not in said


def test_the_doctor_names_a_rule_that_fell_back_and_a_person_lifts_it(folder: Path) -> None:
    row = RuleShadowRow("home", "phone", 1.0, 12, 5)
    (check,) = _shadows([row])
    assert not check.is_well
    assert "atdesk flags lift home phone --by PERSON" in check.says

    async def fall(store: Store) -> None:
        await store.commit(Unit(rule_shadows=(row,)))

    on_store(folder, fall)
    said = atdesk("flags", "lift", "home", "phone", "--by", "a1")
    assert said.exit_code == 0
    assert "tells people at home again" in said.output


def test_a_link_to_a_page_is_made_for_one_flag_and_its_hash_is_kept(folder: Path) -> None:
    assert "set service.public_url" in atdesk("flags", "link", FLAG.number).output
    config = CONFIG + '[service]\npublic_url = "https://desk.example/"\nflag_link_hours = 2\n'
    (folder / "atdesk.toml").write_text(config)
    said = atdesk("flags", "link", FLAG.number)
    assert said.exit_code == 0, said.output
    link = said.output.splitlines()[0]
    start = f"https://desk.example/flags/{FLAG.number}/"
    assert link.startswith(start)
    assert "Good for 2 h" in said.output

    async def is_good(store: Store) -> bool:
        links = FlagLinks(store, time.time, "", 1.0)
        return await links.is_good(FLAG.number, link.removeprefix(start))

    assert on_store(folder, is_good)
    refused = atdesk("flags", "link", "AAAAAA")
    assert refused.exit_code == 1
    assert "there is no flag AAAAAA" in refused.output


def test_a_cover_is_put_on_record_listed_and_taken_back(folder: Path) -> None:
    done = atdesk("agents", "cover", "a0", "a1")
    assert done.exit_code == 0, done.output
    assert "while Agent 0 is off shift" in done.output
    assert "a0 has no shifts" in done.output
    listed = atdesk("agents", "list").output
    assert "cover" in listed
    (row,) = on_store(folder, lambda store: store.ledger(agent_ref="ref0", start=0, end=time.time() + 1))
    assert (row.kind, row.data) == ("cover", '{"by":"ref1","what":"set"}')
    assert atdesk("agents", "cover", "a0", "a1", "--remove").exit_code == 0
    again = atdesk("agents", "cover", "a0", "a1", "--remove")
    assert again.exit_code == 1
    assert "a1 does not cover for a0" in again.output
    assert "cannot cover for themselves" in atdesk("agents", "cover", "a0", "a0").output
    assert "nobody in the directory has the id" in atdesk("agents", "cover", "a0", "xx").output
