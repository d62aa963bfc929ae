"""Team Chat as the chatbot sees it: cards are posted, changed, deleted, and their buttons clicked."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from atdesk_zoom.simulator.people import Credentials, Person
from atdesk_zoom.simulator.timing import Timing, now_ms
from atdesk_zoom.simulator.webhooks import WebhookSender

#: Block types of a card body [Z-SKILLS].
BLOCKS = frozenset(
    {
        "message",
        "header",
        "styled_text",
        "actions",
        "dropdown",
        "form_field",
        "section",
        "fields",
        "divider",
        "attachments",
    }
)
TOO_MANY = "You have reached the maximum per-second rate limit for this API. Try again later."
#: (messages, seconds, seconds it is then blocked): documented for user messages, assumed for bots [D-CHAT].
FLOW = ((10, 1.0, 10.0), (30, 10.0, 30.0), (60, 100.0, 60.0), (450, 1000.0, 300.0))


@dataclass(slots=True)
class Card:
    """A message that stands in a chat.

    Attributes:
        content: As it was last sent.
        versions: How often it was sent or changed.
    """

    message_id: str
    to_jid: str
    content: dict[str, Any]
    versions: int = 1

    def buttons(self) -> list[dict[str, Any]]:
        """The buttons of the card, in order."""
        blocks = [block for block in self.content.get("body", []) if block.get("type") == "actions"]
        return [item for block in blocks for item in block.get("items", [])]


@dataclass(slots=True)
class _Pace:
    """When messages came to one chat, and until when it is blocked."""

    times: deque[float] = field(default_factory=lambda: deque(maxlen=FLOW[-1][0]))
    blocked_until: float = 0.0


class Chat:
    """The chatbot's messages. `cards` holds those that stand, by id."""

    def __init__(
        self, credentials: Credentials, people: Mapping[str, Person], bot: WebhookSender, timing: Timing
    ) -> None:
        self._credentials, self._people, self._bot, self._timing = credentials, people, bot, timing
        self._paces: dict[str, _Pace] = {}
        self.channels: dict[str, str] = {"leads@conference.xmpp.zoom.us": "Team leads"}
        self.cards: dict[str, Card] = {}

    def post(self, body: Mapping[str, Any]) -> Response:
        """`POST /im/chat/messages` -> 201 [D-CHATBOT]."""
        problem = self._problem(body, ("robot_jid", "to_jid", "account_id", "user_jid", "content"))
        if problem is not None:
            return problem
        to_jid = str(body["to_jid"])
        if to_jid not in self.channels and to_jid not in {one.jid for one in self._people.values()}:
            return error(403, 7004, "No permission to send to this to_jid.")
        if not self._within_flow(to_jid):
            return error(429, 429, TOO_MANY)
        card = Card(secrets.token_hex(12).upper(), to_jid, dict(body["content"]))
        self.cards[card.message_id] = card
        return JSONResponse(self._receipt(card), status_code=201)

    def change(self, message_id: str, body: Mapping[str, Any]) -> Response:
        """`PUT /im/chat/messages/{message_id}` -> 200 [D-CHATBOT]."""
        problem = self._problem(body, ("robot_jid", "account_id", "user_jid", "content"))
        if problem is not None:
            return problem
        card = self.cards.get(message_id)
        if card is None:
            return error(404, 8001, "The message does not exist.")
        card.content, card.versions = dict(body["content"]), card.versions + 1
        return JSONResponse(self._receipt(card))

    def delete(self, message_id: str) -> Response:
        """`DELETE /im/chat/messages/{message_id}` -> 200."""
        card = self.cards.pop(message_id, None)
        return (
            error(404, 8001, "The message does not exist.")
            if card is None
            else JSONResponse(self._receipt(card))
        )

    def click(self, message_id: str, value: str, user_id: str) -> None:
        """Somebody presses a button: `interactive_message_actions` goes to the bot endpoint [D-CHATBOT-EV].

        Raises:
            KeyError: No such card, no such button on it now, or no such user.
        """
        card = self.cards[message_id]
        item = next((one for one in card.buttons() if one.get("value") == value), None)
        if item is None:
            raise KeyError(value)
        person = self._people[user_id]
        payload = {
            "accountId": self._credentials.account_id,
            "actionItem": {"text": item.get("text", ""), "value": value},
            "channelName": self.channels.get(card.to_jid, ""),
            "messageId": message_id,
            "original": card.content,
            "robotJid": self._credentials.robot_jid,
            "timestamp": now_ms(),
            "toJid": card.to_jid,
            "userId": user_id,
            "userJid": person.jid,
            "userName": person.name,
        }
        callback = {"callback_url": "https://sim.invalid/callback", "callback_token": secrets.token_hex(8)}
        self._bot.post("interactive_message_actions", payload, **callback)

    def _problem(self, body: Mapping[str, Any], needed: tuple[str, ...]) -> Response | None:
        missing = [name for name in needed if not body.get(name)]
        if missing:
            return error(400, 7001, f"Invalid request body: {', '.join(missing)} missing.")
        if body["robot_jid"] != self._credentials.robot_jid:
            return error(404, 7002, "The robot_jid does not exist.")
        if body["account_id"] != self._credentials.account_id:
            return error(403, 7003, "This account has no such chatbot.")
        fault = _content_fault(body["content"])
        return error(400, 7001, f"Invalid request body: {fault}.") if fault else None

    def _within_flow(self, to_jid: str) -> bool:
        pace, now = self._paces.setdefault(to_jid, _Pace()), time.monotonic()
        if now < pace.blocked_until:
            return False
        for count, seconds, blocked in FLOW:
            recent = [at for at in pace.times if now - at < self._timing.scaled(seconds)]
            if len(recent) >= count:
                pace.blocked_until = now + self._timing.scaled(blocked)
                return False
        pace.times.append(now)
        return True

    def _receipt(self, card: Card) -> dict[str, Any]:
        sent = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        robot = self._credentials.robot_jid
        return {"message_id": card.message_id, "robot_jid": robot, "sent_time": sent, "to_jid": card.to_jid}


def _content_fault(content: object) -> str:
    """What is wrong with a card, or nothing."""
    if not isinstance(content, dict) or not ("head" in content or "body" in content):
        return "content needs a head or a body"
    for block in content.get("body", []):
        if not isinstance(block, dict) or block.get("type") not in BLOCKS:
            return "a block of an unknown type"
        inner = block.get("sections")
        if inner is not None and _content_fault({"body": inner}):
            return "a section with a block of an unknown type"
    return ""


def error(status: int, code: int, message: str) -> Response:
    """A REST error in Zoom's form."""
    return JSONResponse({"code": code, "message": message}, status_code=status)


async def json_body(request: Request) -> dict[str, Any]:
    """The request's JSON object; an empty one when there is none."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
