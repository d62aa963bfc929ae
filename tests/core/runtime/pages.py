"""A page as a script: it shows what it is told at once, or late, or never, and sends pictures when asked."""

import asyncio
from dataclasses import dataclass, field

from atdesk_core.runtime.pages.adapter import PageAdapter
from atdesk_core.runtime.pages.link import LookOrder
from atdesk_core.runtime.pages.screens import Attachment, Screens
from atdesk_core.runtime.pages.taking import Taken
from atdesk_sdk import GiveUp, Notice, StreamKey


@dataclass
class Page:
    """The screen and the camera of one agent.

    Attributes:
        obeys: Whether it says that an indicator is up.
        camera: Whether it sends pictures for a look.
        picture: What they show.
        told: Everything it was told, in order.
        down: Set once the page was told to take an indicator down.
    """

    obeys: bool = True
    camera: bool = True
    takes_notices: bool = True
    picture: bytes = b"agent"
    told: list[tuple[str, str]] = field(default_factory=list)
    orders: list[LookOrder] = field(default_factory=list)
    paces: list[float] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    down: asyncio.Event = field(default_factory=asyncio.Event)
    attachment: Attachment | None = None
    adapter: PageAdapter | None = None
    key: StreamKey | None = None
    sends: set[asyncio.Task[None]] = field(default_factory=set)

    def open(self, screens: Screens, adapter: PageAdapter | None = None, agent_id: str = "ann") -> None:
        """The page opens, and offers its camera where there is an adapter."""
        self.attachment = screens.attach(agent_id, self, Taken(0.0))
        if adapter is not None:
            self.adapter = adapter
            self.key = adapter.connected(agent_id, self)

    # ---- a screen ----------------------------------------------------------------------------------------

    def look_begins(self, look_id: str, source: str, reason: str) -> None:
        self.told.append(("begins", look_id))
        if self.obeys and self.attachment is not None:
            asyncio.get_running_loop().call_soon(self.attachment.shown, look_id)

    def look_ends(self, look_id: str) -> None:
        self.told.append(("ends", look_id))
        self.down.set()

    async def notify(self, notice: Notice) -> None:
        if not self.takes_notices:
            raise GiveUp("the page does not answer")
        self.notices.append(notice)

    def superseded(self) -> None:
        self.told.append(("superseded", ""))

    # ---- a link of frames --------------------------------------------------------------------------------

    def start_look(self, order: LookOrder) -> None:
        self.told.append(("start", order.look_id))
        self.orders.append(order)
        if self.camera:
            task = asyncio.get_running_loop().create_task(self._send(order))
            self.sends.add(task)
            task.add_done_callback(self.sends.discard)

    def end_look(self, look_id: str) -> None:
        self.told.append(("stop", look_id))

    def pace(self, fps: float) -> None:
        self.paces.append(fps)

    async def _send(self, order: LookOrder) -> None:
        """A picture now and then, until nobody wants one any more."""
        for number in range(order.max_frames):
            assert self.adapter is not None
            assert self.key is not None
            if ("stop", order.look_id) in self.told:
                return
            self.adapter.frame(self.key, order.look_id, self.picture, float(number))
            await asyncio.sleep(1 / order.fps)
