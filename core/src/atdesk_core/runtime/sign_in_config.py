"""The tables about people who open our pages: `[[sign_in]]`, `[roles]`, `[console]`."""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from atdesk_sdk import ConfigError, SecretRef

Provider = Literal["entra", "teams", "genesys", "zoom", "oidc", "demo"]

PLATFORM_OF: Final = {
    "entra": "teams",
    "teams": "teams",
    "genesys": "genesys",
    "zoom": "zoom",
    "oidc": "oidc",
    "demo": "demo",
}
"""Whose accounts in the directory a provider signs people in with."""
ENTRA_LOGIN: Final = "https://login.microsoftonline.com"
ZOOM_LOGIN: Final = "https://zoom.us"
ZOOM_API: Final = "https://api.zoom.us/v2"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""Addresses of this machine alone."""
_GENESYS_DOMAINS: Final = (
    "mypurecloud.com",
    "usw2.pure.cloud",
    "use2.us-gov-pure.cloud",
    "cac1.pure.cloud",
    "mypurecloud.ie",
    "euw2.pure.cloud",
    "mypurecloud.de",
    "euc2.pure.cloud",
    "edee1.eusc-pure.cloud",
    "aps1.pure.cloud",
    "apse1.pure.cloud",
    "mypurecloud.com.au",
    "mypurecloud.jp",
    "apne2.pure.cloud",
    "apne3.pure.cloud",
    "sae1.pure.cloud",
    "mec1.pure.cloud",
    "mxc1.pure.cloud",
)
_CONSOLES: Final = {
    "genesys": tuple(f"https://apps.{domain}" for domain in _GENESYS_DOMAINS),
    "teams": ("https://teams.microsoft.com", "https://*.teams.microsoft.com", "https://*.cloud.microsoft"),
    "zoom": ("https://zoom.us", "https://*.zoom.us"),
}
_ORIGIN: Final = re.compile(r"https?://(\*\.)?[A-Za-z0-9.\-\[\]:]+(:(\d+|\*))?")


def is_safe_address(address: str) -> bool:
    """Whether an address is reached over TLS, or is on this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )


def _safe(address: str) -> str:
    if address and not is_safe_address(address):
        raise ValueError(f"{address!r} has to begin with https:// (http:// on this machine alone)")
    return address.rstrip("/")


def _ancestor(entry: str) -> str:
    if entry not in _CONSOLES and not _ORIGIN.fullmatch(entry):
        known = ", ".join(sorted(_CONSOLES))
        raise ValueError(
            f"{entry!r} is neither a console we know ({known}) nor an origin such as https://x.y"
        )
    return entry


Address = Annotated[str, AfterValidator(_safe)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignInTable(_Table):
    """`[[sign_in]]`: one way for people to sign in to the pages."""

    provider: Provider = Field(description="Who says who somebody is; `demo` in a demo alone.")
    id: str = Field(
        "", pattern=r"^[a-z0-9-]{0,32}$", description="In the addresses; the provider's name if left out."
    )
    label: str = Field("", max_length=60, description="What people read on the button.")
    tenant: str = Field(
        "",
        description="Of the accounts in the directory: Entra's tenant id, Zoom's account id, else as there.",
    )
    tenants: tuple[str, ...] = Field(
        (), description="Entra, Teams: further tenant ids whose people may sign in. Nobody else's may."
    )
    client_id: str = Field("", description="Of the OAuth client.")
    client_secret: SecretRef | None = Field(
        None, description="Where its secret lies; none for a public client, which Genesys has for pages."
    )
    issuer: Address = Field("", description="oidc: the issuer, to the letter.")
    metadata_url: Address = Field(
        "", description="oidc: where it describes itself, if not in the usual place."
    )
    platform: str = Field(
        "", pattern=r"^[a-z0-9_-]{0,32}$", description="Whose accounts these are in the directory."
    )
    domain: str = Field("", description="Genesys: of the region, such as mypurecloud.ie.")
    organization: str = Field(
        "", description="Genesys: id of the organisation; another one's people are refused."
    )
    prompt: Literal["", "login", "select_account"] = Field(
        "",
        description="Entra, oidc, Genesys: `login` asks for the password each time, which shared desks "
        "need; `select_account` asks with which account.",
    )
    login_url: Address = Field(
        "", description="Genesys, Zoom, Entra, Teams: another place to sign in, such as a simulator."
    )
    api_url: Address = Field("", description="Genesys, Zoom: another API than the provider's own.")
    resource: str = Field(
        "",
        description="Teams: `webApplicationInfo.resource` of the app, where it is no usual form of the id.",
    )
    clients: tuple[str, ...] = Field(
        (), description="Teams: ids of the clients (`azp`) whose tokens are taken; any client's if left out."
    )

    @property
    def key(self) -> str:
        """How addresses name it."""
        return self.id or self.provider

    @property
    def shown(self) -> str:
        """What people read."""
        names = {
            "entra": "Microsoft",
            "teams": "Microsoft Teams",
            "genesys": "Genesys Cloud",
            "zoom": "Zoom",
            "oidc": "Single sign-on",
        }
        return self.label or names.get(self.provider, "Demo")

    @property
    def account_platform(self) -> str:
        """Of the accounts in the directory."""
        return self.platform or PLATFORM_OF[self.provider]

    @property
    def accounts(self) -> tuple[tuple[str, str], ...]:
        """(platform, tenant) of the accounts with which people sign in; none in a demo."""
        if self.provider == "demo":
            return ()
        tenants = self.allowed_tenants if self.provider in ("entra", "teams") else (self.tenant,)
        return tuple((self.account_platform, tenant) for tenant in tenants)

    @property
    def allowed_tenants(self) -> tuple[str, ...]:
        """Entra, Teams: every tenant whose people may sign in."""
        return tuple(dict.fromkeys((self.tenant, *self.tenants)))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            "entra": ("tenant", "client_id"),
            "teams": ("tenant", "client_id"),
            "genesys": ("tenant", "client_id"),
            "zoom": ("tenant", "client_id", "client_secret"),
            "oidc": ("tenant", "client_id", "issuer"),
            "demo": (),
        }
        missing = [name for name in needed[self.provider] if not getattr(self, name)]
        if missing:
            raise ValueError(f"{self.provider} needs {' and '.join(missing)}")
        if self.provider == "genesys" and not (self.domain or (self.login_url and self.api_url)):
            raise ValueError("genesys needs domain, such as mypurecloud.ie (or login_url and api_url)")
        if self.provider == "teams" and self.client_secret:
            raise ValueError("teams checks a token and asks for none: leave client_secret out")
        if self.provider == "genesys" and self.client_secret:
            raise ValueError("the Genesys client of a page is a public one (PKCE): leave client_secret out")
        return self


class RolesTable(_Table):
    """`[roles]`: person ids of those who are neither agents nor leads, or more than that."""

    reviewers: tuple[str, ...] = Field((), description="May see disputed flags and decide on them.")
    integrators: tuple[str, ...] = Field((), description="May see how the service does.")
    auditors: tuple[str, ...] = Field((), description="May see the decision log.")

    @property
    def everybody(self) -> tuple[str, ...]:
        """Every id that is named."""
        return tuple(dict.fromkeys((*self.reviewers, *self.integrators, *self.auditors)))


class ConsoleTable(_Table):
    """`[console]`: which consoles may show the agent's page inside them."""

    frame_ancestors: tuple[Annotated[str, AfterValidator(_ancestor)], ...] = Field(
        (),
        description="`genesys`, `teams`, `zoom`, or origins such as https://apps.mypurecloud.ie; none: a "
        "window of its own alone.",
    )

    @property
    def origins(self) -> tuple[str, ...]:
        """Written out."""
        listed = (origin for entry in self.frame_ancestors for origin in _CONSOLES.get(entry, (entry,)))
        return tuple(dict.fromkeys(listed))


def check_pages(host: str, public_url: str, demo: bool, sign_in: Sequence[SignInTable], where: str) -> None:
    """Refuse a setting with which somebody would get in who is not the one.

    Args:
        host: Where the service listens.
        public_url: Where people reach it; empty: on this machine alone.
        demo: Whether this is a demo.
        sign_in: The ways to sign in.
        where: Name of the file, for the message.

    Raises:
        ConfigError: Names the key that is wrong, and the way out.
    """
    keys = [one.key for one in sign_in]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise ConfigError(f"{where}: two [[sign_in]] are called {doubled[0]!r}: give each an id of its own")
    if sum(one.provider == "teams" for one in sign_in) > 1:
        raise ConfigError(
            f'{where}: two [[sign_in]] have provider = "teams": keep one, and list the other tenants in its '
            "`tenants`"
        )
    if sign_in and public_url and not is_safe_address(public_url):
        raise ConfigError(f"{where}: service.public_url has to begin with https://: people sign in there")
    if demo and host not in LOOPBACK:
        raise ConfigError(
            f"{where}: service.demo lets anybody in: set service.host to 127.0.0.1, or leave demo out"
        )
    if not demo and any(one.provider == "demo" for one in sign_in):
        raise ConfigError(
            f'{where}: [[sign_in]] provider = "demo" lets anybody in without proof: set demo = true under '
            "[service], on 127.0.0.1 alone, or name a real provider"
        )
