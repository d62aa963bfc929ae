"""Sends activities to the bot's messaging endpoint, signed as the Bot Framework does, again when needed.

A forged one can be sent too, so that a bot can show that it refuses it.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import httpx2

from atdesk_teams.simulator.authority import Authority
from atdesk_teams.simulator.journal import Journal

#: What a forged activity gets wrong: the signature; whom it is for; who signed; the claim that says where
#: the bot's own token goes (another place, or none); its time; an unsigned token; none at all; noise.
Forgery = Literal[
    "signature",
    "audience",
    "issuer",
    "service_url",
    "no_service_url",
    "expired",
    "not_yet",
    "unsigned",
    "absent",
    "noise",
]
FORGERIES: Final[tuple[Forgery, ...]] = get_args(Forgery)
_HOUR_S: Final = 3600
_STRANGER: Final = "00000000-0000-4000-8000-000000000000"
_SERVER_ERROR: Final = 500


@dataclass(slots=True)
class Patience:
    """How long Teams waits for the bot. Microsoft states none of it for `adaptiveCard/action`.

    Attributes:
        answer_s: Within which the bot must answer.
        retries_s: The pauses before it is sent again, as it was, when no answer came or a 5xx.
    """

    answer_s: float = 5.0
    retries_s: tuple[float, ...] = (1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of an activity.

    Attributes:
        status: The bot's; 0 when it never answered.
        body: The JSON it answered with; None when there was none.
        attempts: How often it was sent.
    """

    status: int
    body: Any = None
    attempts: int = 0


class Delivery:
    """The way to the bot. Set `url`; without one, activities are only written down.

    Args:
        authority: Signs as the Bot Framework does.
        journal: Where everything sent is written down.
    """

    def __init__(self, authority: Authority, journal: Journal) -> None:
        self._authority, self._journal = authority, journal
        self._client: httpx2.AsyncClient | None = None
        self.patience = Patience()
        self.url: str | None = None

    async def send(self, activity: Mapping[str, Any], forged: Forgery | None = None) -> Delivered:
        """Send an activity until the bot has answered it, or patience is at its end."""
        if self.url is None:
            self._journal.add("out", "bot", name_of(activity), activity, "not sent")
            return Delivered(0)
        response: httpx2.Response | None = None
        for attempt, pause in enumerate((0.0, *self.patience.retries_s), start=1):
            await asyncio.sleep(pause)
            response = await self._attempt(activity, forged)
            if response is not None and response.status_code < _SERVER_ERROR:
                return Delivered(response.status_code, _json(response), attempt)
        status = 0 if response is None else response.status_code
        return Delivered(status, None, 1 + len(self.patience.retries_s))

    async def aclose(self) -> None:
        """Let go of the connections. Closing twice is fine."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _attempt(self, activity: Mapping[str, Any], forged: Forgery | None) -> httpx2.Response | None:
        self._client = self._client or httpx2.AsyncClient(trust_env=False)
        headers = {"User-Agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)"}
        token = token_of(self._authority, str(activity["serviceUrl"]), forged)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            response = await self._client.post(
                self.url or "", json=dict(activity), headers=headers, timeout=self.patience.answer_s
            )
        except httpx2.HTTPError as problem:
            self._journal.add("out", "bot", name_of(activity), activity, type(problem).__name__)
            return None
        self._journal.add("out", "bot", name_of(activity), activity, str(response.status_code))
        return response


def token_of(authority: Authority, service_url: str, forged: Forgery | None) -> str | None:
    """The token that goes with an activity; None when there is none.

    Args:
        authority: Signs as the Bot Framework does.
        service_url: Of the activity.
        forged: What is to be wrong about it.
    """
    if forged is None:
        return authority.bot_token(service_url)
    now = int(authority.wall())
    wrong: dict[str, dict[str, Any]] = {
        "audience": {"aud": _STRANGER},
        "issuer": {"iss": "https://issuer.example.invalid"},
        "service_url": {"serviceurl": "https://elsewhere.example.invalid/teams"},
        "no_service_url": {"serviceurl": None},
        "expired": {"iat": now - 2 * _HOUR_S, "nbf": now - 2 * _HOUR_S, "exp": now - _HOUR_S},
        "not_yet": {"nbf": now + _HOUR_S, "exp": now + 2 * _HOUR_S},
    }
    token = authority.bot_token(service_url, **wrong.get(forged, {}))
    return _spoilt(token, forged, authority.bot_token(service_url, aud=_STRANGER))


def _spoilt(token: str, forged: Forgery, another: str) -> str | None:
    """The token, with what no claim can make wrong about it; `another` was said to somebody else."""
    head, content, signature = token.split(".")
    spoilt = {
        "signature": f"{head}.{another.split('.')[1]}.{signature}",
        "unsigned": f"{_part(_parsed(head) | {'alg': 'none'})}.{content}.",
        "noise": "not.a.token",
        "absent": None,
    }
    return spoilt.get(forged, token)


def _parsed(part: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def _part(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _json(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def name_of(activity: Mapping[str, Any]) -> str:
    """An activity in the journal: its type, and what kind of it."""
    return f"{activity['type']} {activity.get('name') or activity.get('action') or ''}".rstrip()
