"""The cookies of browsers: of a session, of its forms, and of a sign-in under way."""

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from atdesk_core.web.sign_in.guard import SESSION_S
from atdesk_core.web.sign_in.origins import Origins
from atdesk_core.web.sign_in.under_way import START_S

_STATE_CHARS: Final = 16


class Cookies:
    """Sets, reads and clears them. `__Host-` and Secure wherever browsers reach us over TLS.

    Args:
        origins: Which origin is ours.
    """

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def begin(self, answer: Response, state: str, browser: str) -> None:
        """Mark the browser in which a sign-in began."""
        self._set(answer, self._flow(state), browser, START_S, script_may_read=False)

    def browser(self, connection: HTTPConnection, state: str) -> str:
        """What `begin` set for this state; empty in another browser."""
        return connection.cookies.get(self._flow(state), "")

    def end(self, answer: Response, state: str) -> None:
        """The sign-in is over."""
        self._clear(answer, self._flow(state))

    def open_session(self, answer: Response, cookie: str, csrf: str) -> None:
        """Sign a browser in."""
        self._set(answer, self._origins.session_cookie, cookie, SESSION_S, script_may_read=False)
        self._set(answer, self._origins.csrf_cookie, csrf, SESSION_S, script_may_read=True)

    def close_session(self, answer: Response) -> None:
        """Sign a browser out."""
        self._clear(answer, self._origins.session_cookie)
        self._clear(answer, self._origins.csrf_cookie)

    def _flow(self, state: str) -> str:
        """Of its own for each sign-in, so that two tabs of one browser do not disturb each other."""
        fit = "".join(one for one in state if one.isascii() and one.isalnum())[:_STATE_CHARS]
        return f"{self._origins.session_cookie}-flow-{fit}"

    def _set(self, answer: Response, name: str, value: str, for_s: float, *, script_may_read: bool) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=int(for_s),
            path="/",
            secure=self._origins.secure,
            httponly=not script_may_read,
            samesite="lax",
        )

    def _clear(self, answer: Response, name: str) -> None:
        answer.delete_cookie(name, path="/", secure=self._origins.secure, samesite="lax")
