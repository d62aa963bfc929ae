"""The table `[[zoom]]` of the configuration file. Every field says what it is and where to find it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from atdesk_sdk import AdapterConfig, SecretRef, resolve_secret


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


class ServerApp(_Part):
    """The Server-to-Server OAuth app that calls REST."""

    client_id: str
    client_secret: SecretRef


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
    """

    client_id: str
    client_secret: SecretRef
    webhook_secret: SecretRef
    robot_jid: str
    user_jid: str
    lead_channel: str
    team_channels: dict[str, str] = Field(default_factory=dict)
    channels_private: bool = False

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
    simulator: SimulatorAddresses | None = None

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
