"""The `[[teams]]` table of the configuration: one for each Entra tenant."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, model_validator

from atdesk_sdk.adapter import Capabilities
from atdesk_sdk.config import AdapterConfig, SecretRef
from atdesk_sdk.events import Presence

PLATFORM = "teams"

#: Without a bot: presence alone, and one-way messages where a Workflows address is given.
CAPABILITIES = Capabilities(reports_idle=True, calls_may_be_meetings=True)

_GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})

#: A presence session that is not set again begins to fade after this long, seconds.
_FADE_S: Final = 300.0

#: Presences that an Away may replace. What the agent chose as an absence is not among what can be configured,
#: nor is what is a call or a meeting.
_REPLACEABLE: Final = frozenset({Presence.AVAILABLE, Presence.IDLE, Presence.BUSY})


class WriteMode(StrEnum):
    """How Away is written. See docs of `TeamsConfig.write`."""

    PREFERRED = "preferred"
    SESSION = "session"
    OFF = "off"


def _replaceable(presences: frozenset[Presence]) -> frozenset[Presence]:
    refused = sorted(presences - _REPLACEABLE)
    if refused:
        raise ValueError(f"{', '.join(refused)}: what the agent chose, or a meeting, is never written over")
    return presences


def _over_tls(url: HttpUrl) -> HttpUrl:
    """Tokens go there, so nothing but loopback may do without TLS."""
    if url.scheme != "https" and url.host not in _LOOPBACK:
        raise ValueError("must begin with https:// (plain http:// is for loopback alone)")
    return url


def _sign_in_url(url: HttpUrl) -> HttpUrl:
    """The sign-in library takes nothing but TLS, loopback or not."""
    if url.scheme != "https":
        raise ValueError("must begin with https://, also on loopback (give ca_file for a simulator)")
    return url


TlsUrl = Annotated[HttpUrl, AfterValidator(_over_tls)]
SignInUrl = Annotated[HttpUrl, AfterValidator(_sign_in_url)]


class Certificate(BaseModel):
    """A certificate in place of a client secret.

    Attributes:
        file: PEM file with the private key and the certificate, mode 0600.
        password: Where the password of the key lies; None: the key has none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    file: Path
    password: SecretRef | None = None


class TeamsConfig(AdapterConfig):
    """One Entra tenant with Teams; `tenant` is its id (Entra admin centre, Overview, "Tenant ID").

    Attributes:
        client_id: Application (client) id of the app registration. It is also the name of the app's presence
            session (`write = "session"`).
        client_secret: Where its secret lies. Either this or `certificate`.
        certificate: A certificate instead of a secret.
        authority: Where tokens come from; another one for a national cloud, a gateway or a simulator.
        graph_url: Microsoft Graph with its version; likewise.
        graph_scope: What a token for Graph is asked for; a national cloud has its own.
        ca_file: Certificate authority (PEM) of a gateway or a simulator; None: the machine's own.
        request_s: Longest wait for one answer, seconds.
        longest_wait_s: Longest `Retry-After` that is sat out, seconds; beyond it the adapter says so and
            gives the request back.
        requests_per_30_s: Requests that go to presence in any 30 s. Microsoft allows 1500 an app and tenant;
            below it there is room for others who use the same app.
        poll_s: Everybody's presence is read once in so many seconds, spread evenly.
        lost_after: A user whom Graph leaves out of so many readings in a row is `unknown`.
        write: How Away is written. `preferred` sets the preferred presence, which outranks the agent's own
            client; `session` sets a presence session of the app, which does not: for tenants whose agents
            work without a Teams client; `off` writes nothing.
        away_expiry_s: Every Away ends by itself after so many seconds, whatever becomes of us.
        renew_s: An Away that still stands is renewed every so many seconds.
        write_every_s: At most one write an agent in so many seconds.
        override_states: Presences that an Away of ours may replace: `available`, `idle`, `busy`. Never a
            call, a meeting, a presentation, Do Not Disturb or an absence of the agent's own.
        state_dir: Folder for what has to outlive a restart: which Away is ours, and where messages went.
            Ids alone, mode 0600. Relative to the configuration file.
        bot_id: Application id of the bot; None: no bot, so no cards with buttons and no notices.
        bot_secret: Where its secret lies; None: the bot is the same app as `client_id`.
        bot_authority: Where the bot's token comes from; None: `authority`.
        bot_tenant: Whose token it is: None for a single-tenant bot (this tenant), else such as
            `botframework.com`.
        bot_scope: What the bot's token is asked for.
        bot_token_issuer: Who signs what the Bot Connector sends us.
        bot_openid_url: Where its keys are announced. Has to end in `/openidconfiguration`.
        service_url: Bot Connector to use until the first activity names another.
        service_hosts: Hosts (or their parent domains) that an activity may name as its `serviceUrl`; our
            token goes there. The host of `service_url` is always one of them.
        team_id: The team (its `19:...` conversation id) whose channel gets the flags.
        channel_id: The channel (`19:...@thread.tacv2`) in which leads read flags.
        team_channels: Another channel for a team, by the team's name in the directory.
        channels_private: Only leads are in these channels. Otherwise the finding is left out of the cards.
        workflows_url: Where the address of a Teams Workflows webhook lies, for tenants that refuse a bot:
            one-way cards. The address is the credential.
        card_language: Of the cards in the channels, which several people read: `en`, `es` or `fr`. What one
            agent reads comes in their own.
    """

    tenant: str = Field(pattern=_GUID)
    client_id: str = Field(pattern=_GUID)
    client_secret: SecretRef | None = None
    certificate: Certificate | None = None
    authority: SignInUrl = HttpUrl("https://login.microsoftonline.com")
    graph_url: TlsUrl = HttpUrl("https://graph.microsoft.com/v1.0")
    graph_scope: str = Field(default="https://graph.microsoft.com/.default", min_length=1)
    ca_file: Path | None = None
    request_s: float = Field(default=10.0, gt=0, le=120)
    longest_wait_s: float = Field(default=10.0, ge=0, le=180)
    requests_per_30_s: int = Field(default=1200, ge=10, le=1500)

    poll_s: float = Field(default=5.0, ge=0.05, le=60)
    lost_after: int = Field(default=3, ge=1, le=100)

    write: WriteMode = WriteMode.PREFERRED
    away_expiry_s: int = Field(default=600, ge=300, le=14_400)
    renew_s: float = Field(default=240.0, gt=0, le=7200)
    write_every_s: float = Field(default=30.0, ge=0, le=600)
    override_states: Annotated[frozenset[Presence], AfterValidator(_replaceable)] = frozenset(
        {Presence.AVAILABLE, Presence.IDLE}
    )
    state_dir: Path = Path("atdesk-teams")

    bot_id: str | None = Field(default=None, pattern=_GUID)
    bot_secret: SecretRef | None = None
    bot_authority: SignInUrl | None = None
    bot_tenant: str | None = Field(default=None, min_length=1)
    bot_scope: str = Field(default="https://api.botframework.com/.default", min_length=1)
    bot_token_issuer: str = Field(default="https://api.botframework.com", min_length=1)
    bot_openid_url: TlsUrl = HttpUrl("https://login.botframework.com/v1/.well-known/openidconfiguration")
    service_url: TlsUrl = HttpUrl("https://smba.trafficmanager.net/teams")
    service_hosts: frozenset[str] = frozenset({"smba.trafficmanager.net", "botframework.com"})
    team_id: str | None = Field(default=None, min_length=1)
    channel_id: str | None = Field(default=None, min_length=1)
    team_channels: Mapping[str, str] = Field(default_factory=dict)
    channels_private: bool = False
    workflows_url: SecretRef | None = None
    card_language: Literal["en", "es", "fr"] = "en"

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if (self.client_secret is None) == (self.certificate is None):
            raise ValueError("give either client_secret or certificate")
        return self

    @model_validator(mode="after")
    def _renewed_in_time(self) -> Self:
        if self.renew_s > self.away_expiry_s / 2:
            raise ValueError(
                "renew_s may be half of away_expiry_s at most, so that a lost renewal can be repeated"
            )
        if self.write is WriteMode.SESSION and self.renew_s >= _FADE_S:
            raise ValueError(f"renew_s has to be below {_FADE_S:g} with write = session, which fades then")
        return self

    @model_validator(mode="after")
    def _bot_is_whole(self) -> Self:
        if self.bot_id is not None and self.workflows_url is not None:
            raise ValueError("workflows_url is for a tenant without a bot: give it or bot_id")
        if self.bot_id is None:
            if self.bot_secret or self.channel_id or self.team_channels:
                raise ValueError("bot_secret, channel_id and team_channels need bot_id")
            return self
        if self.channel_id is None:
            raise ValueError("bot_id needs channel_id: the channel in which leads read flags")
        if self.bot_secret is None and self.bot_id.casefold() != self.client_id.casefold():
            raise ValueError("bot_secret is missing: bot_id is another app than client_id")
        return self

    @property
    def authority_url(self) -> str:
        """The tenant's authority, without a slash at the end."""
        return f"{str(self.authority).rstrip('/')}/{self.tenant}"

    @property
    def graph(self) -> str:
        """Microsoft Graph with its version, without a slash at the end."""
        return str(self.graph_url).rstrip("/")

    @property
    def connector(self) -> str:
        """The Bot Connector, without a slash at the end."""
        return str(self.service_url).rstrip("/")

    def channel(self, team: str) -> str | None:
        """The channel for a team's flags."""
        return self.team_channels.get(team, self.channel_id)

    @property
    def capabilities(self) -> Capabilities:
        """What this table makes possible: a bot gives buttons and edits; Workflows give neither."""
        has_bot = self.bot_id is not None
        return Capabilities(
            reports_idle=True,
            calls_may_be_meetings=True,
            writes_state=self.write is not WriteMode.OFF,
            flag_buttons=has_bot,
            flag_edit=has_bot,
            flag_private=has_bot and self.channels_private,
            flag_language=self.card_language,
        )
