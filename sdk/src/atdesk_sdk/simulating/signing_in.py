"""What is the same wherever people sign in to a simulated platform: the page, and the way back from it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response

#: The one parameter that is ours: who signs in, by id. The platforms ask for a name and a password instead.
WHO: Final = "simulated_user"

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated {platform}: sign in</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 30rem; margin: 2rem auto }}</style>
</head><body><h1>Simulated {platform}</h1>
{body}
</body></html>"""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The authorize page of one platform.

    Attributes:
        platform: Its name, as it stands on the page.
    """

    platform: str

    def choice(self, query: Mapping[str, str], people: Iterable[tuple[str, str]]) -> Response:
        """Ask who signs in. Each link is the same request again, with who it is in `WHO`; empty for nobody.

        Args:
            query: Of the request.
            people: Id and name of each.
        """

        def link(who: str, words: str) -> str:
            address = "?" + urlencode({**query, WHO: who})
            return f'<li><a href="{escape(address)}">{escape(words)}</a></li>'

        links = "\n".join(link(who, name) for who, name in people)
        return self._shown(f"<p>Who signs in?</p>\n<ul>\n{links}\n{link('', 'Nobody: cancel')}\n</ul>")

    def refused(self, why: str) -> Response:
        """Say here what must not be told to the redirect address, since it may not be the client's (400)."""
        return self._shown(f"<p>{escape(why)}</p>", 400)

    def _shown(self, body: str, status: int = 200) -> Response:
        return HTMLResponse(_PAGE.format(platform=escape(self.platform), body=body), status)


def sent_back(redirect: str, query: Mapping[str, str]) -> Response:
    """Send the browser back to the address it came from, with what was decided (302)."""
    joint = "&" if urlsplit(redirect).query else "?"
    return RedirectResponse(f"{redirect}{joint}{urlencode(query)}", 302)


def challenge_of(verifier: str) -> str:
    """Give the S256 challenge of a verifier (RFC 7636 4.2): base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
