"""The reference client as somebody starts it, against a running service."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import pytest

from tests.core.web.frames.desk import SECRET, Desk, eventually, opened
from tests.core.web.frames.pictures import jpeg

ROOT = Path(__file__).parents[4]
CLIENT = ROOT / "examples" / "frames-client" / "frames_client.py"
FILM = ROOT / "plugins" / "zoom" / "src" / "atdesk_zoom" / "simulator" / "footage" / "person_a.mp4"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as desk:
        yield desk


@contextlib.asynccontextmanager
async def client(
    desk: Desk, pictures: Path, *more: str, secret: str = SECRET, external_id: str = "ann"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """It runs until the block is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CLIENT),
        desk.pages.ws_url + "/frames",
        str(pictures),
        *("--account", f"scripted:scripted:{external_id}", "--meeting", "900", "--participants", "4"),
        *("--no-guests", "--people-told", *more),
        env=os.environ | {"ATDESK_FORWARDER_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """(status, everything that it said)."""
    async with asyncio.timeout(20):
        out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def test_a_folder_of_pictures_is_sent_look_by_look(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    shown = [jpeg(320, 240), jpeg(160, 120)]
    for number, picture in enumerate(shown):
        (folder / f"{number}.jpg").write_bytes(picture)
    (folder / "notes.txt").write_text("no picture", "utf-8")
    async with client(desk, folder) as process:
        await eventually(lambda: len(desk.eyes.seen) >= 3)
        process.terminate()
        _, said = await ended(process)
    assert [picture for _, picture in desk.eyes.seen[:3]] == [shown[0], shown[1], shown[0]]
    assert '< {"t": "ready"' in said
    assert "> frame 1 for look 1" in said
    assert desk.counts["taken"] >= 3


async def test_a_film_is_sent_picture_by_picture(desk: Desk, tmp_path: Path) -> None:
    film = tmp_path / "film.mjpeg"
    shown = pictures_of(FILM, 3)
    film.write_bytes(b"".join(shown))
    async with client(desk, film):
        await eventually(lambda: len(desk.eyes.seen) >= 2)
    assert [picture for _, picture in desk.eyes.seen[:2]] == shown[:2]


def pictures_of(film: Path, count: int) -> list[bytes]:
    """The first of a film, as JPEGs no larger than a look asks for."""
    capture = cv2.VideoCapture(str(film))
    shown = []
    for _ in range(count):
        whole, picture = capture.read()
        assert whole
        data = cv2.imencode(".jpg", cv2.resize(picture, (480, 360)), [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
        shown.append(data.tobytes())
    capture.release()
    return shown


async def test_a_wrong_secret_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(jpeg())
    async with client(desk, tmp_path, secret="another") as process:
        status, said = await ended(process)
    assert status == 1
    assert "no token: 401" in said
    assert "another" not in said


async def test_whoever_is_superseded_leaves_it(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(jpeg())
    async with client(desk, tmp_path) as first:
        await eventually(lambda: bool(desk.eyes.seen))
        async with client(desk, tmp_path):
            status, said = await ended(first)
    assert (status, "closed: 4409" in said) == (1, True)


async def test_without_a_picture_it_says_so(desk: Desk, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    async with client(desk, empty, "--once") as process:
        status, said = await ended(process)
    assert status == 1
    assert "no JPEG in it" in said
