"""Zoom's webhooks: signed, retried, or lost."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

import httpx2

from atdesk_zoom.signature import challenge_answer, same, webhook_signature
from atdesk_zoom.simulator.faults import Faults
from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.timing import Timing, now_ms

_SERVER_ERROR = 500


class WebhookSender:
    """Delivers events to one URL, each in a task of its own.

    Args:
        name: `webhook` for the event subscription, `bot` for the chatbot's endpoint.
        secret: The secret token the requests are signed with.
    """

    def __init__(self, name: str, secret: str, journal: Journal, faults: Faults, timing: Timing) -> None:
        self._name, self._secret = name, secret
        self._journal, self._faults, self._timing = journal, faults, timing
        self._client: httpx2.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url: str | None = None

    def post(self, event: str, payload: Mapping[str, Any], **extra: Any) -> None:
        """Send an event; it is on its way when this returns. Without a URL it is only written down."""
        body = {"event": event, "event_ts": now_ms(), "payload": dict(payload), **extra}
        if event in self._faults.lose_webhooks or self.url is None:
            self._journal.add("out", self._name, event, body, "not sent")
            return
        for _ in range(2 if self._faults.repeat_webhooks else 1):
            task = asyncio.get_running_loop().create_task(self._deliver(event, body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def validate(self) -> bool:
        """Send the challenge [D-WH]; whether the receiver answered it rightly and in time."""
        plain = secrets.token_urlsafe(16)
        body = {"event": "endpoint.url_validation", "event_ts": now_ms(), "payload": {"plainToken": plain}}
        response = await self._attempt("endpoint.url_validation", body)
        if response is None or response.status_code != httpx2.codes.OK:
            return False
        answer = response.json()
        expected = challenge_answer(self._secret, plain)
        return answer.get("plainToken") == plain and same(expected, str(answer.get("encryptedToken")))

    async def aclose(self) -> None:
        """Give up what is on its way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _deliver(self, event: str, body: dict[str, Any]) -> None:
        """Send; again after 5, 20 and 60 minutes while the receiver fails (5xx, no answer) [D-WH]."""
        for wait in (0.0, *self._timing.webhook_retries):
            await asyncio.sleep(self._timing.scaled(wait))
            response = await self._attempt(event, body)
            if response is not None and response.status_code < _SERVER_ERROR:
                return

    async def _attempt(self, event: str, body: dict[str, Any]) -> httpx2.Response | None:
        raw = json.dumps(body, separators=(",", ":")).encode()
        self._client = self._client or httpx2.AsyncClient(trust_env=False)
        try:
            response = await self._client.post(
                self.url or "",
                content=raw,
                headers=self._headers(raw),
                timeout=max(self._timing.scaled(self._timing.webhook_answer), 0.2),
            )
        except httpx2.HTTPError as problem:
            self._journal.add("out", self._name, event, body, type(problem).__name__)
            return None
        self._journal.add("out", self._name, event, body, str(response.status_code))
        return response

    def _headers(self, raw: bytes) -> dict[str, str]:
        stamp = str(int(time.time() - self._faults.stale_webhooks_s))
        secret = "another secret" if self._faults.wrong_webhook_signature else self._secret
        return {
            "x-zm-request-timestamp": stamp,
            "x-zm-signature": webhook_signature(secret, stamp, raw),
            "x-zm-request-id": secrets.token_hex(8),
            "user-agent": "Zoom Marketplace/1.0a",
            "content-type": "application/json; charset=utf-8",
        }
