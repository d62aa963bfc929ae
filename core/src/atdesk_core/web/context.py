"""What every room of pages is put together from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import HTTPConnection

from atdesk_core.runtime.config import Config
from atdesk_core.runtime.live import Running
from atdesk_core.web.metrics import Metrics
from atdesk_core.web.sign_in import LiveGuard, OwnToken, Role, Who


class Guard(Protocol):
    """Asks who is behind a request, and whether that may be."""

    async def require(self, connection: HTTPConnection, role: Role) -> Who:
        """Whoever is signed in, if they have this role.

        The agent's page proves itself with `Authorization: Bearer TOKEN` and `X-Atdesk-Tab: TAB`, everybody
        else with a cookie, and a change with the CSRF token of that cookie's session.

        Raises:
            NotSignedIn: Nobody, or not any more.
            NotAllowed: Without this role, or from another place.
        """
        ...

    async def check_token(self, token: str, tab: str, role: Role) -> Who:
        """The same for a socket, whose first message holds token and tab.

        A sign-in can end while a socket is open: ask again at each heartbeat.
        """
        ...

    def csrf(self, connection: HTTPConnection) -> str:
        """For a page behind a cookie: value of the form field `csrf`, or of the header `X-Atdesk-Csrf`."""
        ...

    def own_token(self, who: Who) -> OwnToken | None:
        """This person's own access token at the platform they signed in with, for what only they may do.

        None where the platform gives none that is of use, and once it has expired. Never log it.
        """
        ...


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a room of pages gets. Each room has `routes(context) -> list[BaseRoute]`.

    Attributes:
        running: The service and its vision pool.
        config: Checked.
        guard: Who is signed in.
        now: Engine's clock, seconds since the epoch.
        metrics: What `/metrics` tells.
    """

    running: Running
    config: Config
    guard: LiveGuard
    now: Callable[[], float]
    metrics: Metrics = field(default_factory=Metrics)
