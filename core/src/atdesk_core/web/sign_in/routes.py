"""Signing in and out over HTTP. See docs/sign-in.md for what each route takes and gives."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_core.web.sign_in import html
from atdesk_core.web.sign_in.cookies import Cookies
from atdesk_core.web.sign_in.demo import DemoProvider
from atdesk_core.web.sign_in.desk import ForTab, NothingHere, NotKnown, NotOffered, SignInDesk
from atdesk_core.web.sign_in.provider import ProviderDown, SignInRefused
from atdesk_core.web.sign_in.under_way import is_page, is_tab
from atdesk_core.web.sign_in.who import Who
from atdesk_core.web.sign_in.words import WORDS, language_of

_MOST_BYTES: Final = 4_096
_MOST_TOKEN_BYTES: Final = 40_000
"""A token of Entra names the groups of its person."""
_SAID: Final = {"state": "state", "cancelled": "cancelled"}
_SAID_OF_TEAMS: Final = {
    "expired": "teams_expired",
    "not_yet": "teams_expired",
    "tenant": "teams_tenant",
    "issuer": "teams_tenant",
    "audience": "teams_app",
    "scope": "teams_app",
    "azp": "teams_app",
}


class SignInPages:
    """The routes of one desk.

    Args:
        desk: Where people sign in.
    """

    def __init__(self, desk: SignInDesk) -> None:
        self._desk = desk
        self._origins = desk.guard.origins
        self._cookies = Cookies(desk.guard.origins)
        self._is_demo = any(isinstance(one, DemoProvider) for one in desk.providers.values())

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        demo = [key for key, one in self._desk.providers.items() if isinstance(one, DemoProvider)]
        return [
            Route("/sign-in", self.choose),
            Route("/sign-in/providers", self.providers),
            Route("/sign-in/static/{name}", html.static),
            Route("/sign-in/exchange", self.exchange, methods=["POST"]),
            Route("/sign-in/teams", self.teams, methods=["POST"]),
            Route("/sign-in/{provider}/start", self.start),
            Route("/sign-in/{provider}/callback", self.callback),
            *(Route(f"/sign-in/{key}/people", self.people) for key in demo),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def providers(self, request: Request) -> Response:
        """What the page offers."""
        banner = WORDS[language_of(request)]["demo"]
        return JSONResponse(
            [
                {"id": key, "label": one.label}
                | ({"banner": banner} if isinstance(one, DemoProvider) else {})
                for key, one in self._desk.providers.items()
            ]
        )

    async def choose(self, request: Request) -> Response:
        """For people who come from a message: with what do they sign in?"""
        back = request.query_params.get("back", "")
        if not is_page(back):
            return html.page(request, "bad", title="refused_title", status=400)
        query = urlencode({"back": back})
        links = [(f"/sign-in/{key}/start?{query}", one.label) for key, one in self._desk.providers.items()]
        return html.page(request, "choose" if links else "none", links=links, is_demo=self._is_demo)

    async def start(self, request: Request) -> Response:
        """Off to the provider, for a tab or for one of our pages, and for nowhere else."""
        key, query = request.path_params["provider"], request.query_params
        tab, back, base = query.get("tab", ""), query.get("back", ""), self._origins.base_url(request)
        fits = (is_tab(tab) and not back) or (is_page(back) and not tab)
        if not fits or not base or key not in self._desk.providers:
            return html.page(request, "bad", title="refused_title", status=400)
        try:
            begun = await self._desk.begin(key, f"{base}/sign-in/{key}/callback", tab, back)
        except ProviderDown:
            return html.page(request, "down", title="refused_title", status=502)
        answer = RedirectResponse(begun.url, status_code=303)
        self._cookies.begin(answer, begun.state, begun.browser)
        return answer

    async def callback(self, request: Request) -> Response:
        """Back from the provider."""
        state = request.query_params.get("state", "")[:128]
        answer = await self._finished(request, state)
        self._cookies.end(answer, state)
        return answer

    async def _finished(self, request: Request, state: str) -> Response:
        code, browser = request.query_params.get("code", ""), self._cookies.browser(request, state)
        try:
            done = await self._desk.finish(request.path_params["provider"], state, browser, code)
        except SignInRefused as refused:
            said = _SAID.get(refused.reason, "refused")
            return html.page(request, said, title="refused_title", status=400)
        except ProviderDown:
            return html.page(request, "down", title="refused_title", status=502)
        except NotKnown as stranger:
            account = str(stranger.account)
            return html.page(request, "unknown", title="refused_title", status=403, detail=account)
        except NothingHere:
            return html.page(request, "nothing", title="refused_title", status=403)
        if isinstance(done, ForTab):
            return html.page(request, "done", title="done_title", code=done.code)
        answer = RedirectResponse(done.back, status_code=303)
        self._cookies.open_session(answer, done.cookie, self._desk.guard.csrf_of(done.cookie))
        return answer

    async def people(self, request: Request) -> Response:
        """Of a demo: who is it?"""
        state, here = request.query_params.get("state", "")[:128], request.url.path.removesuffix("/people")
        known = self._desk.directory().people.values()
        links = [
            (f"{here}/callback?{urlencode({'state': state, 'code': one.agent_id})}", one.name)
            for one in sorted(known, key=lambda one: one.name)
        ]
        return html.page(request, "choose_person", links=links, is_demo=True)

    async def exchange(self, request: Request) -> Response:
        """A tab gets its token."""
        said = await _small_json(request)
        code, tab = said.get("code"), said.get("tab_secret")
        if not isinstance(code, str) or not isinstance(tab, str) or not 0 < len(tab) <= 256:
            return _error(400, "bad_request", "The page has sent something that cannot be read: reload it.")
        done = self._desk.exchange(code, tab)
        if done is None:
            return _error(
                401, "not_signed_in", "This sign-in is over, or was for another tab: sign in again."
            )
        return _signed_in(done)

    async def teams(self, request: Request) -> Response:
        """A tab inside Teams gets its token. Whatever stands against it is said in the browser's language."""
        say, said = WORDS[language_of(request)], await _small_json(request, _MOST_TOKEN_BYTES)
        token, tab = said.get("token"), said.get("tab_secret")
        if not isinstance(token, str) or not isinstance(tab, str) or not 0 < len(tab) <= 256:
            return _error(400, "bad_request", say["teams_bad"])
        try:
            return _signed_in(await self._desk.from_teams(token, tab))
        except NotOffered:
            return _error(404, "not_offered", say["teams_none"])
        except SignInRefused as refused:
            return _error(401, "not_signed_in", say[_SAID_OF_TEAMS.get(refused.reason, "teams_refused")])
        except ProviderDown:
            return _error(502, "platform_failed", say["down"])
        except NotKnown as stranger:
            return _error(403, "not_allowed", f"{say['unknown']} {stranger.account}")

    async def sign_out(self, request: Request) -> Response:
        """End the sign-in of this tab, or of this browser."""
        await self._desk.guard.sign_out(request)
        answer = Response(status_code=204)
        self._cookies.close_session(answer)
        return answer


def _signed_in(done: tuple[str, Who, str]) -> Response:
    token, who, name = done
    said = {"token": token, "expires_at": who.expires_at, "name": name, "person": who.person_id}
    return JSONResponse(said)


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


async def _small_json(request: Request, most_bytes: int = _MOST_BYTES) -> dict[str, Any]:
    """The object in the body; empty when there is none, or far too much."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            return {}
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
