"""Whatever bytes and texts come: no exception reaches a log, and no frame is taken that was not asked for."""

import asyncio
import contextlib
import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from websockets.sync.client import ClientConnection, connect

from atdesk_core.web.frames import SUBPROTOCOL
from atdesk_core.web.frames.protocol import Closing, Header, pack, read_message
from atdesk_core.web.frames.taking import Taken, Taking
from tests.core.web.frames.desk import PAGE_POLICY, Desk, opened
from tests.core.web.frames.pictures import jpeg
from tests.core.web.serving import TAB

PICTURE = jpeg(32, 24)

# ---- without sockets -------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["t", "v", "source", "token", "tab", "client", "look_id", "reason"])
WORDS = st.sampled_from(["hello", "token", "opened", "refused", "gap", "resume", "pong", "denied", "page"])
MESSAGES = st.dictionaries(KEYS, WORDS | JSON, max_size=6).map(json.dumps)
TEXTS = MESSAGES | st.text(max_size=200) | st.sampled_from(["[" * 10_000, '{"t":"\\ud800"}', "\x00"])


@given(TEXTS)
def test_a_text_is_a_message_or_closes(text: str) -> None:
    with contextlib.suppress(Closing):
        assert read_message(text).t


NUMBERS = st.integers(0, 2**32 - 1)
SMALL = st.integers(0, 4)
HEADERS = st.builds(
    Header,
    width=st.sampled_from([0, 16, 32, 1281, 65_535]),
    height=st.sampled_from([0, 16, 24, 65_535]),
    look=SMALL | NUMBERS,
    seq=SMALL | NUMBERS,
    capture_us=st.integers(0, 2**64 - 1),
    payload_bytes=st.sampled_from([0, 1, len(PICTURE), len(PICTURE) - 1, 2**32 - 1]),
)
PAYLOADS = st.sampled_from([PICTURE, PICTURE[:-1], b"", b"\xff\xd8\xff"]) | st.binary(max_size=300)
FRAMES = st.builds(lambda header, payload: pack(header) + payload, HEADERS, PAYLOADS) | st.binary(
    max_size=300
)


class AnyFrames(RuleBasedStateMachine):
    """What is taken was asked for: checked against a much simpler book of what was."""

    def __init__(self) -> None:
        super().__init__()
        self.taking = Taking(Counter())
        self.now = 0.0
        self.open: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.taken: list[Taken] = []

    @rule(max_frames=st.integers(1, 3))
    def look_starts(self, max_frames: int) -> None:
        name = f"look-{len(self.names) + 1}"
        self.names[self.taking.begin(name, 1.0, max_frames)] = name
        self.open[name] = max_frames

    @rule(which=SMALL)
    def look_ends(self, which: int) -> None:
        self.taking.end(f"look-{which}")
        self.open.pop(f"look-{which}", None)

    @rule(seconds=st.floats(0, 5))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(data=FRAMES)
    def anything_comes(self, data: bytes) -> None:
        with contextlib.suppress(Closing):
            self._note(self.taking.take(data, self.now))

    @rule(look=SMALL, step=st.integers(-1, 3))
    def a_whole_picture_comes(self, look: int, step: int) -> None:
        seq = max(0, (self.taken[-1].seq if self.taken else 0) + step)
        header = Header(32, 24, look, seq, 0, len(PICTURE))
        with contextlib.suppress(Closing):
            self._note(self.taking.take(pack(header) + PICTURE, self.now))

    def _note(self, result: object) -> None:
        if not isinstance(result, Taken):
            return
        assert self.open.get(result.look_id, 0) > 0, "nobody asked for it"
        assert not self.taken or result.seq > self.taken[-1].seq
        assert result.jpeg == PICTURE
        self.open[result.look_id] -= 1
        self.taken.append(result)

    @invariant()
    def it_knows_whether_it_looks(self) -> None:
        assert self.taking.is_looking == bool(self.open)


AnyFrames.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyFrames = AnyFrames.TestCase


# ---- over sockets ----------------------------------------------------------------------------------------

NO_PAGE_LOOKS = PAGE_POLICY.model_copy(update={"looks": PAGE_POLICY.looks.model_copy(update={"page": False})})


@contextlib.contextmanager
def elsewhere(folder: Path) -> Iterator[Desk]:
    """A desk on a loop of another thread: what is tried here is tried by plain functions."""
    ready: Future[Desk] = Future()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with opened(folder, policy=NO_PAGE_LOOKS) as desk:
            desk.open_page()
            ready.set_result(desk)
            await stop.wait()

    def run() -> None:
        with contextlib.closing(loop):
            loop.run_until_complete(serve())

    thread = threading.Thread(target=run, name="desk")
    thread.start()
    try:
        yield ready.result(timeout=20)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=20)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with elsewhere(tmp_path_factory.mktemp("any-bytes")) as desk:
        yield desk


@contextlib.contextmanager
def connection(desk: Desk) -> Iterator[ClientConnection]:
    address = desk.pages.ws_url + "/frames"
    protocols = [websockets.Subprotocol(SUBPROTOCOL)]
    with connect(address, subprotocols=protocols, close_timeout=2, compression=None) as socket:
        yield socket


def say_all(socket: ClientConnection, messages: list[str | bytes]) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        for message in messages:
            socket.send(message)
        socket.close()


@given(st.lists(TEXTS | FRAMES, min_size=1, max_size=6), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_conversation_is_closed_in_peace(
    desk: Desk, caplog: pytest.LogCaptureFixture, messages: list[str | bytes], greeted: bool
) -> None:
    caplog.clear()
    hello = json.dumps({"t": "hello", "v": 1, "source": "page", "token": desk.token(), "tab": TAB})
    with caplog.at_level(logging.INFO), connection(desk) as socket:
        say_all(socket, [hello, *messages] if greeted else messages)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []
    assert desk.counts["taken"] == 0
    assert desk.eyes.seen == []


def test_text_that_is_no_text_leaves_no_traceback(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with connection(desk) as socket:
        socket.send(b"\xff\xfe", text=True)
        with pytest.raises(websockets.ConnectionClosed) as caught:
            socket.recv(timeout=5)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1007
    assert [one for one in caplog.records if one.exc_info] == []
