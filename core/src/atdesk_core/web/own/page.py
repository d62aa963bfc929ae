"""One open page: what is sent to it, in order, and what it has answered. Implements `Screen`.

While nothing happens a page is a socket and a few hundred bytes: there is a task only while there is
something to send.
"""

import asyncio
import contextlib
import hashlib
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from atdesk_core.runtime.own_desk import OwnDesk
from atdesk_core.runtime.own_page import Kept, Me, look_in_words
from atdesk_core.web.own.camera import PageCamera
from atdesk_sdk import GiveUp, Notice

LEAST_S: Final = 0.25
"""Seconds between two `me`, at least."""
REFRESH_S: Final = 15.0
"""What a page shows is worked out anew after so long, even if no session has taken a step."""
SEEN_S: Final = 5.0
"""A page says within so many seconds that a notice stands on the screen."""
WAITING_MOST: Final = 64
"""Messages that wait to be sent; a page that reads none of them is closed."""
SEND_S: Final = 10.0
KEPT_S: Final = 60.0
"""What the database holds is read again after so long, whatever happens."""

TOO_MUCH: Final = 4429
SUPERSEDED: Final = 4409

Message = Mapping[str, Any]


class OpenPage:
    """One page, from its hello to its end.

    Args:
        websocket: Accepted.
        agent_id: Whose it is: the sign-in was checked.
        own: What it is told.
        clock: Seconds of a clock that never goes back.
        directory: The newest snapshot: another one may hold another consent or template.

    Attributes:
        camera: What it says of its camera; it goes with the page.
        code: With which it is closed by us; None while it stands.
    """

    __slots__ = (
        "_clock",
        "_closing",
        "_digest",
        "_directory",
        "_dirty",
        "_flags",
        "_kept",
        "_kept_at",
        "_known",
        "_own",
        "_seen",
        "_sending",
        "_sent_at",
        "_timer",
        "_waiting",
        "_websocket",
        "agent_id",
        "camera",
        "code",
    )

    def __init__(
        self,
        websocket: WebSocket,
        agent_id: str,
        own: OwnDesk,
        clock: Callable[[], float],
        directory: Callable[[], object],
    ) -> None:
        self.agent_id = agent_id
        self.camera: PageCamera | None = None
        self.code: int | None = None
        self._websocket = websocket
        self._own = own
        self._clock = clock
        self._directory = directory
        self._waiting: deque[Message] = deque()
        self._seen: dict[str, asyncio.Future[None]] = {}
        self._sending: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._kept: Kept | None = None
        self._kept_at = 0.0
        self._known: object = None
        self._flags: object = None
        self._digest = b""
        self._dirty = False
        self._sent_at = float("-inf")
        self._closing = False

    # ---- what the engine says: see `Screen` --------------------------------------------------------------

    def look_begins(self, look_id: str, source: str, reason: str) -> None:
        """See `Screen`."""
        text = look_in_words(reason, self._own.language(self.agent_id))
        self.put({"t": "look_begins", "look_id": look_id, "source": source, "reason": reason, "text": text})
        self.touch()

    def look_ends(self, look_id: str) -> None:
        """See `Screen`."""
        self.put({"t": "look_ends", "look_id": look_id})
        self.touch()

    async def notify(self, notice: Notice) -> None:
        """See `Screen`."""
        if self._closing:
            raise GiveUp("the page is closed")
        self._own.show(self.agent_id, notice)
        answer = self._seen.setdefault(notice.notice_id, asyncio.get_running_loop().create_future())
        self.put({"t": "notice", "notice": _told(notice)})
        self.touch()
        try:
            async with asyncio.timeout(SEEN_S):
                await asyncio.shield(answer)
        except TimeoutError:
            raise GiveUp("the page does not say that the notice is on the screen") from None
        finally:
            self._seen.pop(notice.notice_id, None)

    def superseded(self) -> None:
        """See `Screen`."""
        self.close(SUPERSEDED)

    # ---- what the page says ------------------------------------------------------------------------------

    def seen(self, notice_id: str) -> None:
        """A notice stands on the screen."""
        answer = self._seen.get(notice_id)
        if answer is not None and not answer.done():
            answer.set_result(None)

    # ---- what is sent ------------------------------------------------------------------------------------

    def put(self, message: Message) -> None:
        """Send a message, after those that wait."""
        if self._closing:
            return
        if len(self._waiting) >= WAITING_MOST:
            self.close(TOO_MUCH)
            return
        self._waiting.append(message)
        self._work()

    def touch(self) -> None:
        """Something may have changed: `me` is sent if it did, four times a second at the most."""
        self._dirty = True
        self._work()

    def refresh(self) -> None:
        """The page answered: now and then it is looked at anew, whatever has happened or not."""
        if self._clock() - self._sent_at >= REFRESH_S:
            self.touch()

    def read_again(self) -> None:
        """The database holds something new."""
        self._kept = None
        self.touch()

    def close(self, code: int) -> None:
        """Close it with this code, once. Whoever reads the socket ends by that."""
        if self._closing:
            return
        self._closing, self.code = True, code
        self._camera_goes()
        self._waiting.clear()
        self._stop_timer()
        self._work()

    async def ended(self) -> None:
        """After `close`: wait until its code was sent, or cannot be."""
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=SEND_S)

    def gone(self) -> None:
        """Nobody waits for an answer any more.

        A code that is still to be sent is sent: without it the page would take its end for a broken line, and
        come back.
        """
        self._closing = True
        self._camera_goes()
        self._stop_timer()
        for answer in self._seen.values():
            if not answer.done():
                answer.set_exception(GiveUp("the page went away"))
                answer.exception()  # it may be that nobody asks
        if self._sending is not None and self.code is None:
            self._sending.cancel()

    def _camera_goes(self) -> None:
        if self.camera is not None:
            self.camera.gone()

    def _work(self) -> None:
        if self._sending is None and self._timer is None:
            self._sending = asyncio.get_running_loop().create_task(self._send_all())
        elif self._timer is not None and (self._waiting or self._closing):
            self._stop_timer()
            self._sending = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        """All that waits, then `me` if it is due, then nothing until something happens."""
        try:
            async with asyncio.timeout(SEND_S) as limit:
                while self._waiting or self._due():
                    limit.reschedule(asyncio.get_running_loop().time() + SEND_S)
                    await self._send_next()
                if self.code is not None:
                    await self._websocket.close(self.code)
        except (TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
            # Too slow, or gone: the reader ends, since the socket is closed under it.
            self._closing = True
            with contextlib.suppress(Exception):
                await self._websocket.close(self.code or TOO_MUCH)
        finally:
            self._sending = None
            self._again()

    async def _send_next(self) -> None:
        if self._waiting:
            await self._websocket.send_text(json.dumps(self._waiting.popleft(), separators=(",", ":")))
            return
        self._dirty, self._sent_at = False, self._clock()
        me = await self._me()
        digest = _digest(me)
        if digest != self._digest and not self._closing:
            self._digest = digest
            await self._websocket.send_text(json.dumps({"t": "me", "me": me}, separators=(",", ":")))

    def _due(self) -> bool:
        return self._dirty and not self._closing and self._clock() - self._sent_at >= LEAST_S

    def _again(self) -> None:
        """What came while the last of it was sent, or is not due yet."""
        if self._waiting and not self._closing:
            self._work()
        elif self._dirty and not self._closing and self._timer is None:
            wait_s = max(0.0, self._sent_at + LEAST_S - self._clock())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._work()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _me(self) -> Me:
        """Made anew; what is kept is read again only when something says that it may be another."""
        directory, now = self._directory(), self._clock()
        flags = self._own.marks(self.agent_id)
        old = now - self._kept_at >= KEPT_S or directory is not self._known or flags != self._flags
        if self._kept is None or old:
            self._known, self._flags, self._kept_at = directory, flags, now
            self._kept = await self._own.kept(self.agent_id)
        return self._own.me(self.agent_id, self._kept)


def _told(notice: Notice) -> Message:
    return {
        "notice_id": notice.notice_id,
        "kind": notice.kind.value,
        "text": notice.text,
        "since": notice.since,
        "lead_sees_at": notice.lead_sees_at,
    }


def _digest(me: Me) -> bytes:
    """Of all but the time at which it was made."""
    content = json.dumps({name: value for name, value in me.items() if name != "now"}, sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=16).digest()
