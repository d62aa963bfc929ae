"""What says who somebody is: the contract of every provider, and how it fails."""

from dataclasses import dataclass, field
from typing import Protocol

from atdesk_sdk import AccountRef


@dataclass(frozen=True, slots=True)
class OwnToken:
    """A person's own access token at a platform, in memory alone. Its value is shown by nothing.

    Attributes:
        account: Whose.
        value: What goes into `Authorization: Bearer`.
        expires_at: Engine's clock.
    """

    account: AccountRef
    value: str = field(repr=False)
    expires_at: float


@dataclass(frozen=True, slots=True)
class Found:
    """Who has signed in, as the provider knows them.

    Attributes:
        account: By ids that cannot change hands; never by a name or an address.
        own: Their access token, where there is a use for it.
        person_id: Of a demo alone, where people are picked from the directory and have no account.
    """

    account: AccountRef
    own: OwnToken | None = None
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in under way, between its start and its callback.

    Attributes:
        redirect_uri: Where the provider sends the browser back to.
        state: Comes back with it.
        nonce: Comes back in the ID token.
        verifier: Of PKCE; only we know it.
    """

    redirect_uri: str
    state: str
    nonce: str
    verifier: str = field(repr=False)


class SignInRefused(Exception):
    """What came back proves nobody.

    Attributes:
        reason: One word, for the metrics and the log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ProviderDown(Exception):
    """The provider does not answer, or not with what it should. Trying again later may help."""


class Provider(Protocol):
    """One way to sign in.

    Attributes:
        key: In the addresses.
        label: What people read.
    """

    key: str
    label: str

    async def begin(self, flow: Flow) -> str:
        """The address where the browser goes.

        Raises:
            ProviderDown: It does not say where.
        """
        ...

    async def finish(self, flow: Flow, code: str) -> Found:
        """Who the code stands for.

        Raises:
            SignInRefused: What came proves nobody.
            ProviderDown: No answer.
        """
        ...
