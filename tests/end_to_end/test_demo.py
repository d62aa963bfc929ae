"""The demo: its checks can fail, its witness reads what arrived, its page tells, and it can be ended."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from examples.demo.checks import faults
from examples.demo.play import MOMENTS
from examples.demo.received import Received, from_zoom
from examples.demo.story import SCENES, scene_at
from examples.demo.webcam import ways
from starlette.applications import Starlette

from atdesk_core.identity import Signed
from atdesk_core.web.live import Feed, live_routes
from atdesk_core.web.server import serving
from atdesk_zoom.simulator import Entry
from tests.end_to_end.whole_demo import ROOT

PLATFORMS = ("zoom", "genesys")
GOOD = (
    Received(13.0, "zoom", "notice"),
    Received(18.0, "genesys", "state:Away"),
    Received(18.1, "zoom", "notice"),
    Received(27.0, "zoom", "flag"),
    Received(27.1, "genesys", "flag"),
    Received(36.0, "genesys", "state:Available"),
    Received(36.1, "zoom", "flag_update"),
    Received(50.0, "zoom", "notice"),
    Received(56.0, "genesys", "flag"),
    Received(56.1, "zoom", "flag"),
    Received(67.0, "zoom", "flag_update"),
    Received(81.1, "zoom", "flag_update"),
)


def moved(index: int, at_s: float) -> tuple[Received, ...]:
    return tuple(replace(row, at_s=at_s) if number == index else row for number, row in enumerate(GOOD))


def without(*indices: int) -> tuple[Received, ...]:
    return tuple(row for number, row in enumerate(GOOD) if number not in indices)


def test_the_right_order_has_no_fault() -> None:
    assert faults(GOOD, MOMENTS, PLATFORMS) == ()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (moved(1, 12.0), "state:Away came at 12.0 s, before notice"),
        (moved(3, 15.0), "flag came at 15.0 s, before state:Away"),
        (moved(5, 46.0), "when somebody else sat there"),
        (moved(9, 49.0), "flag came at 49.0 s, before notice"),
        (moved(10, 75.0), "flag_update came at 75.0 s, when it was too dark"),
        (moved(0, 4.0), "notice came at 4.0 s, while the agent was at the desk"),
        (without(5), "state:Available was not restored"),
        (without(7), "no notice was received after 45 s"),
        (without(4), "genesys received 1 flags"),
        (without(8, 9), "no flag was received after 45 s"),
        ((*GOOD, Received(57.0, "zoom", "flag")), "zoom received 3 flags"),
        ((*GOOD, Received(77.0, "zoom", "notice")), "notice came at 77.0 s, when it was too dark"),
        ((*GOOD, Received(40.0, "genesys", "state:On Queue")), "On Queue"),
        (moved(11, 79.0), "no flag_update came once the agent had paused"),
        ((*GOOD, Received(85.0, "zoom", "notice")), "notice came at 85.0 s, when the agent had only paused"),
        ((*GOOD, Received(86.0, "genesys", "state:Away")), "state:Away came at 86.0 s, when the agent had"),
        ((), "no notice was received after 9 s"),
    ],
)
def test_a_wrong_order_is_named(rows: Sequence[Received], said: str) -> None:
    assert any(said in fault for fault in faults(rows, MOMENTS, PLATFORMS)), rows


@pytest.mark.parametrize(
    ("what", "to_jid", "status", "expected"),
    [
        ("POST /im/chat/messages", "teo@xmpp", "201", "notice"),
        ("POST /im/chat/messages", "leads@conference", "201", "flag"),
        ("PUT /im/chat/messages/AB12", "leads@conference", "200", "flag_update"),
        ("POST /im/chat/messages", "teo@xmpp", "429", None),
        ("GET /users/teo", "", "200", None),
    ],
)
def test_the_witness_counts_what_zoom_accepted(
    what: str, to_jid: str, status: str, expected: str | None
) -> None:
    entry = Entry(1.0, 1_700_000_005_000, "in", "rest", what, {"to_jid": to_jid}, status)
    row = from_zoom(entry, {"teo@xmpp"}, 1_700_000_000.0)
    assert row == (Received(5.0, "zoom", expected) if expected else None)


def test_the_scenes_follow_one_another() -> None:
    starts = [scene.starts_s for scene in SCENES]
    assert starts == sorted(starts)
    assert [scene_at(at_s).name for at_s in (0.0, 9.0, 33.9, 1000.0)] == ["present", "away", "away", "paused"]


async def test_the_page_tells_what_was_and_what_comes_and_ends_with_the_feed() -> None:
    feed = Feed()
    feed.publish("state", label="On Queue")
    feed.show(b"\xff\xd8 a picture")
    async with serving(Starlette(routes=live_routes(feed)), "127.0.0.1", 0) as port:
        base = f"http://127.0.0.1:{port}/live"
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as client:
            page = await client.get(base)
            picture = await client.get(f"{base}/picture.jpg")
            async with client.stream("GET", f"{base}/events") as stream:
                lines = stream.aiter_lines()
                topics = [await _next_topic(lines)]
                feed.publish("line", text="later")
                topics.append(await _next_topic(lines))
                feed.close()
                rest = [line async for line in lines if line.startswith("event:")]
            gone = await client.get(f"{base}/picture.jpg")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (picture.status_code, picture.content) == (200, b"\xff\xd8 a picture")
    assert (topics, rest, gone.status_code) == (["state", "line"], [], 404)


async def _next_topic(lines: object) -> str:
    async with asyncio.timeout(5):
        async for line in lines:  # type: ignore[attr-defined]
            if line.startswith("event: "):
                return str(line.removeprefix("event: "))
    raise AssertionError("the stream ended")


async def test_a_slow_listener_loses_the_oldest_and_is_counted() -> None:
    feed = Feed()
    listener = feed.follow()
    feed.publish("line", text="first")
    assert (await anext(listener)).data["text"] == "first"
    for number in range(1000):
        feed.publish("line", text=str(number))
    feed.close()
    told = [event.data["text"] async for event in listener]
    assert told[-1] == "999"
    assert feed.dropped == 1000 - len(told) > 0


def test_a_console_that_there_is_not_is_named(tmp_path: Path) -> None:
    environ = os.environ | {"CONSOLE": "telex", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "examples.demo"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "there is no console 'telex' in the demo: CONSOLE is genesys or teams" in done.stdout


@pytest.mark.timeout(120)
def test_the_demo_with_ones_own_webcam_waits_for_a_person_and_ends_with_a_receipt(tmp_path: Path) -> None:
    environ = os.environ | {"WEBCAM": "1", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    demo = subprocess.Popen(
        [sys.executable, "-m", "examples.demo"],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with demo:
        assert demo.stdout is not None
        before = ""
        for line in demo.stdout:
            before += line
            if line.strip() == ways("")[-1]:
                break
        demo.terminate()
        after = demo.stdout.read()
    assert demo.returncode == 0, before + after
    assert "/demo" in before
    assert "0 of 0 things can still be decrypted" in after
    assert "Traceback" not in before + after
    assert Signed.parse((tmp_path / "demo-receipt.json").read_text()).document["proof"]
