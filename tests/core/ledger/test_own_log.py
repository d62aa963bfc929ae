"""Promise 7: the agent sees every look, "nothing found" included, the same day, and nobody can hide one."""

import inspect
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.ledger.days import day_finder, windows_in
from atdesk_core.ledger.own import own_log
from atdesk_core.ledger.sentences import Teller
from atdesk_core.policy import SitePolicy
from atdesk_core.store import GENESIS, LedgerRow, chained
from tests.core.ledger.desk_day import ANA, DAY, LUZ, NOON, Desk, make_desk, one_of_each, the_day

K = LedgerKind


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def rows(entries: list[Any]) -> list[LedgerRow]:
    return chained(entries, 0, GENESIS)


def lines_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for day in document["days"] for line in day["lines"]]


def test_the_whole_day_is_told(desk: Desk) -> None:
    desk.write(*the_day())
    document = desk.log()
    assert [(line["at"][11:19], line["text"]) for line in lines_of(document)] == [
        ("12:00:00", "Ana Ruiz showed available"),
        (
            "12:00:05",
            "looked at for the regular watch, 2 frames: found that the agent was at the desk "
            "(100% of the judged frames)",
        ),
        (
            "12:00:20",
            "looked at for the regular watch, 2 frames: nothing new was found, as before: "
            "the agent was at the desk",
        ),
        (
            "12:00:35",
            "looked at for a random draw, 6 frames: could not tell who was there: too dark; "
            "this is never held against anybody",
        ),
        ("12:00:50", "no look was opened for the regular watch: no budget"),
        (
            "12:01:00",
            "looked at for the regular watch, 6 frames: found that nobody was at the desk "
            "(80% of the judged frames)",
        ),
        ("12:01:06", "decided that nobody was at the desk; the agent was to be told first"),
        ("12:01:06", "the agent was told"),
        ("12:02:06", "it was decided to set the state to away"),
        ("12:02:07", "the state was written, and the platform confirmed it"),
        ("12:06:06", "flag K7Q2AB was shown to the lead under the rule absence"),
        ("12:06:10", "a still was kept, encrypted, until 2026-11-27 12:00:00"),
        ("12:06:40", "a still was viewed by Luz Vega"),
        ("12:06:50", "Luz Vega answered flag K7Q2AB with dismiss (working)"),
        ("12:07:00", "a still is held for a dispute until 2026-12-04 12:00:00"),
        ("12:08:20", "looks were paused by the agent"),
        ("12:10:00", "all looks were ordered to stop"),
    ]
    (day,) = document["days"]
    assert day["looks"] == 4
    assert day["frames"] == 16
    assert day["looks_that_found_nothing"] == 1
    assert day["looks_skipped"] == day["flags_raised"] == day["stills_viewed"] == 1
    assert all("under policy c0ffee00c0ffee" in line["details"][0] for line in lines_of(document)[1:4])


def test_rows_of_other_people_and_of_other_sites_are_not_in_it(desk: Desk) -> None:
    desk.write(*the_day())
    shown = [row for line in lines_of(desk.log()) for row in line["rows"]]
    assert {row["agent_ref"] for row in shown} == {ANA, None}
    assert {row["site"] for row in shown if row["agent_ref"] is None} == {"*"}


def test_a_row_can_be_read_at_once(desk: Desk) -> None:
    """The same day means the same moment: the log is a view, not a report that is made at night."""
    desk.write(entry(K.LOOK_OPENED, NOON, "madrid", ANA, {"look_id": "look-1", "reason": "watch"}))
    (line,) = lines_of(desk.log())
    assert line["text"].endswith("it goes on, or its end was not written")


POLICIES = {
    "as it comes": "",
    "no camera": "camera = false",
    "in shadow": "shadow_until = 4000000000.0",
    "nothing is looked at": "[looks]\nreasons = []\nframes_per_shift = 0",
    "every rule off": "\n".join(
        f"[{rule}]\nenabled = false" for rule in ("absence", "different_person", "extra_person", "phone")
    ),
    "stills for nobody": "[stills]\nenabled = false\nviewers = []",
    "the shortest life of the log": "[retention]\nledger_days = 1",
    "no notice, no matter": 'not_reached = "go_on"\nneeds_consent = false\nneeds_shift = false',
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_no_policy_hides_a_row_of_any_kind_from_the_agent(tmp_path: Path, policy: str) -> None:
    desk = make_desk(tmp_path, policy)
    desk.write(*one_of_each())
    shown = {row["seq"] for line in lines_of(desk.log()) for row in line["rows"]}
    assert shown == {row.seq for row in desk.rows()}


def test_what_makes_the_log_is_not_even_told_the_policy() -> None:
    """So that no field of it, not one that is added later either, can hide anything."""
    taken = inspect.signature(own_log).parameters.values()
    assert [parameter.name for parameter in taken] == ["rows", "teller", "day_of"]
    room = Path(inspect.getfile(own_log)).parent
    readers = {path.name for path in room.rglob("*.py") if SitePolicy.__name__ in path.read_text("utf-8")}
    assert readers == set()


def test_every_row_is_in_exactly_one_line() -> None:
    told = rows(the_day())
    days = own_log(told, Teller(), lambda _at: DAY)
    seqs = [row.seq for day in days for line in day.lines for row in line.rows]
    assert sorted(seqs) == [row.seq for row in told]


def test_looks_that_overlap_in_the_log_are_told_apart() -> None:
    told = rows(
        [
            entry(K.LOOK_OPENED, 1.0, "x", "a", {"look_id": "look-1", "reason": "watch"}),
            entry(K.LOOK_OPENED, 2.0, "x", "a", {"look_id": "look-2", "reason": "random"}),
            entry(K.FINDING, 3.0, "x", "a", {"what": "present", "look_id": "look-1"}),
            entry(K.LOOK_ENDED, 4.0, "x", "a", {"look_id": "look-2", "frames": 0, "why": "camera_off"}),
            entry(K.LOOK_ENDED, 5.0, "x", "a", {"look_id": "look-1", "frames": 2, "why": "complete"}),
        ]
    )
    (day,) = own_log(told, Teller(), lambda _at: DAY)
    assert [line.text for line in day.lines] == [
        "looked at for the regular watch, 2 frames: found that the agent was at the desk",
        "looked at for a random draw, 0 frames: no picture was opened",
    ]


def test_a_look_through_the_agents_own_page_is_told_as_one() -> None:
    opened = {"look_id": "look-1", "reason": "watch", "source": "page", "policy": "1a2b3c4d"}
    ended: dict[str, str | float | bool | None] = {"look_id": "look-1", "frames": 2, "why": "complete"}
    told = rows([entry(K.LOOK_OPENED, 1.0, "x", "a", opened), entry(K.LOOK_ENDED, 2.0, "x", "a", ended)])
    (day,) = own_log(told, Teller(), lambda _at: DAY)
    assert day.lines[0].text == (
        "looked at through the agent's own page for the regular watch, 2 frames: nothing new was found"
    )
    assert Teller().sentence(K.LOOK_OPENED, opened) == (
        "a look through the agent's own page was opened, reason watch, under policy 1a2b3c4d"
    )


def test_a_row_that_was_altered_beyond_reading_is_still_shown() -> None:
    (row,) = rows([entry(K.INPUT, 1.0, "x", "a", {"idle": True})])
    broken = LedgerRow(row.seq, row.at, "x", "a", row.kind, "not json", row.prev_hash, row.hash)
    (day,) = own_log([broken], Teller(), lambda _at: DAY)
    assert day.lines[0].rows == (broken,)


def test_a_night_shift_is_one_day(desk: Desk) -> None:
    """Bo works from 22:00 to 06:00: what happens at two in the morning belongs to the day before."""
    two_at_night = NOON + 14 * 3600
    desk.write(entry(K.INPUT, two_at_night, "madrid", "ref2_100", {"idle": True}))
    out = desk.folder / "bo.json"
    ran = desk.run("log", "bo", "--from", DAY, "--to", DAY, "--json", str(out))
    assert ran.status == 0
    assert '"kind": "input"' in out.read_text("utf-8")
    after = desk.run("log", "bo", "--from", "2026-11-21", "--to", "2026-11-21")
    assert "nobody looked" in after.said


def test_shifts_that_the_log_names_count_too() -> None:
    committed = entry(
        K.DRAWS_COMMITTED, NOON, "x", "a", {"what": "committed", "starts_at": NOON, "ends_at": NOON + 50_000}
    )
    day_of = day_finder(windows_in(rows([committed])), ZoneInfo("Europe/Madrid"))
    assert day_of(NOON + 49_999) == DAY
    assert day_of(NOON + 50_000) == "2026-11-21"


def test_nobody_of_that_id_is_named(desk: Desk) -> None:
    ran = desk.run("log", "nobody")
    assert ran.status == 1
    assert "nobody in the directory has the id nobody" in ran.said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "yesterday"), "--from 'yesterday': write it as 2026-11-21"),
        (("--from", "2026-11-21", "--to", "2026-11-20"), "--from 2026-11-21 is later than --to 2026-11-20"),
        (("--page", "nowhere/log.html"), "nowhere/log.html cannot be used: No such file or directory"),
    ],
)
def test_what_was_typed_wrong_is_said(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    ran = desk.run("log", "ana", *arguments)
    assert ran.status != 0
    assert says in ran.said


def test_somebody_who_has_left_is_named_by_the_random_id(desk: Desk) -> None:
    desk.write(entry(K.STILL_VIEWED, NOON, "madrid", ANA, {"still_id": "still-1", "by": "0123456789abcdef"}))
    (line,) = lines_of(desk.log())
    assert line["text"] == "a still was viewed by somebody who has left (0123456789abcdef)"
    assert LUZ not in line["text"]


def test_what_decided_a_look_belongs_to_it_though_it_is_written_after_its_end() -> None:
    def said(step: float, kind: LedgerKind, **data: Any) -> Any:
        return entry(kind, NOON + step, "home", ANA, data)

    found = {"since": NOON, "decided_at": NOON, "confidence": 1.0, "look_id": None}
    told = own_log(
        rows(
            [
                said(0, K.LOOK_OPENED, look_id="a1", reason="watch", policy="c0ffee00c0ffee"),
                said(3, K.EPISODE, what="begun", finding="absent", since=NOON, why=None, shadow=False),
                said(3, K.LOOK_ENDED, look_id="a1", frames=3, why="decided", seconds=3.0),
                said(3, K.FINDING, what="absent", **found),
                said(4, K.LOOK_OPENED, look_id="a2", reason="watch", policy="c0ffee00c0ffee"),
                said(6, K.LOOK_ENDED, look_id="a2", frames=2, why="complete", seconds=2.0),
                said(9, K.FINDING, what="present", **found),
                said(9, K.LOOK_OPENED, look_id="a3", reason="watch", policy="c0ffee00c0ffee"),
                said(11, K.LOOK_ENDED, look_id="a3", frames=2, why="complete", seconds=2.0),
            ]
        ),
        Teller(),
        lambda _at: "2026-11-20",
    )
    looks = [line for day in told for line in day.lines if line.kind == "look"]
    assert [line.text.partition(": ")[2] for line in looks] == [
        "found that nobody was at the desk (100% of the judged frames)",
        "nothing new was found, as before: nobody was at the desk",
        "nothing new was found, as before: the agent was at the desk",
    ]
    assert [line.found_nothing for line in looks] == [False, True, True]
    assert sum(len(line.rows) for day in told for line in day.lines) == 9
