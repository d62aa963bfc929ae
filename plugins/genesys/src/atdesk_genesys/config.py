"""The `[[genesys]]` table of the configuration: one for each organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, model_validator

from atdesk_sdk.adapter import Capabilities
from atdesk_sdk.config import AdapterConfig, SecretRef
from atdesk_sdk.events import Presence

PLATFORM = "genesys"

#: One-way messages: no buttons, no edits, and a chat that others read too.
CAPABILITIES = Capabilities(reports_idle=True)

#: Region -> domain [JS] PureCloudRegionHosts.js.
DOMAINS: Mapping[str, str] = {
    "us-east-1": "mypurecloud.com",
    "us-east-2": "use2.us-gov-pure.cloud",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "eu-west-1": "mypurecloud.ie",
    "eu-west-2": "euw2.pure.cloud",
    "eu-central-1": "mypurecloud.de",
    "eu-central-2": "euc2.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-northeast-1": "mypurecloud.jp",
    "ap-northeast-2": "apne2.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
}

#: Presences that a write may replace. The agent's own absences are not among what can be configured.
_REPLACEABLE = frozenset(
    {Presence.AVAILABLE, Presence.ON_QUEUE, Presence.BUSY, Presence.MEETING, Presence.TRAINING}
)


def _replaceable(presences: frozenset[Presence]) -> frozenset[Presence]:
    refused = sorted(presences - _REPLACEABLE)
    if refused:
        raise ValueError(f"{', '.join(refused)}: an absence of the agent's own is never written over")
    return presences


class GenesysConfig(AdapterConfig):
    """One Genesys Cloud organisation.

    Attributes:
        region: Such as `eu-central-1`. Either this or `base_url`.
        base_url: API and sign-in host in one, for a simulator or a gateway.
        client_id: Of the OAuth client with the grant "Client Credentials".
        client_secret: Where its secret lies.
        away_status: Label or id of the presence that we set. Its system presence has to be Away.
        plain_away: Set the plain Away where `away_status` is missing, instead of refusing to write.
        statuses: Secondary presence, by label or id -> what it means to us. One that is not listed is
            `unknown`, and then nobody is looked at.
        write_over: Presences that an Away of ours may replace.
        group_chat_webhook: Where the address of the team leads' group chat lies; None: no messages.
        group_chat_group: Id of the group that the chat belongs to, so that its members can be compared with
            the leads; None: nobody can tell who reads it.
        group_chat_language: Of its messages, which several people read: `en`, `es` or `fr`.
        requests_per_minute: What the platform allows this client.
        debounce_s: How long a state has to stand before it is told, when it allows more looks than before.
        silence_s: Without a frame for this long the socket is asked whether it lives. The platform sends
            one every 30 s.
        ping_s: How long it may take to answer.
        resync_s: Every so often everything is read again, in case an event was lost without a sign.
        request_s: Longest wait for one answer.
        longest_wait_s: Longest `Retry-After` that is sat out; beyond it the adapter says so and gives up
            on the request. The platform can ask for hours.
        agents_per_channel: Three topics each; whether a combined one counts once is not documented, so
            this stays below a third of the 1000.
        renew_at: Share of the life of channel and token after which both are replaced.
    """

    region: str | None = None
    base_url: HttpUrl | None = None
    client_id: str = Field(min_length=1)
    client_secret: SecretRef
    away_status: str = Field(default="Away from desk", min_length=1)
    plain_away: bool = False
    statuses: Mapping[str, Presence] = Field(default_factory=dict)
    write_over: Annotated[frozenset[Presence], AfterValidator(_replaceable)] = frozenset(
        {Presence.AVAILABLE, Presence.ON_QUEUE}
    )
    group_chat_webhook: SecretRef | None = None
    group_chat_group: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    group_chat_language: Literal["en", "es", "fr"] = "en"
    requests_per_minute: int = Field(default=300, ge=10, le=10_000)
    debounce_s: float = Field(default=1.0, ge=0, le=10)
    silence_s: float = Field(default=45.0, gt=0, le=600)
    ping_s: float = Field(default=5.0, gt=0, le=60)
    resync_s: float = Field(default=300.0, gt=0, le=3600)
    request_s: float = Field(default=10.0, gt=0, le=120)
    longest_wait_s: float = Field(default=10.0, ge=0, le=180)
    agents_per_channel: int = Field(default=330, ge=1, le=1000)
    renew_at: float = Field(default=0.7, ge=0.3, le=0.8)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.region is None) == (self.base_url is None):
            raise ValueError("give either region (such as eu-central-1) or base_url")
        if self.region is not None and self.region not in DOMAINS:
            raise ValueError(f"region {self.region!r} is not one of {', '.join(DOMAINS)}")
        return self

    @property
    def api_url(self) -> str:
        """Where the API is, without a slash at the end."""
        return self._host("api")

    @property
    def login_url(self) -> str:
        """Where tokens come from, without a slash at the end."""
        return self._host("login")

    def _host(self, name: str) -> str:
        if self.base_url is not None:
            return str(self.base_url).rstrip("/")
        return f"https://{name}.{DOMAINS[self.region or '']}"
