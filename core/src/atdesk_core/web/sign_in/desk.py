"""Where people sign in: begins at a provider, ends with a token for a tab or a cookie for a browser."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from atdesk_core.identity import Directory
from atdesk_core.web.sign_in.guard import COOKIE_ROLES, LiveGuard
from atdesk_core.web.sign_in.provider import Flow, Found, Provider, ProviderDown, SignInRefused
from atdesk_core.web.sign_in.teams import TeamsSso
from atdesk_core.web.sign_in.tokens import random_token, tab_hash
from atdesk_core.web.sign_in.under_way import CODE_S, START_S, Handed, Once, Started, browser_hash
from atdesk_core.web.sign_in.who import Role, Who
from atdesk_sdk import AccountRef

log = logging.getLogger(__name__)

_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that begins.

    Attributes:
        url: Where the browser goes.
        state: Names the cookie.
        browser: What the cookie holds.
    """

    url: str
    state: str
    browser: str


@dataclass(frozen=True, slots=True)
class ForTab:
    """Signed in: the page exchanges this code for its token."""

    code: str


@dataclass(frozen=True, slots=True)
class ForBrowser:
    """Signed in with a cookie: its value, and the page that was wanted."""

    cookie: str
    who: Who
    back: str


class NotKnown(Exception):
    """Somebody whom the directory does not know by this account.

    Attributes:
        account: Shown to them alone, so that they can hand it on.
    """

    def __init__(self, account: AccountRef) -> None:
        super().__init__("unknown account")
        self.account = account


class NotOffered(Exception):
    """A way to sign in that is not set up."""


class NothingHere(Exception):
    """Somebody who is known, and for whom the page is not."""


class SignInDesk:
    """Use it from one event loop.

    Args:
        providers: By key.
        guard: Keeps the sign-ins.
        directory: The newest snapshot.
        now: Engine's clock.
        teams: Checks what Teams gives a tab; None: that is no way to sign in.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        guard: LiveGuard,
        directory: Callable[[], Directory],
        now: Callable[[], float],
        teams: TeamsSso | None = None,
    ) -> None:
        self.providers = providers
        self._teams = teams
        self.guard = guard
        self.directory = directory
        self._now = now
        self._started: Once[Started] = Once(now, START_S)
        self._handed: Once[Handed] = Once(now, CODE_S)

    async def begin(self, key: str, redirect_uri: str, tab: str = "", back: str = "") -> Begun:
        """Send somebody to a provider.

        Args:
            key: Of the provider.
            redirect_uri: Where they come back to.
            tab: Hash of the secret of the tab that wants a token; empty for a cookie session.
            back: The page that is wanted with a cookie session.

        Raises:
            KeyError: No such provider.
            ProviderDown: It does not say where to go.
        """
        flow = Flow(redirect_uri, random_token(), random_token(), random_token() + random_token())
        browser = random_token()
        url = await self.providers[key].begin(flow)
        self._started.put(Started(key, flow, browser_hash(browser), tab, back), flow.state)
        return Begun(url, flow.state, browser)

    async def finish(self, key: str, state: str, browser: str, code: str) -> ForTab | ForBrowser:
        """Somebody comes back.

        Args:
            key: Of the provider whose address was called.
            state: As it came.
            browser: What the cookie of this state holds.
            code: As it came; empty when the provider refused.

        Raises:
            SignInRefused: What came proves nobody.
            ProviderDown: No answer.
            NotKnown: The directory does not know the account.
            NothingHere: A page that is not for them.
        """
        started = self._started.take(state)
        if started is None or started.provider != key or not started.is_from(browser):
            raise self._no(SignInRefused("state"))
        if not 0 < len(code) <= _LONGEST:
            raise self._no(SignInRefused("cancelled"))
        try:
            found = await self.providers[key].finish(started.flow, code)
        except (SignInRefused, ProviderDown) as error:
            raise self._no(error) from None
        return self._hand(started, self._person(found), found)

    def exchange(self, code: str, tab_secret: str) -> tuple[str, Who, str] | None:
        """A tab asks for its token with its one-time code, which is used up by that.

        Returns:
            Token, sign-in and the person's name; None when code and tab do not belong together.
        """
        handed = self._handed.take(code)
        if handed is None or handed.tab != tab_hash(tab_secret):
            self.guard.refused["exchange"] += 1
            return None
        token, who = self.guard.issue_to_tab(handed.person_id, [Role.AGENT], handed.tab)
        if handed.own is not None:
            self.guard.keep_own(who, handed.own)
        return token, who, self.directory().people[handed.person_id].name

    async def from_teams(self, sso_token: str, tab_secret: str) -> tuple[str, Who, str]:
        """A tab inside Teams asks for its token with what Teams says of the person.

        Returns:
            Token, sign-in and the person's name.

        Raises:
            NotOffered: Nobody signs in with Teams here.
            SignInRefused: What came proves nobody.
            ProviderDown: Entra's keys cannot be read.
            NotKnown: The directory does not know the account.
        """
        if self._teams is None:
            raise NotOffered
        try:
            found = await self._teams.found(sso_token)
        except (SignInRefused, ProviderDown) as error:
            raise self._no(error) from None
        person_id = self._person(found)
        token, who = self.guard.issue_to_tab(person_id, [Role.AGENT], tab_hash(tab_secret))
        return token, who, self.directory().people[person_id].name

    def _person(self, found: Found) -> str:
        person_id = found.person_id or self.directory().agent_of(found.account)
        if person_id is None or not self.guard.roles.roles_of(person_id):
            self.guard.refused["unknown_account"] += 1
            raise NotKnown(found.account)
        return person_id

    def _hand(self, started: Started, person_id: str, found: Found) -> ForTab | ForBrowser:
        if started.tab:
            return ForTab(self._handed.put(Handed(person_id, started.tab, found.own)))
        if not self.guard.roles.roles_of(person_id) & COOKIE_ROLES:
            self.guard.refused["role"] += 1
            raise NothingHere
        cookie, who = self.guard.open_session(person_id)
        return ForBrowser(cookie, who, started.back)

    def _no(self, error: SignInRefused | ProviderDown) -> SignInRefused | ProviderDown:
        reason = error.reason if isinstance(error, SignInRefused) else "provider_down"
        self.guard.refused[reason] += 1
        log.warning("a sign-in was refused: %s", reason if isinstance(error, SignInRefused) else error)
        return error
