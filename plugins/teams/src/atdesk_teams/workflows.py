"""A Teams Workflows webhook: one-way cards, for tenants that refuse a bot. Its address is the credential.

What was posted cannot be changed, and no id comes back: at a flag's end a second card says that it is over,
once. The buttons of such a card reach nobody, so the link is all there is; and a finding is never named.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from atdesk_sdk.config import resolve_secret
from atdesk_sdk.errors import AdapterError, ConfigError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.flags import FlagView, MessageRef
from atdesk_teams.bot_verdicts import refusal_code
from atdesk_teams.cards import CONFIRMABLE, Card, flag_card
from atdesk_teams.config import TeamsConfig
from atdesk_teams.connection import TeamsAdapter
from atdesk_teams.connector import CARD_TYPE
from atdesk_teams.conversations import Conversations
from atdesk_teams.errors import retry_seconds
from atdesk_teams.flow import Flow
from atdesk_teams.parts import Ground
from atdesk_teams.words import words_in

#: What Microsoft takes is about 28 kB; some have measured less. Ours are a tenth of it.
MOST_BYTES: Final = 20_000
_FLOW_WAIT_S: Final = 2.5
_CHANNEL: Final = "workflows"
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class _Discreet(logging.Filter):
    """Keeps the address, which is a secret, out of httpx2's request lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "sig=" not in record.getMessage()


class Workflows:
    """A `Part`: one webhook.

    Args:
        config: The table.
        counts: For the metrics.
    """

    def __init__(self, config: TeamsConfig, counts: Counter[str]) -> None:
        self._config, self._counts = config, counts
        self._ground: Ground | None = None
        self._flow, self._discreet = Flow(), _Discreet()

    async def start(self, ground: Ground) -> None:
        """See `Part`.

        Raises:
            ConfigError: The address is none that may be posted to.
        """
        self._url = webhook_address(resolve_secret(self._config.workflows_url or ""))
        path = self._config.state_dir / f"{self._config.name}-conversations.db"
        self._kept = Conversations(path, self._config.connector, ground.condition)
        await self._kept.open(ground.host.now())
        logging.getLogger("httpx2").addFilter(self._discreet)
        self._ground = ground

    async def aclose(self) -> None:
        """See `Part`."""
        if self._ground is None:
            return
        self._ground = None
        logging.getLogger("httpx2").removeFilter(self._discreet)
        await self._kept.aclose()

    async def send(self, card: Card) -> None:
        """Post a card.

        Raises:
            OutcomeUnknown: The answer was lost.
            AdapterError: With its verdict.
        """
        ground = self._running()
        body = json.dumps(_envelope(card), ensure_ascii=False).encode()
        if len(body) > MOST_BYTES:
            raise GiveUp(f"post to Workflows: a card of {len(body)} bytes is too large")
        now = ground.clock()
        wait_s = self._flow.wait_s(_CHANNEL, now)
        if wait_s > 0:
            raise TryLater("Workflows has had as many cards as Teams allows for now", wait_s)
        self._flow.sent(_CHANNEL, now)
        with _verdicts():
            answer = await ground.http.post(
                self._url, content=body, headers={"content-type": "application/json"}
            )
        if not answer.is_success:
            raise _refusal(answer)

    async def over_once(self, number: str, card: Card) -> None:
        """Post the card that says that a flag is over, unless it was.

        Raises:
            AdapterError: With its verdict.
        """
        if self._running() and self._kept.was_told(number):
            self._counts["told_already"] += 1
            return
        await self.send(card)
        await self._kept.keep_told(number, self._running().host.now())

    def _running(self) -> Ground:
        if self._ground is None:
            raise TryLater("the Teams adapter is not running")
        return self._ground


class WithWorkflows(TeamsAdapter):
    """Adds a `FlagSink` of one way.

    Args:
        config: The table.

    Attributes:
        counts: For the metrics.
    """

    def __init__(self, config: TeamsConfig, **more: Any) -> None:
        super().__init__(config, **more)
        self.counts: Counter[str] = Counter()
        self._say = words_in(config.card_language)
        self._workflows = Workflows(config, self.counts)
        self.parts.append(self._workflows)
        # A second card takes the place of a change: at the end the engine says that it is over, and no more.
        self.capabilities = replace(self.capabilities, flag_edit=True)

    async def post(self, flag: FlagView) -> MessageRef:
        """See `atdesk_sdk.FlagSink`. No id comes back: the flag's number stands for the message."""
        await self._workflows.send(flag_card(flag, self._say, buttons=False))
        return MessageRef(self.name, _CHANNEL, flag.number)

    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        """See `atdesk_sdk.FlagSink`: a follow-up once it is over, and nothing before."""
        if flag.status not in CONFIRMABLE:
            await self._workflows.over_once(flag.number, flag_card(flag, self._say, buttons=False))


def webhook_address(address: str) -> str:
    """An address that may be posted to.

    Raises:
        ConfigError: It has no TLS, or no signature; the address itself is not repeated.
    """
    try:
        parts = urlsplit(address.strip())
        safe = parts.scheme == "https" or parts.hostname in _LOOPBACK
    except ValueError:
        safe = False
    if not safe or "sig=" not in parts.query:
        raise ConfigError(
            "workflows_url leads to what is no address of a Workflows webhook: it begins with https:// and "
            "holds sig=; copy it from the trigger 'When a Teams webhook request is received'"
        )
    return address.strip()


def _envelope(card: Card) -> dict[str, Any]:
    attachment = {"contentType": CARD_TYPE, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _refusal(answer: httpx2.Response) -> AdapterError:
    status, code = answer.status_code, refusal_code(answer.content)
    said = f"post to Workflows: it answered {status} {code}".rstrip()
    if status in (408, 412, 425, 429, 502, 503, 504):
        return TryLater(said, retry_seconds(answer.headers.get("retry-after")))
    if status >= 500:
        return OutcomeUnknown(said)
    if status in (401, 403):
        return CredentialsBad(f"{said}: the address is refused; copy it anew to where workflows_url points")
    if status == 404:
        return GiveUp(f"{said}: the workflow is gone, perhaps with its owner; make it anew, with a co-owner")
    return GiveUp(said)


@contextmanager
def _verdicts() -> Iterator[None]:
    try:
        yield
    except _NEVER_SENT as error:
        raise TryLater(f"post to Workflows: out of reach ({type(error).__name__})") from None
    except httpx2.HTTPError as error:
        raise OutcomeUnknown(f"post to Workflows: no whole answer came ({type(error).__name__})") from None
