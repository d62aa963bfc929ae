"""The account's users, the meeting's participants, and the secrets they are reached with."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from atdesk_zoom.simulator.footage import Footage


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the simulated account's apps are signed in with: RTMS app, server-to-server app, chatbot."""

    account_id: str = "sim-account"
    client_id: str = "sim-rtms-client"
    client_secret: str = "sim-rtms-secret"
    webhook_secret: str = "sim-webhook-secret"
    s2s_client_id: str = "sim-s2s-client"
    s2s_client_secret: str = "sim-s2s-secret"
    chatbot_client_id: str = "sim-chatbot-client"
    chatbot_client_secret: str = "sim-chatbot-secret"
    bot_secret: str = "sim-webhook-secret"
    robot_jid: str = "v1simbot@xmpp.zoom.us"
    bot_user_jid: str = "botinstaller@xmpp.zoom.us"


@dataclass(slots=True)
class Person:
    """One user of the account.

    Attributes:
        presence: In the vocabulary of the presence event [D-USERS].
        set_at: When presence was last set through REST, monotonic seconds.
    """

    id: str
    name: str
    email: str
    presence: str = "Available"
    signed_in: bool = True
    set_at: float | None = None

    @property
    def jid(self) -> str:
        """The user's Team Chat address: the id in small letters, as Zoom's support page says."""
        return f"{self.id.lower()}@xmpp.zoom.us"


@dataclass(slots=True)
class Participant:
    """One person in a meeting, with a camera.

    Attributes:
        user_id: The in-meeting number; another one after a rejoin.
        person_id: The account user's id; None for a guest.
        frozen: The picture that is repeated, when the camera is frozen.
    """

    user_id: int
    name: str
    footage: Footage
    person_id: str | None = None
    camera_on: bool = True
    frozen: bytes | None = None
    started: float = field(default_factory=time.monotonic)

    def picture(self, box: tuple[int, int]) -> bytes:
        """The JPEG the camera shows now (decodes and encodes: call it off the event loop)."""
        if self.frozen is not None:
            return self.frozen
        return self.footage.jpeg(time.monotonic() - self.started, box)

    def play(self, footage: Footage) -> None:
        """Show other footage from its beginning."""
        self.footage, self.started, self.frozen = footage, time.monotonic(), None


@dataclass(slots=True)
class Meeting:
    """One meeting. `number` is the id in REST paths, `uuid` the one that is signed."""

    uuid: str
    number: str
    topic: str
    host_id: str
    participants: dict[int, Participant] = field(default_factory=dict)
    active_speaker: int | None = None
    next_user_id: int = 16778240

    def new_user_id(self) -> int:
        """The next in-meeting number, in steps of Zoom's usual form."""
        number, self.next_user_id = self.next_user_id, self.next_user_id + 1024
        return number
