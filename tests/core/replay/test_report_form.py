"""The report of a replay as a page: alone, legible, and with words for everything that it can meet."""

import hashlib
import re
from base64 import b64encode
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.judging import signs
from atdesk_core.runtime.replay import report
from atdesk_core.runtime.replay.outcome import ReplayOutcome, Stretch
from atdesk_core.runtime.replay.report import amounts, render, words
from atdesk_core.runtime.replay.report.lanes import seat_lanes
from atdesk_core.runtime.replay.report.scale import Label, Scale, ticks
from atdesk_core.vision import matching, pipeline, things
from atdesk_sdk import CouldNotTell, FindingKind, MatchBand, NoticeKind, Obstacle
from tests.core.replay.report_page import found, matched, not_told, outcome_of, page_of, pictures, somebody

HOME = Path(report.__file__).parent
STYLE = (HOME / "page.css").read_text("utf-8")
WIDTHS = (240, 320, 400, 480, 560, 640, 760, 880)
LETTER_PX = 6.6
"""A letter of the labels, on average, in the widest of the fonts that the page names."""


def outcome() -> ReplayOutcome:
    seen = [matched(0.0, 0.1, MatchBand.SAME), *pictures(1, 60, somebody)]
    kinds = [found(kind, 10.0 * number, 10.0 * number + 9) for number, kind in enumerate(FindingKind)]
    return outcome_of([*kinds, not_told(CouldNotTell.FROZEN, 80, 90)], seen)


def test_nothing_is_loaded_and_nothing_runs() -> None:
    html = render(outcome(), "me.mp4")
    assert not re.search(
        r"<(img|script|link|iframe|object|image|use)\b|\bsrc=|href=|@import|url\((?!#)", html
    )
    page = page_of(outcome())
    assert not [name for node in page.walk() for name in node.attributes if name.startswith("on")]


def test_the_page_itself_forbids_to_load_anything() -> None:
    page = page_of(outcome())
    (policy,) = (
        meta.attributes["content"]
        for meta in page.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    (style,) = page.all("style")
    text = "".join(one for one in style.children if isinstance(one, str))
    digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    # That policy would drop them.
    assert not [node for node in page.walk() if "style" in node.attributes]


def test_what_the_page_points_at_is_there() -> None:
    html, page = render(outcome(), "me.mp4"), page_of(outcome())
    known = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    assert len(known) == len(set(known))
    pointed = set(re.findall(r"url\(#([\w-]+)\)", html))
    pointed |= {
        node.attributes["aria-labelledby"] for node in page.walk() if "aria-labelledby" in node.attributes
    }
    assert pointed <= set(known)


def test_a_title_cannot_break_out() -> None:
    page = page_of(outcome(), "</title><script>alert(1)</script>.mp4")
    assert not page.all("script")
    assert "alert(1)" in page.all("title")[0].text


def test_headings_and_tables_are_what_they_look_like() -> None:
    page = page_of(outcome())
    levels = [int(node.tag[1]) for node in page.walk() if re.fullmatch(r"h\d", node.tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in page.all("table"):
        head, body = table.all("thead")[0], table.all("tbody")[0]
        assert all(cell.attributes["scope"] == "col" for cell in head.all("th"))
        assert all([cell.attributes["scope"] for cell in row.all("th")] == ["row"] for row in body.all("tr"))


def luminance(colour: str) -> float:
    whole = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
    parts = [int(whole[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palettes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block)) for block in blocks]


@pytest.mark.parametrize("colours", palettes(), ids=["light", "dark", "print"])
def test_every_colour_is_told_from_what_it_lies_on(colours: dict[str, str]) -> None:
    for text in ("ink", "soft"):
        for ground in ("paper", "sheet", "unknown-tint", "told-tint"):
            if text == "ink" or ground in ("paper", "sheet"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for mark in ("present", "absent", "different", "unknown", "beside", "told", "ran"):
        assert contrast(colours[mark], colours["sheet"]) >= 3, mark
    for mark, ground in (("ran", "rule"), ("present", "same-tint"), ("different", "other-tint")):
        assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


def test_there_is_a_word_for_everything_that_can_be_met() -> None:
    assert set(words.FOUND) == {kind.value for kind in FindingKind}
    assert set(words.REASONS) == {reason.value for reason in CouldNotTell}
    assert {kind.value for kind in NoticeKind} == {*words.NOTICES, *words.FOUND} - {"present"}
    assert {obstacle.value for obstacle in Obstacle} <= {*words.REASONS, Obstacle.UNREADABLE.value}
    assert set(words.BANDS) == {band.value for band in MatchBand}
    assert {
        pipeline.NOTHING_MOVED,
        things.NOT_ASKED,
        things.NOT_LOADED,
        things.NOBODY,
        things.SEEN_LATELY,
        matching.NOT_ENROLLED,
        matching.TOO_SMALL,
        matching.TOO_DARK,
        matching.TURNED_AWAY,
        matching.WEAK,
        matching.OTHER_ENCODER,
        signs.ALREADY_MATCHED,
    } <= set(words.SKIPPED)


def test_a_name_that_is_not_in_the_tables_is_readable_all_the_same() -> None:
    new = Stretch("smoke_alarm", False, 0, 9, 1, 1.0)
    page = page_of(outcome_of([new], pictures(0, 9, lambda at_s: somebody(at_s, why="never_heard_of"))))
    (table,) = page.all("table", "rows")
    assert "Could not tell: smoke alarm" in table.text
    assert "9 never heard of" in page.all("table", "steps")[0].text


@pytest.mark.parametrize(
    ("at_s", "says"), [(0, "0:00"), (24.4, "0:24"), (59.6, "1:00"), (3599, "59:59"), (3723, "1:02:03")]
)
def test_times_are_read_as_on_a_player(at_s: float, says: str) -> None:
    assert amounts.clock(at_s) == says


@pytest.mark.parametrize(
    ("length_s", "says"),
    [
        (0.3, "less than 1 s"),
        (19.2, "19 s"),
        (59.7, "1 min"),
        (98, "1 min 38 s"),
        (3900, "1 h 5 min"),
    ],
)
def test_lengths_are_said_as_people_say_them(length_s: float, says: str) -> None:
    assert amounts.span(length_s).replace("\N{NO-BREAK SPACE}", " ") == says


@pytest.mark.parametrize(("part", "percent"), [(0, 0), (0.01, 1), (50, 50), (99.99, 99), (100, 100)])
def test_none_and_all_are_never_rounded_to(part: float, percent: int) -> None:
    assert amounts.share(part, 100) == f"{percent}\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize("duration_s", [0.0, 0.1, 3, 59, 147.9, 708, 3600, 28_800, 86_400])
def test_the_axis_has_about_ten_times(duration_s: float) -> None:
    marks = ticks(Scale(duration_s))
    assert 1 <= len(marks) <= 11
    assert marks[0].label.text == "0:00"
    assert all(0 <= mark.x <= 100 for mark in marks)


def reach(label: Label, line_px: int) -> tuple[float, float]:
    """From where to where a label goes, in pixels of a line so wide."""
    at, wide = label.x / 100 * line_px + label.shift, LETTER_PX * len(label.text)
    before = {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
    return at - before, at - before + wide


def shown(label: Label, line_px: int) -> bool:
    return label.room != "never" and line_px >= int(label.room.removeprefix("from-"))


@given(st.sets(st.integers(0, 600), min_size=2, max_size=24), st.sampled_from(WIDTHS))
def test_labels_meet_neither_each_other_nor_the_bars(moments: set[int], line_px: int) -> None:
    edges = [float(moment) for moment in sorted(moments)]
    some = [
        not_told(CouldNotTell.VIRTUAL_BACKGROUND, start, end)
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]
    lane = seat_lanes(outcome_of(some, duration_s=600), Scale(600))[-1]
    taken = [(bar.x / 100 * line_px, (bar.x + bar.width) / 100 * line_px) for bar in lane.bars]
    taken += [reach(bar.label, line_px) for bar in lane.bars if bar.label and shown(bar.label, line_px)]
    taken.sort()
    assert all(after[0] >= before[1] - 0.1 for before, after in pairwise(taken))
    assert not taken or (taken[0][0] >= 0 and taken[-1][1] <= line_px + 0.1)


@given(st.floats(1, 90_000), st.sampled_from(WIDTHS))
def test_times_on_the_axis_do_not_meet(duration_s: float, line_px: int) -> None:
    labels = [tick.label for tick in ticks(Scale(duration_s))]
    seen = [reach(label, line_px) for label in labels if shown(label, line_px)]
    assert all(after[0] >= before[1] for before, after in pairwise(seen))


def test_no_text_is_left_that_the_page_does_not_say() -> None:
    said = "".join(path.read_text("utf-8") for path in HOME.iterdir() if path.suffix in (".py", ".jinja"))
    table = re.search(r"_TEXT: Final.*?\n\}\n", said, re.DOTALL)
    assert table is not None
    keys = re.findall(r'^    "(\w+)":', table[0], re.MULTILINE)
    put_together = re.compile(
        r"col_(when|what|known|why|step|ran|not)|(why|band)_(same|unsure|other)(_once)?"
    )
    others = said.replace(table[0], "")
    assert not [
        key for key in keys if not put_together.fullmatch(key) and not re.search(rf'["\']{key}["\']', others)
    ]
