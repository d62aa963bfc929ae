"""The HTTP application: `/ingress/...` for the platforms' webhooks, `/healthz` and `/readyz`."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_core.web.headers import Framing, SafeHeaders
from atdesk_core.web.sign_in import NotAllowed, NotSignedIn, is_page
from atdesk_sdk import HealthReport, HealthStatus, Ingress, RawRequest

log = logging.getLogger(__name__)

# Webhooks are small; a larger body is refused before it is read to its end.
MAX_BODY_BYTES = 1_000_000

HealthOf = Callable[[], Mapping[str, HealthReport]]


def build_app(
    ingresses: Mapping[str, Ingress],
    health: HealthOf,
    more_routes: Iterable[BaseRoute] = (),
    *,
    framing: Framing | None = None,
    middleware: Iterable[Middleware] = (),
) -> Starlette:
    """The application.

    Args:
        ingresses: Adapters that take webhooks, by name.
        health: Current health of every adapter, by name.
        more_routes: Of pages.
        framing: Who may show the agent's page inside theirs; nobody if left out.
        middleware: Between the headers, which every answer gets, and the routes.
    """
    routes: list[BaseRoute] = [Route("/healthz", _alive), Route("/readyz", _ready(health))]
    for name, ingress in ingresses.items():
        routes += [
            Route(f"/ingress/{name}{route.path}", _taker(name, ingress, route.path), methods=[route.method])
            for route in ingress.routes()
        ]
    return Starlette(
        routes=[*routes, *more_routes],
        middleware=[Middleware(SafeHeaders, framing or Framing()), *middleware],
        exception_handlers={
            NotSignedIn: _refusal(401, "not_signed_in"),
            NotAllowed: _refusal(403, "not_allowed"),
        },
    )


def _refusal(status: int, code: str) -> Callable[[Request, Exception], Response]:
    """The answer where a room lets an error of the guard's pass: who comes from a message signs in first."""

    def refuse(request: Request, error: Exception) -> Response:
        path = request.url.path
        if status == 401 and request.method == "GET" and is_page(path):
            return RedirectResponse(f"/sign-in?{urlencode({'back': path})}", status_code=303)
        return JSONResponse({"error": {"code": code, "message": str(error)}}, status_code=status)

    return refuse


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _ready(health: HealthOf) -> Callable[[Request], object]:
    async def ready(_request: Request) -> Response:
        reports = health()
        up = all(report.status is HealthStatus.UP for report in reports.values())
        body = {
            "ready": up,
            "adapters": {
                name: {"status": one.status.value, "message": one.message} for name, one in reports.items()
            },
        }
        return JSONResponse(body, status_code=200 if up else 503)

    return ready


def _taker(name: str, ingress: Ingress, path: str) -> Callable[[Request], object]:
    """The endpoint of one route. The adapter verifies; a fault of ours is a plain 500 without detail."""

    async def take(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": "the body is too large"}, status_code=413)
        raw = RawRequest(
            method=request.method,
            path=path,
            headers={key.lower(): value for key, value in request.headers.items()},
            query=dict(request.query_params),
            body=body,
            received_at=time.time(),
        )
        try:
            answer = await ingress.handle(raw)
        except Exception:
            log.exception("a webhook of %s could not be taken", name)
            return Response(status_code=500)
        return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))

    return take


async def _body(request: Request) -> bytes | None:
    """The raw body; None when it is larger than allowed, or the sender went away."""
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                return None
            chunks.append(chunk)
    except ClientDisconnect:
        return None
    return b"".join(chunks)
