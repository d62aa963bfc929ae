"""The report of a replay: what a person reads on it."""

import math
from pathlib import Path

import pytest

from atdesk_core.runtime.replay.outcome import ReplayedFlag, ReplayedNotice, ReplayOutcome, Stretch
from atdesk_core.runtime.replay.report import write_report
from atdesk_sdk import CouldNotTell, FindingKind, MatchBand, Obstacle, Quality
from tests.core.replay.report_page import (
    Node,
    blocked,
    empty,
    found,
    matched,
    not_told,
    outcome_of,
    page_of,
    pictures,
    somebody,
    still,
    unreadable,
)

DARK = Quality(luma=12.0, contrast=4.0, sharpness=9.0, change=0.1)


def a_day() -> ReplayOutcome:
    """The agent leaves, is told, becomes Away, comes back; then it is dark."""
    seen = [
        *pictures(0, 1, lambda at_s: matched(at_s, 0.12, MatchBand.SAME)),
        *pictures(1, 30, somebody),
        *pictures(30, 40, empty),
        *pictures(40, 55, still),
        *pictures(55, 56, lambda at_s: matched(at_s, 0.14, MatchBand.SAME)),
        *pictures(56, 80, somebody),
        *pictures(80, 100, blocked(Obstacle.TOO_DARK, DARK)),
    ]
    stretches = [
        found(FindingKind.PRESENT, 0, 30),
        found(FindingKind.ABSENT, 30, 55),
        found(FindingKind.PRESENT, 55, 80),
        found(FindingKind.EXTRA_PERSON, 60, 68, "1 more than the agent in 4 of 4 pictures"),
        not_told(CouldNotTell.TOO_DARK, 80, 100),
    ]
    flags = [ReplayedFlag("absent", raised_s=50.0, told_agent_s=33.0)]
    notices = [
        ReplayedNotice("absent", 33.0, 50.0),
        ReplayedNotice("made_away", 38.0, None),
        ReplayedNotice("extra_person", 63.0, 123.0),
        ReplayedNotice("more_light", 90.0, None),
    ]
    states = [(38.0, "away"), (55.0, "available")]
    asked = frozenset(
        {FindingKind.ABSENT, FindingKind.EXTRA_PERSON, FindingKind.PHONE, FindingKind.INPUT_IDLE}
    )
    return outcome_of(stretches, seen, flags=flags, states=states, notices=notices, asked=asked)


@pytest.fixture(scope="module")
def day() -> Node:
    return page_of(a_day())


def facts(page: Node) -> dict[str, str]:
    (lists,) = page.all("dl")
    return {one.all("dt")[0].text: " ".join(dd.text for dd in one.all("dd")) for one in lists.all("div")}


def headline(page: Node) -> str:
    (title,) = page.all("h1")
    return title.text


def rows(page: Node) -> list[list[str]]:
    (table,) = page.all("table", "rows")
    return [
        [cell.text for cell in row.children if isinstance(cell, Node)]
        for row in table.all("tbody")[0].all("tr")
    ]


def why(page: Node, what: str) -> str:
    return next(row[3] for row in rows(page) if row[1].startswith(what))


def lanes(page: Node) -> dict[str, Node]:
    return {lane.all("span")[0].text: lane for lane in page.all("div", "lane") if lane.all("span")}


def steps(page: Node) -> dict[str, tuple[str, str]]:
    (table,) = page.all("table", "steps")
    found = {}
    for row in table.all("tbody")[0].all("tr"):
        name, done, others = (cell for cell in row.children if isinstance(cell, Node))
        found[name.text.split(" Is ")[0]] = (done.text, others.text)
    return found


def test_the_head_says_it_all_in_plain_words(day: Node) -> None:
    assert headline(day) == "At the desk 69 % of the time that could be judged"
    assert facts(day) == {
        "Found": "Nobody there for 25 s from 0:30. Somebody beside the agent for 8 s from 1:00. "
        "Looked for and not found: possible phone.",
        "Could not be told": "20 s: too dark. Never held against anybody.",
        "Told and shown": "Nobody there: the agent told at 0:33, a lead would see it at 0:50. "
        "State set to Away at 0:38 and Available at 0:55. Only the agent told, 2 times: somebody beside the "
        "agent at 1:03 and more light would help at 1:30.",
        "Rests on": "100 pictures, one a second throughout. Compared with the enrolled agent in 2 of them.",
    }


@pytest.mark.parametrize(
    ("stretches", "says"),
    [
        ([found(FindingKind.PRESENT, 0, 100)], "At the desk all the time that could be judged"),
        (
            [found(FindingKind.PRESENT, 0, 99.9), found(FindingKind.ABSENT, 99.9, 100)],
            "At the desk 99 % of the time that could be judged",
        ),
        ([found(FindingKind.ABSENT, 0, 100)], "Nobody was seen at the desk in the time that could be judged"),
        (
            [found(FindingKind.DIFFERENT_PERSON, 0, 100)],
            "The agent was not at the desk in the time that could be judged",
        ),
        ([not_told(CouldNotTell.COVERED, 0, 100)], "It could not be told who was at the desk"),
        ([], "Too little was seen to tell who was at the desk"),
    ],
)
def test_the_headline_never_says_more_than_was_judged(stretches: list[Stretch], says: str) -> None:
    assert headline(page_of(outcome_of(stretches, [somebody(0.0)]))) == says


def test_where_nothing_was_looked_at_nothing_is_said() -> None:
    page = page_of(outcome_of([not_told(CouldNotTell.STREAM_PAUSED, 0, 100)]))
    assert headline(page) == "Nothing was looked at, so nothing is known"
    assert facts(page)["Found"] == "Nothing: no picture was opened."
    assert facts(page)["Rests on"] == "Nothing: no picture was opened."
    assert not page.all("table", "steps")


def test_time_of_which_nothing_is_said_is_named() -> None:
    page = page_of(outcome_of([found(FindingKind.PRESENT, 0, 40)], [somebody(0.0)], schedule="policy"))
    assert facts(page)["Could not be told"].startswith("Not judged for 1 min:")


def test_what_occurred_often_is_told_once() -> None:
    some = [
        found(FindingKind.PHONE, at_s, at_s + 5, "cell phone in 3 of 5 pictures") for at_s in (10, 30, 60)
    ]
    page = page_of(outcome_of(some, [somebody(0.0)]))
    assert facts(page)["Found"] == "Possible phone 3 times, 15 s in all, first at 0:10."


def test_everything_found_has_a_row_in_order_of_time_with_its_reason(day: Node) -> None:
    assert [(row[0], row[1]) for row in rows(day)] == [
        ("0:00 to 0:30 30 s", "At the desk"),
        ("0:30 to 0:55 25 s", "Nobody there"),
        ("0:33", "Agent told: Nobody there"),
        ("0:38", "State: Away"),
        ("0:38", "Agent told: Set to Away"),
        ("0:50", "Flag: Nobody there"),
        ("0:55 to 1:20 25 s", "At the desk"),
        ("0:55", "State: Available"),
        ("1:00 to 1:08 8 s", "Somebody beside the agent"),
        ("1:03", "Agent told: Somebody beside the agent"),
        ("1:20 to 1:40 20 s", "Could not tell: too dark held against nobody"),
        ("1:30", "Agent told: More light would help"),
    ]
    assert all(row[3] for row in rows(day))
    assert why(day, "At the desk") == (
        "A face in 30 of 30 pictures. Compared with the agent once, the same person: distance 0.12."
    )
    assert why(day, "Nobody there") == (
        "Searched 10 of 25 pictures for faces and bodies: nobody in any of them. "
        "Not searched in 15: nothing had moved since the search before."
    )
    assert (
        why(day, "Agent told")
        == "Only the agent is told. A lead would see it 17 s later, at 0:50: nothing changed."
    )
    assert why(day, "Agent told: Set") == "Only the agent is told, and nothing follows from it."
    assert why(day, "Agent told: Somebody").endswith("1 min later, at 2:03, if nothing changed.")
    assert why(day, "Flag") == "A lead would see it from here on. The agent was told at 0:33, 17 s before."
    assert why(day, "Somebody beside") == "1 more than the agent in 4 of 4 pictures. Counted, not identified."
    assert why(day, "Could not tell") == "Too dark to tell anything. Average brightness 12 of 255."


def test_a_row_says_how_long_the_engine_took_to_know() -> None:
    slow = found(FindingKind.ABSENT, 10, 30)
    slow.confidence = 0.8
    (row,) = rows(page_of(outcome_of([slow], pictures(10, 30, empty))))
    assert row[2] == "after 2 s 80 % of the pictures weighed"


@pytest.mark.parametrize("reason", list(CouldNotTell))
def test_every_reason_is_explained_and_held_against_nobody(reason: CouldNotTell) -> None:
    page = page_of(outcome_of([not_told(reason, 0, 9)], pictures(0, 9, somebody), duration_s=9))
    (row,) = rows(page)
    assert row[1].startswith("Could not tell: ")
    assert row[1].endswith("held against nobody")
    assert row[3].endswith(".")
    assert "_" not in row[1] + row[3]


@pytest.mark.parametrize(
    ("reason", "quality", "says"),
    [
        (Obstacle.COVERED, Quality(3, 1, 0, 0.2), "Average brightness 3 of 255, contrast 1."),
        (Obstacle.FROZEN, Quality(90, 50, 2000, 0.02), "brightness changed by 0.02 of 255."),
        (
            Obstacle.BLURRED,
            Quality(90, 20, 11, 2.0),
            "Sharpness 11; 3,000 where the picture could be judged.",
        ),
    ],
)
def test_what_was_in_the_way_comes_with_its_numbers(reason: Obstacle, quality: Quality, says: str) -> None:
    seen = [*pictures(0, 5, somebody), *pictures(5, 9, blocked(reason, quality))]
    page = page_of(outcome_of([not_told(CouldNotTell(reason.value), 5, 9)], seen))
    assert why(page, "Could not tell").endswith(says)


def test_a_picture_that_cannot_be_read_is_no_step_that_ran() -> None:
    page = page_of(outcome_of([not_told(CouldNotTell.NO_SIGNAL, 0, 4)], pictures(0, 4, unreadable)))
    assert why(page, "Could not tell") == (
        "No picture came that could be read. The JPEG is cut off, in 4 pictures."
    )
    assert set(steps(page).values()) == {("0 0 %", "4 the picture could not be judged: not readable")}


def test_another_person_rests_on_distances() -> None:
    seen = pictures(0, 4, lambda at_s: matched(at_s, 0.8 + at_s / 100, MatchBand.OTHER))
    page = page_of(outcome_of([found(FindingKind.DIFFERENT_PERSON, 0, 4)], seen))
    assert why(page, "Somebody else") == (
        "A face in 4 of 4 pictures. Compared with the agent 4 times, always another person: "
        "distance 0.80 to 0.83."
    )


def test_comparisons_that_disagree_are_told_apart() -> None:
    seen = [matched(0.0, 0.2, MatchBand.SAME), matched(1.0, 0.55, MatchBand.UNSURE), somebody(2.0)]
    page = page_of(outcome_of([found(FindingKind.PRESENT, 0, 3)], seen))
    assert why(page, "At the desk").endswith(
        "Compared with the agent 2 times: the agent once, distance 0.20 and unsure once, distance 0.55."
    )


def test_without_a_template_nobody_is_said_to_be_the_agent() -> None:
    seen = pictures(0, 9, lambda at_s: somebody(at_s, why="not enrolled"))
    page = page_of(outcome_of([found(FindingKind.PRESENT, 0, 9)], seen))
    assert why(page, "At the desk").endswith("Nobody is enrolled, so whoever sits there counts.")
    assert facts(page)["Rests on"].endswith("Nobody is enrolled: who it is was never asked.")
    assert "Distance to the agent" not in lanes(page)


def test_a_flag_without_a_notice_says_so() -> None:
    page = page_of(outcome_of([], [somebody(0.0)], flags=[ReplayedFlag("absent", 50.0, None)]))
    assert why(page, "Flag").endswith("No channel reached the agent before.")
    assert "Agent told" not in lanes(page)


def test_lanes_are_there_for_what_occurred(day: Node) -> None:
    assert list(lanes(day))[:7] == [
        "At the desk",
        "Nobody there",
        "Could not tell",
        "Somebody beside the agent",
        "Agent told",
        "State",
        "A lead would see",
    ]


def test_a_bar_lies_where_its_time_is(day: Node) -> None:
    (bar,) = lanes(day)["Nobody there"].all("rect", "bar")
    assert (bar.attributes["x"], bar.attributes["width"]) == ("30.0%", "25.0%")
    (known,) = lanes(day)["Nobody there"].all("line", "known")
    assert known.attributes["x1"] == "32.0%"
    (wait,) = lanes(day)["Agent told"].all("rect", "wait")
    assert (wait.attributes["x"], wait.attributes["width"]) == ("33.0%", "17.0%")


def test_each_plot_has_its_words(day: Node) -> None:
    drawn = [svg for svg in day.all("svg") if svg.attributes.get("role") == "img"]
    assert all(svg.attributes["aria-label"] for svg in drawn)
    words = {name: lane.all("svg", "track")[0].attributes["aria-label"] for name, lane in lanes(day).items()}
    assert words["Nobody there"].replace("\N{NO-BREAK SPACE}", " ") == (
        "Nobody there: once, 25 s in all, first from 0:30 to 0:55."
    )
    assert words["Search for faces"] == "Search for faces: ran in 65 of 100 pictures."
    hidden = [svg for svg in day.all("svg") if "role" not in svg.attributes]
    inside = {id(one) for svg in drawn for one in svg.walk()}
    assert all(id(svg) in inside or svg.attributes.get("aria-hidden") == "true" for svg in hidden)


def test_how_little_was_measured_and_why(day: Node) -> None:
    assert steps(day) == {
        "Search for faces": (
            "65 65 %",
            "20 the picture could not be judged: too dark 15 nothing had moved since the search before",
        ),
        "Search for bodies": (
            "10 10 %",
            "55 a face had been found, which answers it 20 the picture could not be judged: too dark "
            "15 nothing had moved since the search before",
        ),
        "Comparison with the agent": (
            "2 2 %",
            "53 this face had been compared, and nothing about it had changed 20 the picture could not be "
            "judged: too dark 15 nothing had moved since the search before 10 there was no face to compare",
        ),
        "Search for things": (
            "0 0 %",
            "55 no check asks for it 20 the picture could not be judged: too dark 15 nothing had moved since "
            "the search before 10 nobody was there who could hold a thing",
        ),
    }


def test_a_long_recording_stays_a_small_page() -> None:
    seen = pictures(0, 7200, lambda at_s: somebody(at_s) if at_s % 3 else still(at_s))
    page = page_of(outcome_of([found(FindingKind.PRESENT, 0, 7200)], seen, duration_s=7200))
    strips = page.all("svg", "strip")
    assert len(strips) == 4
    assert all(len(strip.all("rect", "ran")) <= 240 for strip in strips)
    assert "of 7,200" in strips[0].attributes["aria-label"]
    assert 4 <= len(lanes(page)["At the desk"].all("line", "grid")) <= 11


def test_the_nearest_face_is_drawn_lowest_and_a_broken_distance_not_at_all() -> None:
    seen = [
        matched(0.0, 0.1, MatchBand.SAME),
        matched(1.0, 0.55, MatchBand.UNSURE),
        matched(2.0, 0.9, MatchBand.OTHER),
        matched(3.0, math.inf, MatchBand.UNSURE),
    ]
    plot = lanes(page_of(outcome_of([found(FindingKind.PRESENT, 0, 4)], seen)))["Distance to the agent"]
    marks = plot.all("svg", "mark")
    heights = [float(mark.attributes["y"]) for mark in marks]
    assert len(marks) == 3
    assert heights == sorted(heights, reverse=True)
    assert [one.text for one in plot.all("li")] == [
        "the agent: once, 0.10",
        "unsure: once, 0.55",
        "somebody else: once, 0.90",
    ]


def test_the_bands_of_the_encoder_are_drawn_and_named() -> None:
    seen = [matched(0.0, 0.1, MatchBand.SAME), matched(1.0, 0.9, MatchBand.OTHER)]
    page = page_of(outcome_of([found(FindingKind.PRESENT, 0, 2)], seen, bands=(0.5, 0.6)))
    plot = lanes(page)["Distance to the agent"]
    same, other = plot.all("rect", "band")
    nearest, furthest = (float(mark.attributes["y"]) for mark in plot.all("svg", "mark"))
    assert float(same.attributes["y"]) < nearest
    assert float(other.attributes["y"]) + float(other.attributes["height"]) > furthest
    assert float(other.attributes["y"]) + float(other.attributes["height"]) < float(same.attributes["y"])
    assert [one.text for one in plot.all("li")] == [
        "the agent, below 0.50: once, 0.10",
        "somebody else, above 0.60: once, 0.90",
    ]


def test_a_recording_of_one_picture_has_a_page() -> None:
    page = page_of(outcome_of([], [somebody(0.0)], duration_s=0.1))
    assert facts(page)["Could not be told"].startswith("Not judged for less than 1 s")
    assert not page.all("table", "rows")
    assert "Nothing could be decided" in page.text


def test_it_is_written_as_it_is_rendered(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    write_report(outcome_of([found(FindingKind.PRESENT, 0, 100)], [somebody(0.0)]), "caf\u00e9 <b>.mp4", out)
    text = out.read_text("utf-8")
    assert "caf\u00e9 &lt;b&gt;.mp4" in text
