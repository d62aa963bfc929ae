"""The agent's page and a lead's view, side by side; and what only a demo may do: sign in without asking."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_core.web.sign_in import LiveGuard, Role, tab_hash
from examples.demo.consoles.console import Console
from examples.demo.setting import AGENT, LEAD

PAGES: Final = Path(__file__).parent / "pages"
_FILES: Final = {
    "": ("side.html", "text/html"),
    "/side.css": ("side.css", "text/css"),
    "/side.js": ("side.js", "text/javascript"),
    "/lead.js": ("lead.js", "text/javascript"),
}
_MOST_BYTES: Final = 2_000

Endpoint = Callable[[Request], Awaitable[Response]]


Asked = TypeVar("Asked", bound=BaseModel)


class _SignIn(BaseModel):
    tab: str = Field(min_length=20, max_length=256)


class _Press(BaseModel):
    card: str = Field(max_length=100)
    value: str = Field(max_length=200)


def beside_routes(guard: LiveGuard, console: Console, *, signed_in: bool) -> list[Route]:
    """The page `/demo` and what it needs.

    Args:
        guard: Signs the demo's people in.
        console: Where the lead presses the buttons of a card.
        signed_in: A film is played, and the agent need not sign in; else the agent's page asks.
    """
    once = signed_in and console.page_films
    pages = [Route(f"/demo{suffix}", _file(*what)) for suffix, what in _FILES.items()]
    acts = [Route("/demo/press", _press(guard, console), methods=["POST"]), Route("/demo/lead", _lead(guard))]
    return [*pages, *acts, Route("/demo/sign-in", _sign_in(guard, signed_in, once=once), methods=["POST"])]


def _page(name: str, media_type: str) -> Response:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return Response((PAGES / name).read_text(encoding="utf-8"), media_type=media_type, headers=headers)


def _file(name: str, media_type: str) -> Endpoint:
    async def file(_request: Request) -> Response:
        return _page(name, media_type)

    return file


def _lead(guard: LiveGuard) -> Endpoint:
    """The lead's view; whoever opens it is the lead, whom the flag's page then knows."""

    async def lead(_request: Request) -> Response:
        answer = _page("lead.html", "text/html")
        value, _who = guard.open_session(LEAD.agent_id, [Role.LEAD])
        answer.set_cookie(guard.origins.session_cookie, value, httponly=True, samesite="lax")
        answer.set_cookie(guard.origins.csrf_cookie, guard.csrf_of(value), httponly=True, samesite="lax")
        return answer

    return lead


def _sign_in(guard: LiveGuard, signed_in: bool, *, once: bool) -> Endpoint:
    """Sign a tab in. With `once` the first is the film's own: a second page of one agent would take over."""
    tabs: set[str] = set()

    async def sign_in(request: Request) -> Response:
        asked = await _read(request, _SignIn) if guard.origins.is_ours(request) else None
        if asked is None:
            return Response(status_code=403)
        if not signed_in:
            return Response(status_code=204)
        tabs.add(asked.tab)
        if once and len(tabs) > 1:
            return Response(status_code=409)
        token, who = guard.issue_to_tab(AGENT.agent_id, [Role.AGENT], tab_hash(asked.tab))
        return JSONResponse({"token": token, "expires_at": who.expires_at, "name": AGENT.name})

    return sign_in


def _press(guard: LiveGuard, console: Console) -> Endpoint:
    async def press(request: Request) -> Response:
        asked = await _read(request, _Press) if guard.origins.is_ours(request) else None
        if asked is None:
            return Response(status_code=403)
        try:
            await console.press(asked.card, asked.value)
        except KeyError:
            return Response(status_code=404)
        return Response(status_code=204)

    return press


async def _read(request: Request, form: type[Asked]) -> Asked | None:
    body = await request.body()
    try:
        return form.model_validate_json(body) if len(body) <= _MOST_BYTES else None
    except ValidationError:
        return None
