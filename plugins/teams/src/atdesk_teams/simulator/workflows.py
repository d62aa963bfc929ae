"""The incoming webhook of a Teams workflow: its address is its credential; what it is sent, it posts.

Accepted does not mean shown: the workflow answers when it is triggered, and posts the card later.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_sdk.simulating.switches import Switches
from atdesk_teams.simulator.card_rules import CARD_TYPE, activity_problem, buttons

PREFIX: Final = "/workflows"
_INVOKE: Final = "/{flow}/triggers/manual/paths/invoke"
#: Buttons of these types stand in a webhook's card and do nothing: there is no bot behind it.
_DEAD: Final = frozenset({"Action.Execute", "Action.Submit"})


@dataclass(slots=True)
class WorkflowRules(Switches):
    """What may differ.

    Attributes:
        limit_bytes: The largest request; Microsoft says about 28 KB, one library measured 21.
        accepted: The status of a request that triggered the workflow.
        owned: Whether its owner is still there; a workflow dies with them.
    """

    limit_bytes: int = 28 * 1024
    accepted: int = 202
    owned: bool = True


@dataclass(frozen=True, slots=True)
class Post:
    """What a trigger made of a request.

    Attributes:
        at: When it came, in seconds since the epoch.
        card: The card; None when there was none.
        shown: Whether it can be seen in the channel.
        why: Why not, or which buttons are dead.
    """

    at: float
    card: Mapping[str, Any] | None
    shown: bool
    why: str = ""


@dataclass(slots=True)
class Workflow:
    """One workflow with the trigger "When a Teams webhook request is received".

    Attributes:
        now: The simulator's clock, in seconds since the epoch.
        id: In the address.
        signature: In the address; whoever knows it may post.
        rules: What may differ.
        posts: What it was triggered with, oldest first.
    """

    now: Callable[[], float]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    signature: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    rules: WorkflowRules = field(default_factory=WorkflowRules)
    posts: list[Post] = field(default_factory=list)

    def url(self, base: str) -> str:
        """The address to post to: a secret.

        Args:
            base: The simulator's own address.
        """
        query = {
            "api-version": "2016-06-01",
            "sp": "/triggers/manual/run",
            "sv": "1.0",
            "sig": self.signature,
        }
        return f"{base}{PREFIX}{_INVOKE.format(flow=self.id)}?{urlencode(query)}"

    def routes(self) -> list[Route]:
        """The trigger."""
        return [Route(f"{PREFIX}{_INVOKE}", self._trigger, methods=["POST"])]

    async def _trigger(self, request: Request) -> Response:
        given = request.query_params.get("sig", "")
        if request.path_params["flow"] != self.id or not self.rules.owned:
            return _error(404, "WorkflowNotFound", "The workflow could not be found.")
        if not hmac.compare_digest(given.encode(), self.signature.encode()):
            return _error(401, "AuthorizationFailed", "The authentication credentials are not valid.")
        body = await request.body()
        if len(body) > self.rules.limit_bytes:
            return _error(413, "RequestEntityTooLarge", "Request entity too large.")
        try:
            message = await request.json()
        except ValueError:
            return _error(400, "InvalidRequestContent", "The request content is not valid JSON.")
        self.posts.append(self._posted(message))
        return Response(status_code=self.rules.accepted)

    def _posted(self, message: Any) -> Post:
        attachments = message.get("attachments") if isinstance(message, Mapping) else None
        cards = [one for one in attachments or [] if isinstance(one, Mapping)]
        if not cards or any(one.get("contentType") != CARD_TYPE for one in cards):
            return Post(self.now(), None, shown=False, why="only Adaptive Cards are posted")
        card, problem = cards[0].get("content"), activity_problem({"attachments": cards})
        if problem or not isinstance(card, Mapping):
            return Post(self.now(), None, shown=False, why=problem)
        dead = [str(one.action.get("title")) for one in buttons(card) if one.action.get("type") in _DEAD]
        return Post(self.now(), card, shown=True, why=f"dead buttons: {', '.join(dead)}" if dead else "")


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status)
