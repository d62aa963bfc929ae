"""The table `[[zoom]]` of the configuration file. Every field says what it is and where to find it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from atdesk_sdk import AdapterConfig, Presence, SecretRef, resolve_secret


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class RtmsApp(_Part):
    """The General App that gets the meeting's video.

    Attributes:
        client_id: From the app's credentials page.
        client_secret: The same page; signs the RTMS handshakes.
        webhook_secret: The "Secret Token" of its event subscription.
    """

    client_id: str
    client_secret: SecretRef
    webhook_secret: SecretRef


class AgentStates(StrEnum):
    """Which of Zoom's two states of an agent is read and written."""

    NONE = "none"
    PRESENCE = "presence"
    CONTACT_CENTER = "contact_center"


class ServerApp(_Part):
    """The Server-to-Server OAuth app that calls REST.

    Attributes:
        webhook_secret: The "Secret Token" of an event subscription of this app, which then goes to
            `/ingress/NAME/server`; None: agents' states are told by the subscription of the RTMS app.
    """

    client_id: str
    client_secret: SecretRef
    webhook_secret: SecretRef | None = None


class Chatbot(_Part):
    """The chatbot that writes to leads and agents.

    Attributes:
        client_id: From its credentials page.
        client_secret: The same page.
        webhook_secret: The "Secret Token" with which its events are signed.
        robot_jid: Its Bot JID.
        user_jid: JID of the user who installed it.
        lead_channel: JID of the channel in which leads read flags (opaque; from a `bot_notification`).
        team_channels: Another channel for a team, by the team's name.
        channels_private: Only leads are in these channels. Otherwise the finding is left out of the cards.
        card_language: Of the cards in the channels, which several people read: `en`, `es` or `fr`. What one
            agent reads comes in their own.
    """

    client_id: str
    client_secret: SecretRef
    webhook_secret: SecretRef
    robot_jid: str
    user_jid: str
    lead_channel: str
    team_channels: dict[str, str] = Field(default_factory=dict)
    channels_private: bool = False
    card_language: Literal["en", "es", "fr"] = "en"

    def channel(self, team: str) -> str:
        """The channel for a team's flags."""
        return self.team_channels.get(team, self.lead_channel)


class SimulatorAddresses(_Part):
    """A local simulator in place of Zoom. Only this allows plain `ws://` and only to loopback.

    Attributes:
        base_url: Its HTTP side, on loopback.
        ca_file: Its certificate authority, for `wss://localhost`.
    """

    base_url: HttpUrl
    ca_file: str = ""

    @model_validator(mode="after")
    def _on_loopback(self) -> Self:
        if self.base_url.host not in ("127.0.0.1", "localhost", "[::1]"):
            raise ValueError("simulator.base_url must be on loopback (127.0.0.1)")
        return self


class ZoomConfig(AdapterConfig):
    """One Zoom account; `tenant` is the account id.

    Attributes:
        app: The RTMS app.
        server: The server-to-server app.
        chatbot: The chatbot.
        fps: Pictures a second on the media connection, 1 to 5; looks take fewer of them.
        dwell_s: How long one look may keep the stream's only slot while others are in the meeting.
        max_picture_bytes: Larger pictures are dropped and counted.
        stream_hosts: Domains whose servers may be connected to for streams.
        inside_domains: E-mail domains of the organisation; empty: whoever has an e-mail is inside.
        start_for: Zoom user ids for whom a stream is asked for by REST when they join a meeting without.
        agent_state: What is read and written of agents: `none`, `presence`, or `contact_center`.
        away_in_meeting: Set Away also over In_Meeting. Zoom does not document that it takes this; otherwise a
            flag takes its place.
        presence_gap_s: Between two changes of one user's presence; Zoom allows one a minute.
        requests_per_s: States asked for in a second, of all agents together; Zoom's limits are the account's.
        reconcile_s: Every so often every state is read again, in case an event was lost.
        away_reason: Name of the Not Ready reason that we set; made where it is missing.
        back_reason: Name of the one that takes it back; from there the agent goes to Ready by their own hand.
        state_dir: Folder of a file, mode 0600 and without names, that tells after a restart which Away is
            ours.
        statuses: Other Not Ready reasons, by name -> what they mean here. One that is not listed is
            `unknown`, and then nobody is looked at.
        simulator: A local simulator in place of Zoom.
    """

    app: RtmsApp
    server: ServerApp
    chatbot: Chatbot
    fps: int = Field(default=2, ge=1, le=5)
    dwell_s: float = Field(default=5.0, ge=1.0, le=60.0)
    max_picture_bytes: int = Field(default=2_000_000, ge=10_000, le=20_000_000)
    stream_hosts: tuple[str, ...] = ("zoom.us",)
    inside_domains: frozenset[str] = frozenset()
    start_for: frozenset[str] = frozenset()
    agent_state: AgentStates = AgentStates.NONE
    away_in_meeting: bool = False
    presence_gap_s: float = Field(default=60.0, ge=0.0, le=600.0)
    requests_per_s: float = Field(default=5.0, gt=0.0, le=60.0)
    reconcile_s: float = Field(default=300.0, gt=0.0, le=3600.0)
    away_reason: str = Field(default="Away - auto", min_length=1, max_length=64)
    back_reason: str = Field(default="At desk - auto", min_length=1, max_length=64)
    state_dir: Path = Path("atdesk-zoom")
    statuses: Mapping[str, Presence] = Field(default_factory=dict)
    simulator: SimulatorAddresses | None = None

    @model_validator(mode="after")
    def _two_reasons(self) -> Self:
        if self.away_reason.casefold() == self.back_reason.casefold():
            raise ValueError("away_reason and back_reason must differ: the one is taken back by the other")
        return self

    def secrets(self) -> dict[str, str]:
        """What the references stand for, by what it is for; reads files and keyrings.

        Raises:
            ConfigError: A reference leads to nothing.
        """
        references = {
            "app": self.app.client_secret,
            "events": self.app.webhook_secret,
            "server": self.server.client_secret,
            "chatbot": self.chatbot.client_secret,
            "bot": self.chatbot.webhook_secret,
        }
        if self.server.webhook_secret is not None:
            references["server_events"] = self.server.webhook_secret
        return {name: resolve_secret(reference) for name, reference in references.items()}

    @property
    def api_url(self) -> str:
        """Where REST is."""
        return f"{self._simulated}/v2" if self._simulated else "https://api.zoom.us/v2"

    @property
    def token_url(self) -> str:
        """Where tokens are."""
        return f"{self._simulated}/oauth/token" if self._simulated else "https://zoom.us/oauth/token"

    @property
    def _simulated(self) -> str:
        return str(self.simulator.base_url).rstrip("/") if self.simulator else ""
