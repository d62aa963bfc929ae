"""Who may speak to the webhooks: Zoom alone, and not from long ago. Everybody else is refused and counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from atdesk_sdk import RawRequest
from atdesk_sdk.condition import Condition
from atdesk_sdk.strangers import Strangers
from atdesk_zoom import webhook

NOT_GENUINE: Final = "webhook_not_genuine"
_UNSIGNED: Final = (
    "somebody sends webhooks that Zoom has not signed for this app: they are refused; if Zoom's own do not "
    "arrive either, compare webhook_secret with the Secret Token in Zoom's app"
)


class Door:
    """The door of one adapter, between its start and its end.

    Args:
        adapter: The adapter's name.
        condition: Shows what strangers send while it lasts.
        counts: For the metrics.
        trouble: Told of a clock that is off.
    """

    def __init__(
        self, adapter: str, condition: Condition, counts: Counter[str], trouble: Callable[[str], None]
    ) -> None:
        self._counts, self._trouble = counts, trouble
        loop = asyncio.get_running_loop()
        self._strangers = Strangers(adapter, condition, loop.time, loop.call_later)

    def admits(self, request: RawRequest, secret: str) -> bool:
        """Whether Zoom signed this with `secret`, lately."""
        age_s = webhook.age_s(request, secret)
        if age_s is not None and abs(age_s) <= webhook.STALE_S:
            return True
        self._counts[NOT_GENUINE] += 1
        if age_s is None:
            self._strangers.came(NOT_GENUINE, _UNSIGNED)
        else:
            self._trouble(webhook.clock_message(age_s))
        return False

    def aclose(self) -> None:
        """Say nothing more. Closing twice is fine."""
        self._strangers.aclose()
