"""What the app is to be: checked before anything is built from it."""

from __future__ import annotations

from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

GUID: Final = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

Guid = Annotated[str, Field(pattern=GUID)]
Https = Annotated[str, Field(pattern=r"^https://[^/\s]+", max_length=2048)]


class Wanted(BaseModel):
    """What goes into the manifest.

    Attributes:
        app_id: Of the app in Teams; the same one each time, or Teams takes it for another app.
        version: Of the app, such as 1.0.0; Teams takes an update only with a higher one.
        name: What people read below the icon.
        developer: Whose app it is.
        public_url: Where people's browsers reach the service.
        privacy_url: What the organisation says of privacy.
        terms_url: Its terms of use.
        client_id: Of the Entra app with which the page signs people in.
        resource: That app's Application ID URI.
        bot_id: Of the bot; empty: the page alone, without cards and notices.
        effect: Whether this is the package of the video effect, for the agents' own machines.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    app_id: Guid
    version: str = Field(default="1.0.0", pattern=r"^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$")
    name: str = Field(default="atdesk", min_length=1, max_length=30)
    developer: str = Field(min_length=1, max_length=32)
    public_url: Https
    privacy_url: Https
    terms_url: Https
    client_id: Guid
    resource: str = Field(min_length=1, max_length=2048)
    bot_id: str = Field(default="", pattern=GUID + r"|^$")
    effect: bool = False

    @property
    def base(self) -> str:
        """`public_url` without a slash at the end."""
        return self.public_url.rstrip("/")

    @property
    def domain(self) -> str:
        """Host and port of the pages."""
        return urlsplit(self.public_url).netloc

    @model_validator(mode="after")
    def _resource_is_of_this_host(self) -> Self:
        """Teams refuses to sign in a page whose host is not in the URI of the app."""
        host = urlsplit(self.public_url).hostname or ""
        fits = f"api://{host}/{self.client_id}", f"api://{self.domain}/{self.client_id}"
        with_bot = tuple(f"api://{one}/botid-{self.bot_id}" for one in (host, self.domain) if self.bot_id)
        if self.resource not in (*fits, *with_bot):
            raise ValueError(
                f"resource is {self.resource!r}, but Teams signs the page in only with {fits[0]} (Entra, App "
                "registrations, Expose an API): write it there, and as `resource` of the [[sign_in]] with "
                'provider = "teams"'
            )
        return self
