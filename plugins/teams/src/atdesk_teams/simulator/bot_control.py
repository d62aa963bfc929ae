"""The control plane of the bot's side, under `/_sim`. Names are object ids, `29:` ids or displayed names.

POST /_sim/bot          {"url"}: the bot's messaging endpoint; {"answer_s", "retries_s"}: Teams' patience
POST /_sim/install      {"who"}: for themselves; {"team": true, "by"?, "channel_id"?}: into the team
POST /_sim/uninstall    {"who"}, or {"team": true, "by"?}
POST /_sim/block        {"who", "blocked"?: true}
POST /_sim/press        {"message_id", "button": verb or title, "who", "inputs"?, "forged"?, "old_client"?}
POST /_sim/refresh      {"message_id", "who", "manual"?}
POST /_sim/say          {"who", "text", "conversation_id"?, "forged"?}
POST /_sim/conversation {"id", "gone": true}: a conversation is no more, or is again
POST /_sim/connector    {"open_points"?: {...}, "limits"?: {"app", "send", "create", "read", "retry_after"}}
POST /_sim/workflow     {"limit_bytes"?, "accepted"?, "owned"?}
GET  /_sim/messages     what the bot has standing where; `?conversation=` for one of them
GET  /_sim/posts        what the workflow was triggered with
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_sdk.simulating.control import Act, acting
from atdesk_teams.simulator.clicking import Clicking
from atdesk_teams.simulator.connector import Connector
from atdesk_teams.simulator.delivery import FORGERIES, Forgery
from atdesk_teams.simulator.workflows import Workflow


class BotControl:
    """Handlers over the bot's side. Mistakes come back as 400 with a sentence."""

    def __init__(self, connector: Connector, clicking: Clicking, workflow: Workflow) -> None:
        self._connector, self._clicking, self._workflow = connector, clicking, workflow

    def routes(self) -> list[Route]:
        """Every route of this file."""
        acts: dict[str, Act] = {
            "bot": self._bot,
            "install": self._install,
            "uninstall": self._uninstall,
            "block": self._block,
            "press": self._press,
            "refresh": self._refresh,
            "say": self._say,
            "conversation": self._conversation,
            "connector": self._rules,
            "workflow": self._workflow_rules,
        }
        return [
            *acting(acts),
            Route("/_sim/messages", self._messages, methods=["GET"]),
            Route("/_sim/posts", self._posts, methods=["GET"]),
        ]

    # -- looking -----

    async def _messages(self, request: Request) -> Response:
        standing = self._connector.conversations.standing(request.query_params.get("conversation", ""))
        return JSONResponse([one.as_json() for one in standing])

    async def _posts(self, _: Request) -> Response:
        return JSONResponse([asdict(one) for one in self._workflow.posts])

    # -- people -----

    async def _install(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if body.get("team"):
            sent = await self._clicking.add_to_team(self._by(body), body.get("channel_id"))
        else:
            sent = await self._clicking.install(str(body["who"]))
        return asdict(sent)

    async def _uninstall(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if body.get("team"):
            return asdict(await self._clicking.remove_from_team(self._by(body)))
        return asdict(await self._clicking.uninstall(str(body["who"])))

    async def _block(self, body: Mapping[str, Any]) -> dict[str, Any]:
        blocked = bool(body.get("blocked", True))
        self._clicking.block(str(body["who"]), blocked=blocked)
        return {"blocked": blocked}

    async def _press(self, body: Mapping[str, Any]) -> dict[str, Any]:
        pressed = await self._clicking.press(
            str(body["message_id"]),
            str(body["button"]),
            str(body["who"]),
            body.get("inputs"),
            forged=_forgery(body),
            old_client=bool(body.get("old_client", False)),
        )
        return asdict(pressed)

    async def _refresh(self, body: Mapping[str, Any]) -> dict[str, Any]:
        manual = bool(body.get("manual", False))
        return asdict(await self._clicking.refresh(str(body["message_id"]), str(body["who"]), manual=manual))

    async def _say(self, body: Mapping[str, Any]) -> dict[str, Any]:
        where = body.get("conversation_id")
        sent = await self._clicking.say(str(body["who"]), str(body["text"]), where, forged=_forgery(body))
        return asdict(sent)

    def _by(self, body: Mapping[str, Any]) -> str:
        """Who adds the app to the team: the first of its members, when nobody is named."""
        return str(body.get("by") or self._connector.conversations.tenant.team.members[0].user_id)

    # -- rules -----

    async def _bot(self, body: Mapping[str, Any]) -> dict[str, Any]:
        delivery = self._clicking.delivery
        if "url" in body:
            delivery.url = str(body["url"])
        if "answer_s" in body:
            delivery.patience.answer_s = float(body["answer_s"])
        if "retries_s" in body:
            delivery.patience.retries_s = tuple(float(one) for one in body["retries_s"])
        return {"url": delivery.url} | asdict(delivery.patience)

    async def _conversation(self, body: Mapping[str, Any]) -> dict[str, Any]:
        talks, named = self._connector.conversations, str(body["id"])
        if body.get("gone", True):
            talks.gone.add(named)
        else:
            talks.gone.discard(named)
        return {"gone": sorted(talks.gone)}

    async def _rules(self, body: Mapping[str, Any]) -> dict[str, Any]:
        limits = dict(body.get("limits") or {})
        if "retry_after" in limits:
            self._connector.limits.retry_after = bool(limits.pop("retry_after"))
        if "app" in limits:
            self._connector.limits.app = _window(limits.pop("app"))
        known = self._connector.limits.windows
        for kind in limits:
            if kind not in known:
                raise ValueError(f"{kind!r} is no limit; there are app, {', '.join(known)}, retry_after")
        changed: Any = {kind: tuple(_window(one) for one in windows) for kind, windows in limits.items()}
        self._connector.limits.windows = {**known, **changed}
        self._connector.open_points.change(body.get("open_points") or {})
        return {"limits": asdict(self._connector.limits), "open_points": asdict(self._connector.open_points)}

    async def _workflow_rules(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._workflow.rules.change(body)
        return asdict(self._workflow.rules)


def _forgery(body: Mapping[str, Any]) -> Forgery | None:
    wanted = body.get("forged")
    if wanted is None:
        return None
    for known in FORGERIES:
        if wanted == known:
            return known
    raise ValueError(f"{wanted!r} is no forgery; there are {', '.join(FORGERIES)}")


def _window(value: Any) -> tuple[int, float]:
    count, seconds = value
    return int(count), float(seconds)
