"""The readable page: legible, with landmarks and headers, complete in itself, and 320 px are enough."""

import hashlib
import re
import shutil
import subprocess
from base64 import b64encode
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from atdesk_core.ledger import LedgerKind, entry, page
from tests.core.ledger.desk_day import ANA, DAY, NOON, make_desk, the_day
from tests.core.replay.test_report_form import contrast

STYLE = (Path(page.__file__).parent / "page.css").read_text("utf-8")
CHROMIUM = shutil.which("chromium")


class Outline(HTMLParser):
    """The elements of a page, in order, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder: Path = tmp_path_factory.mktemp("desk")
    desk = make_desk(folder)
    desk.write(*the_day())
    log = folder / "log.html"
    assert desk.run("log", "ana", "--from", DAY, "--to", "2026-11-21", "--page", str(log)).status == 0
    assert desk.run("export", "ana", "--out", str(folder / "mine")).status == 0
    return {"log": log, "index": folder / "mine" / "index.html"}


@pytest.fixture(params=["log", "index"])
def html(request: pytest.FixtureRequest, files: dict[str, Path]) -> str:
    return files[request.param].read_text("utf-8")


def outline(html: str) -> Outline:
    found = Outline()
    found.feed(html)
    return found


def test_nothing_is_loaded_and_nothing_runs(html: str) -> None:
    assert not re.search(r"<(img|script|link|iframe|object)\b|\bsrc=|@import|url\(", html)
    names = {name for _, attributes in outline(html).elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert all(re.fullmatch(r"#main|days/[0-9-]{10}\.html", one["href"]) for one in outline(html).all("a"))


def test_the_page_itself_forbids_to_load_anything(html: str) -> None:
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html


def test_landmarks_headings_and_headers(html: str) -> None:
    found = outline(html)
    assert [len(found.all(tag)) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    assert found.all("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert {one.get("scope") for one in found.all("th")} == {"col", "row"}
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {one["aria-labelledby"] for one in found.all("section")} <= set(ids)


def test_the_index_names_every_day_with_its_amounts(files: dict[str, Path]) -> None:
    text = files["index"].read_text("utf-8")
    assert f'<a href="days/{DAY}.html">Friday {DAY}</a>' in text
    cells = re.findall(r"<td>(\d+)</td>", text)
    assert cells == ["4", "16", "1", "1", "1", "1"]


def test_a_value_cannot_break_out(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    row = entry(LedgerKind.STILL_VIEWED, NOON, "madrid", ANA, {"still_id": "still-1", "by": "ref2_100"})
    desk.write(row)
    out = tmp_path / "log.html"
    desk.run("log", "ana", "--from", DAY, "--to", DAY, "--page", str(out))
    assert "Bo, Jr." in out.read_text("utf-8")  # a name out of the directory, escaped like all else
    assert "<script" not in out.read_text("utf-8")


def palettes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block)) for block in blocks]


@pytest.mark.parametrize("colours", palettes(), ids=["light", "dark", "print"])
def test_every_colour_is_told_from_what_it_lies_on(colours: dict[str, str]) -> None:
    for text in ("ink", "soft", "link"):
        for ground in ("paper", "sheet"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for mark in ("look", "flag", "state", "told", "still", "own", "quiet"):
        assert contrast(colours[mark], colours["sheet"]) >= 3, mark


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: the page is not measured in a browser")
@pytest.mark.parametrize("name", ["log", "index"])
def test_320_pixels_are_enough(files: dict[str, Path], name: str, tmp_path: Path) -> None:
    """In a frame of 320 px nothing sticks out; the wide table of the index scrolls within itself."""
    content = files[name].read_text("utf-8").replace('"', "&quot;")
    measure = (
        "const d = document.querySelector('iframe').contentDocument.documentElement;"
        "document.title = d.scrollWidth + ' of ' + d.clientWidth;"
    )
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<!doctype html><title></title><iframe width="320" height="600" style="border:0" '
        f'srcdoc="{content}" onload="{measure}"></iframe>',
        "utf-8",
    )
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000"]
    done = subprocess.run(
        [*command, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", frame.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    measured = re.search(r"<title>(\d+) of (\d+)</title>", done.stdout)
    assert measured is not None, done.stderr[-500:]
    assert int(measured[1]) <= int(measured[2]) <= 320
