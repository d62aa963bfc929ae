"""The control plane under `/_sim`: what a test, a demo or a person may do to a simulated world."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_sdk.simulating.journal import Journal

#: Takes the JSON object that was sent, with the parts of the path; gives the JSON object to answer.
Act = Callable[[dict[str, Any]], Awaitable[Mapping[str, Any]]]

_MISTAKES: Final = (LookupError, ValueError, TypeError, AttributeError)


class _Sent(dict[str, Any]):
    """What was sent: a key that is missing is asked for."""

    def __missing__(self, name: str) -> Any:
        raise ValueError(f"give {name!r}")


def acting(acts: Mapping[str, Act]) -> list[Route]:
    """Make a `POST` of each act, by its path below `/_sim`. A mistake is a 400 that `error` explains."""
    return [Route(f"/_sim/{path}", _endpoint(act), methods=["POST"]) for path, act in acts.items()]


def log_of(journal: Journal) -> Route:
    """`GET /_sim/log?where=&what=&way=&since=`: what arrived and was sent, oldest first."""

    async def log(request: Request) -> Response:
        asked = request.query_params
        try:
            since = float(asked.get("since", 0.0))
        except ValueError as wrong:
            return _mistaken(wrong)
        found = journal.find(asked.get("where", ""), asked.get("what", ""), asked.get("way", ""))
        return JSONResponse([entry.as_json() for entry in found if entry.at_s > since])

    return Route("/_sim/log", log, methods=["GET"])


def redirect_in(body: Mapping[str, Any]) -> str:
    """The `uri` that people may be sent back to after they signed in, as an app is registered with.

    Raises:
        ValueError: It is none.
    """
    uri = body.get("uri")
    if not isinstance(uri, str) or not uri.startswith(("http://", "https://")) or "#" in uri:
        raise ValueError("give an absolute 'uri' without a fragment")
    return uri


def _endpoint(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            sent = json.loads(await request.body() or b"{}")
            if not isinstance(sent, dict):
                raise TypeError("an object was expected")
            return JSONResponse(await act(_Sent(sent | request.path_params)))
        except _MISTAKES as mistake:
            return _mistaken(mistake)

    return endpoint


def _mistaken(mistake: Exception) -> JSONResponse:
    said = str(mistake.args[0]) if mistake.args else type(mistake).__name__
    # A dictionary says no more than the key that it lacks; what a simulator raises is a sentence.
    if isinstance(mistake, KeyError) and " " not in said:
        said = f"there is no {said!r}"
    return JSONResponse({"error": said}, 400)
