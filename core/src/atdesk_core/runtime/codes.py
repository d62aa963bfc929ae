"""Sends the codes with which agents confirm their photos, each to the agent's own channel and nowhere else.

A code is never kept: the store has its hash, and what goes out is handed to the platform at once. When no
channel takes it, or the service ends in between, it is of no use to anybody, and another one is asked for.
"""

import json
import logging
from collections.abc import Callable, Iterable

from atdesk_core.identity import CodeRequest, codes_to_make, make_code
from atdesk_core.runtime.outbox import Delivery
from atdesk_core.runtime.profile import NoticeChannel, Profile
from atdesk_core.store import OutboxKind, OutboxRow, OutboxStatus, Store

log = logging.getLogger(__name__)


class CodeSender:
    """Makes and sends what was asked for.

    Args:
        store: Where codes are asked for.
        delivery: To the platforms, or what stands in their place.
        profile: Of an agent.
        now: Engine's clock.
    """

    def __init__(
        self, store: Store, delivery: Delivery, profile: Callable[[str], Profile], now: Callable[[], float]
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._profile = profile
        self._now = now

    async def send_waiting(self) -> None:
        """Make and send every code that was asked for; each is made once, whoever else does the same."""
        for request in await codes_to_make(self._store, self._now()):
            code = await make_code(self._store, request)
            if code is not None and not await self._send(request, code):
                log.warning(
                    "the code of agent %s reached no channel: see that the agent has an account that can be "
                    "told, then ask again (atdesk enrol-code %s)",
                    request.agent_id,
                    request.agent_id,
                )

    async def _send(self, request: CodeRequest, code: str) -> bool:
        for channel in _private_first(self._profile(request.agent_id).notice_channels):
            try:
                outcome = await self._delivery.deliver(self._row(request, code, channel), sent_before=False)
            except Exception as error:  # an adapter may fail in any way; its message never holds the text
                log.info("%s did not take a code: %s", channel.adapter, type(error).__name__)
                continue
            if outcome.status is OutboxStatus.SENT:
                return True
        return False

    def _row(self, request: CodeRequest, code: str, channel: NoticeChannel) -> OutboxRow:
        """For the delivery alone: it is not put into the outbox."""
        now, payload = self._now(), json.dumps({"code": code, "expires_at": request.expires_at})
        row_id = f"code-{request.request_id}"
        return OutboxRow(row_id, request.agent_id, OutboxKind.ENROL_CODE, channel.adapter, payload, now, now)


def _private_first(channels: Iterable[NoticeChannel]) -> list[NoticeChannel]:
    """What only shows on the screen at the desk comes last: somebody else may sit there."""
    return sorted(channels, key=lambda channel: channel.on_desk_screen)
