"""The two sockets of one RTMS stream: handshakes, keep-alive, and coming back by Zoom's rules.

Zoom does not want blind reconnects [D-FAIL]: after a break it says what to do, by webhook (signaling) or by
message (media). A link waits for that signal, and tries by itself only when the signal seems lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from atdesk_sdk.tasks import Kept, Tasks
from atdesk_zoom import protocol
from atdesk_zoom.addresses import stream_address
from atdesk_zoom.errors import HandshakeRefused, ProtocolFault, StreamAddressRefused
from atdesk_zoom.link_settings import Ears, LinkDown, LinkSettings
from atdesk_zoom.vocabulary import StatusCode, StopReason, StreamState

logger = logging.getLogger(__name__)

_BROKEN = (OSError, WebSocketException, TimeoutError)
#: A frame above this many bytes ends the connection; pictures have a lower limit of their own.
_MOST_BYTES = 32 * 2**20


class Link:
    """One stream's sockets, from `start` to `aclose`.

    Args:
        identity: What the handshakes name and sign.
        server_urls: From the start event.
        settings: See `LinkSettings`.
        ears: Who is told.
        counts: Skipped and dropped messages are counted here.
        tasks: Keep it connected, whatever breaks.
    """

    def __init__(
        self,
        identity: protocol.Identity,
        server_urls: str,
        settings: LinkSettings,
        ears: Ears,
        counts: Counter[str],
        tasks: Tasks,
    ) -> None:
        self._identity, self._urls = identity, server_urls
        self._settings, self._patience = settings, settings.patience
        self._ears, self._counts, self._tasks = ears, counts, tasks
        self._kept: Kept | None = None
        self._signaling: ClientConnection | None = None
        self._media: ClientConnection | None = None
        self._come_back = asyncio.Event()
        self._media_broke = asyncio.Event()
        self._slot_answers: dict[int, asyncio.Future[protocol.SlotAnswer]] = {}
        self._good_at, self._signaling_at = 0.0, 0.0
        self._waiting = False

    def start(self) -> None:
        """Begin to connect; the work goes on in a task of the link's own."""
        self._good_at = asyncio.get_running_loop().time()
        self._kept = self._tasks.keep(self._run, "the link of a stream", hears=False)

    async def aclose(self) -> None:
        """End the task and close both sockets; closing twice is fine."""
        if self._kept is not None:
            await self._tasks.end(self._kept)

    async def hang_up(self) -> None:
        """Tell Zoom that nobody listens any more (message 21), so that the meeting shows it at once."""
        with contextlib.suppress(LinkDown, TimeoutError):
            async with asyncio.timeout(self._patience.answer):
                await self._say(self._identity.close_request())

    @property
    def ready(self) -> bool:
        """Whether both sockets stand."""
        return self._signaling is not None and self._media is not None

    # ---- Zoom's word -------------------------------------------------------------------------------------

    def restart(self, server_urls: str) -> None:
        """Case 1: the server failed and here is another; both sockets anew, at once."""
        self._urls, self._good_at = server_urls, 0.0
        self._come_back.set()

    def interrupted(self) -> None:
        """Case 2: Zoom lost the signaling connection; both sockets again.

        A word that comes while they are being made, or have just been made, is about the connection before.
        """
        standing = self._signaling is not None
        fresh = asyncio.get_running_loop().time() - self._signaling_at < self._patience.fresh
        if self._waiting or (standing and not fresh):
            self._come_back.set()

    # ---- the slot ----------------------------------------------------------------------------------------

    async def give_slot(self, user_id: int) -> protocol.SlotAnswer:
        """Ask for one participant's video (message 28) and wait for the answer (29).

        Raises:
            LinkDown: A socket is down, or no answer came in time.
        """
        if not self.ready:
            raise LinkDown("the stream is not connected")
        answer: asyncio.Future[protocol.SlotAnswer] = asyncio.get_running_loop().create_future()
        self._slot_answers[user_id] = answer
        try:
            async with asyncio.timeout(self._patience.answer):
                await self._say(protocol.subscribe_video(user_id, on=True, at_ms=_now_ms()))
                return await answer
        except TimeoutError:
            raise LinkDown("Zoom did not answer the request for video") from None
        finally:
            self._slot_answers.pop(user_id, None)

    async def free_slot(self, user_id: int) -> None:
        """Ask for no more video; a link that is down has none to free."""
        with contextlib.suppress(LinkDown, TimeoutError):
            async with asyncio.timeout(self._patience.answer):
                await self._say(protocol.subscribe_video(user_id, on=False, at_ms=_now_ms()))

    async def _say(self, text: str) -> None:
        if self._signaling is None:
            raise LinkDown("the signaling socket is down")
        try:
            await self._signaling.send(text)
        except _BROKEN:
            raise LinkDown("the signaling socket broke") from None

    # ---- signaling ---------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Connect, and again after each break, until cancelled or hopeless."""
        failures, refused = 0, 0
        while True:
            self._come_back.clear()
            began = asyncio.get_running_loop().time()
            try:
                await self._signaling_life()
                failures = refused = 0
            except HandshakeRefused as refusal:
                if refusal.status == StatusCode.INVALID_SIGNATURE:
                    self._ears.given_up(f"{refusal}; check the client id and secret of the RTMS app")
                    return
                twice = refusal.status in _DUPLICATE
                failures, refused = failures + (not twice), refused + twice
                logger.info("%s", refusal)
            except StreamAddressRefused as refusal:
                self._ears.given_up(str(refusal))
                return
            except _BROKEN as problem:
                failures = self._failures(failures, began)
                logger.info("a stream's signaling connection broke: %s", type(problem).__name__)
            if self._hopeless():
                self._ears.given_up("a stream could not be connected to any more; a new start is needed")
                return
            self._waiting = True
            await self._wait(self._come_back, self._pause(failures, refused))
            self._waiting = False

    def _failures(self, before: int, began: float) -> int:
        """Failed attempts in a row, after one that broke; a connection that stood in between starts anew."""
        return 0 if self._good_at > began else before + 1

    def _hopeless(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._good_at = self._good_at or now  # a new server gets the whole time again
        return now - self._good_at > self._patience.lost

    def _pause(self, failures: int, refused: int) -> float:
        """Seconds to wait for Zoom's word, or for its doubt about a second connection to pass."""
        steps, patience = self._patience.backoff, self._patience
        if 0 < refused <= len(patience.duplicate):
            return patience.duplicate[refused - 1]
        return steps[min(failures, len(steps)) - 1] if failures else patience.signal

    async def _signaling_life(self) -> None:
        """One signaling connection, and the media connections under it; returns when it ends.

        Raises:
            HandshakeRefused: By either handshake.
            StreamAddressRefused: A server that is not allowed.
        """
        url = self._allowed(self._urls)
        async with self._connected(url) as socket:
            urls = (await self._shake(socket, self._identity.signaling_request(), "signaling")).urls
            if "video" not in urls:
                raise StreamAddressRefused(_NO_VIDEO)
            media_url = self._allowed(urls["video"])
            self._signaling, self._signaling_at = socket, asyncio.get_running_loop().time()
            try:
                await _first_of(
                    self._listen(socket), self._media_lives(socket, media_url), self._come_back.wait()
                )
            finally:
                self._signaling = None
                self._fail_answers()
                self._ears.interrupted()

    def _fail_answers(self) -> None:
        for answer in self._slot_answers.values():
            if not answer.done():
                answer.set_exception(LinkDown("the stream was interrupted"))

    def _allowed(self, urls: str) -> str:
        return stream_address(urls, self._settings.hosts, simulated=self._settings.simulated)

    # ---- media -------------------------------------------------------------------------------------------

    async def _media_lives(self, signaling: ClientConnection, url: str) -> None:
        """Media connections, one after the other, as long as the signaling connection stands (case 3)."""
        failures, refused, subscribed = 0, 0, False
        while True:
            self._media_broke.clear()
            began = asyncio.get_running_loop().time()
            try:
                async with self._connected(url) as socket:
                    await self._shake(socket, self._identity.media_request(self._settings.fps), "media")
                    await signaling.send(self._identity.ready())
                    if not subscribed:
                        await signaling.send(protocol.subscribe_events())
                    refused, subscribed = 0, True
                    await self._media_life(socket)
            except HandshakeRefused as refusal:
                if refusal.status not in _DUPLICATE:
                    raise
                refused += 1
            except _BROKEN as problem:
                failures = self._failures(failures, began)
                logger.info("a stream's media connection broke: %s", type(problem).__name__)
            await self._wait(self._media_broke, self._pause(failures, refused))

    async def _media_life(self, socket: ClientConnection) -> None:
        self._media, self._good_at = socket, asyncio.get_running_loop().time()
        self._ears.connected()
        try:
            await _first_of(self._listen(socket), self._media_broken_for_good())
        finally:
            self._media = None
            self._ears.interrupted()

    async def _media_broken_for_good(self) -> None:
        """Returns at Zoom's word that media broke, but not at a second word about the break before."""
        await asyncio.sleep(self._patience.fresh)
        self._media_broke.clear()
        await self._media_broke.wait()

    # ---- both --------------------------------------------------------------------------------------------

    def _connected(self, url: str) -> connect:
        secure = url.startswith("wss:")
        return connect(
            url,
            ssl=self._settings.tls if secure else None,
            compression=None,
            open_timeout=self._patience.handshake,
            close_timeout=1.0,
            ping_interval=None,  # messages 12 and 13 are the protocol's own
            max_size=_MOST_BYTES,
            proxy=None if self._settings.simulated else True,
        )

    async def _shake(self, socket: ClientConnection, request: str, where: str) -> protocol.HandshakeAnswer:
        async with asyncio.timeout(self._patience.handshake):
            await socket.send(request)
            while True:
                answer = self._read(await socket.recv())
                if isinstance(answer, protocol.HandshakeAnswer):
                    break
        if answer.status != StatusCode.OK:
            raise HandshakeRefused(where, answer.status, answer.reason)
        return answer

    async def _listen(self, socket: ClientConnection) -> None:
        """Take messages until the socket ends, or is silent for too long.

        Raises:
            TimeoutError: It was silent.
            ConnectionClosed: It ended.
        """
        while True:
            async with asyncio.timeout(self._patience.quiet):
                raw = await socket.recv()
            message = self._read(raw)
            if isinstance(message, protocol.KeepAlive):
                await socket.send(protocol.keep_alive_answer(message))
            elif message is not None:
                self._take(message)

    def _read(self, raw: str | bytes) -> protocol.Message | None:
        try:
            message = protocol.read(raw, self._settings.max_picture_bytes)
        except ProtocolFault as fault:
            self._counts[fault.kind] += 1
            return None
        if isinstance(message, protocol.Unknown):
            self._counts["unknown_message"] += 1
            return None
        return message

    def _take(self, message: protocol.Message) -> None:
        if isinstance(message, protocol.SlotAnswer):
            answer = self._slot_answers.get(message.user_id)
            if answer is not None and not answer.done():
                answer.set_result(message)
        elif isinstance(message, protocol.MediaInterrupted) or _says_media_broke(message):
            self._media_broke.set()
        else:
            self._ears.heard(message)

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()


_NO_VIDEO = "Zoom named no video server: the RTMS app lacks the scope meeting:read:meeting_video"
_DUPLICATE = (StatusCode.DUPLICATE_SIGNAL_REQUEST, StatusCode.DUPLICATE_MEDIA_DATA_CONNECTION)


def _says_media_broke(message: protocol.Message) -> bool:
    return (
        isinstance(message, protocol.StreamChanged)
        and message.state == StreamState.INTERRUPTED
        and message.reason == StopReason.DATA_CONNECTION_INTERRUPTED
    )


async def _first_of(*work: Awaitable[object]) -> None:
    """Run several until the first one ends, end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(item) for item in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
