"""Asks who is behind a request. A doubt is a no, and is counted by its kind alone."""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from starlette.requests import HTTPConnection, Request

from atdesk_core.identity import ShiftWindow
from atdesk_core.web.sign_in.origins import Origins
from atdesk_core.web.sign_in.provider import OwnToken
from atdesk_core.web.sign_in.roles import RoleBook
from atdesk_core.web.sign_in.tokens import SignIn, TokenBook, tab_hash
from atdesk_core.web.sign_in.who import NotAllowed, NotSignedIn, Role, Who

OFF_SHIFT_S: Final = 12 * 3600.0
"""How long a sign-in outside a shift lasts."""
SESSION_S: Final = 8 * 3600.0
"""How long a cookie session lasts."""
TAB_HEADER: Final = "x-atdesk-tab"
CSRF_HEADER: Final = "x-atdesk-csrf"
CSRF_FIELD: Final = "csrf"
COOKIE_ROLES: Final = frozenset(Role) - {Role.AGENT}
"""The agent's page has its token: a cookie would be one for everybody at that desk."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FORM_BYTES: Final = 64_000
_LONGEST: Final = 256


class Shifts(Protocol):
    """When somebody works."""

    def shift_at(self, agent_id: str, at: float) -> ShiftWindow | None:
        """The shift that runs."""
        ...


class LiveGuard:
    """Implements `atdesk_core.web.context.Guard`, and keeps the sign-ins.

    Args:
        shifts: When somebody works; an agent's token ends with the shift.
        roles: Who may be what.
        origins: Which origins are ours.
        now: Engine's clock.

    Attributes:
        refused: How often somebody was refused, by reason.
        origins: See above.
    """

    def __init__(self, shifts: Shifts, roles: RoleBook, origins: Origins, now: Callable[[], float]) -> None:
        self.refused: Counter[str] = Counter()
        self.origins = origins
        self.roles = roles
        self._shifts = shifts
        self._now = now
        self._tabs = TokenBook(now)
        self._sessions = TokenBook(now)
        self._csrf_key = secrets.token_bytes(32)
        self._own: dict[str, OwnToken] = {}

    def issue(self, person_id: str, roles: Iterable[Role], tab_secret: str) -> str:
        """Sign a person in, in the tab that has this secret. Returns the token."""
        return self.issue_to_tab(person_id, roles, tab_hash(tab_secret))[0]

    def issue_to_tab(self, person_id: str, roles: Iterable[Role], tab: str) -> tuple[str, Who]:
        """The same by the hash of the tab's secret. Returns token and sign-in."""
        now = self._now()
        shift = self._shifts.shift_at(person_id, now)
        shift_id, until = (shift.shift_id, shift.ends_at) if shift else ("", now + OFF_SHIFT_S)
        return self._tabs.issue(person_id, frozenset(roles), tab, shift_id, until)

    def open_session(self, person_id: str, roles: Iterable[Role] = COOKIE_ROLES) -> tuple[str, Who]:
        """Sign a person in with a cookie. Returns its value and the sign-in."""
        until = self._now() + SESSION_S
        return self._sessions.issue(person_id, COOKIE_ROLES & frozenset(roles), "", "", until)

    async def require(self, connection: HTTPConnection, role: Role) -> Who:
        """See `Guard`."""
        if "authorization" in connection.headers:
            return await self.check_token(_bearer(connection), connection.headers.get(TAB_HEADER, ""), role)
        session = self._session_of(connection)
        await self._check_change(connection, self._cookie(connection))
        return self._with_role(session, role)

    async def check_token(self, token: str, tab: str, role: Role) -> Who:
        """See `Guard`. A socket asks again at each heartbeat: a sign-in may end meanwhile."""
        if not 0 < len(token) <= _LONGEST or not 0 < len(tab) <= _LONGEST:
            raise self._no("token")
        found = self._tabs.find(token)
        if found is None:
            raise self._no("token")
        if not hmac.compare_digest(found.tab_hash, tab_hash(tab)):
            raise self._no("tab")
        return self._with_role(self._in_shift(token, found), role)

    def csrf(self, connection: HTTPConnection) -> str:
        """What a form or a header has to hold for a change in this cookie session; empty without one."""
        cookie = self._cookie(connection)
        return self.csrf_of(cookie) if cookie else ""

    def person_of(self, connection: HTTPConnection) -> str | None:
        """Who is behind a request, without a look at what they may do, and without counting."""
        token, tab = _bearer(connection), connection.headers.get(TAB_HEADER, "")
        if token:
            found = self._tabs.find(token)
            is_theirs = found is not None and hmac.compare_digest(found.tab_hash, tab_hash(tab))
        else:
            found = self._sessions.find(self._cookie(connection))
            is_theirs = found is not None
        return found.who.person_id if found is not None and is_theirs else None

    def keep_own(self, who: Who, own: OwnToken) -> None:
        """Keep somebody's own access token for as long as this sign-in of theirs."""
        standing = self._tabs.tabs()
        self._own = {tab: token for tab, token in self._own.items() if tab in standing}
        self._own[who.tab] = own

    def own_token(self, who: Who) -> OwnToken | None:
        """See `Guard`."""
        own = self._own.get(who.tab)
        return own if own is not None and self._now() < own.expires_at else None

    async def sign_out(self, connection: HTTPConnection) -> None:
        """End what this request proves itself with.

        Raises:
            NotSignedIn: It proves nothing.
            NotAllowed: A cookie, and the request was not made by a page of ours.
        """
        token = _bearer(connection)
        if not token:
            await self._check_change(connection, self._cookie(connection))
            if not self._sessions.end(self._cookie(connection)):
                raise self._no("session")
            return
        found = self._tabs.find(token)
        if found is None or self.person_of(connection) is None:
            raise self._no("token")
        self._own.pop(found.who.tab, None)
        self._tabs.end(token)

    def end_all(self, person_id: str) -> int:
        """End every sign-in of a person, who has left. Returns how many there were."""
        return self._tabs.end_all(person_id) + self._sessions.end_all(person_id)

    def _in_shift(self, token: str, found: SignIn) -> Who:
        """A sign-in ends with its shift; one from before the shift belongs to it from its beginning."""
        who = found.who
        shift = self._shifts.shift_at(who.person_id, self._now())
        if shift is None or shift.shift_id == who.shift_id:
            return who
        if who.shift_id:
            self._tabs.end(token)
            raise self._no("shift")
        return self._tabs.bind(token, shift.shift_id, shift.ends_at) or who

    def _session_of(self, connection: HTTPConnection) -> Who:
        cookie = self._cookie(connection)
        found = self._sessions.find(cookie) if cookie else None
        if found is None:
            raise self._no("session")
        return found.who

    def _with_role(self, who: Who, role: Role) -> Who:
        """Roles are asked for anew each time: whoever leads nobody any more is no lead any more."""
        has = self.roles.roles_of(who.person_id)
        if not has:
            self.end_all(who.person_id)
            raise self._no("left")
        if role not in who.roles & has:
            self.refused["role"] += 1
            raise NotAllowed("You are signed in, but this is not for you.")
        return who

    async def _check_change(self, connection: HTTPConnection, cookie: str) -> None:
        """A browser sends cookies along by itself; so a change has to prove that our page asked for it."""
        is_socket = connection.scope["type"] == "websocket"
        if not is_socket and connection.scope["method"] in _SAFE:
            return
        if not self.origins.is_ours(connection):
            self.refused["origin"] += 1
            raise NotAllowed("This was asked from another place: open the page again.")
        if is_socket:
            return
        given, double = await _given(connection), connection.cookies.get(self.origins.csrf_cookie, "")
        right = self.csrf_of(cookie)
        if not (_same(given, right) and _same(double, right)):
            self.refused["csrf"] += 1
            raise NotAllowed("The page was open for too long: open it again.")

    def _cookie(self, connection: HTTPConnection) -> str:
        value = connection.cookies.get(self.origins.session_cookie, "")
        return value if len(value) <= _LONGEST else ""

    def csrf_of(self, cookie: str) -> str:
        """The CSRF token of a session, by the value of its cookie."""
        return hmac.new(self._csrf_key, cookie.encode(), hashlib.sha256).hexdigest()

    def _no(self, why: str) -> NotSignedIn:
        self.refused[why] += 1
        return NotSignedIn("You are not signed in, or not any more: sign in again.")


def _bearer(connection: HTTPConnection) -> str:
    """The token of a request's header; empty without one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and len(token) <= _LONGEST else ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


async def _given(connection: HTTPConnection) -> str:
    """The CSRF token from the header, or from a small form."""
    header = connection.headers.get(CSRF_HEADER)
    if header is not None or not isinstance(connection, Request):
        return header or ""
    length = connection.headers.get("content-length", "")
    is_form = connection.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    if not is_form or not length.isdecimal() or int(length) > _MOST_FORM_BYTES:
        return ""
    value = (await connection.form()).get(CSRF_FIELD)
    return value if isinstance(value, str) else ""
