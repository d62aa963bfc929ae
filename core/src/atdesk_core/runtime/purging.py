"""Stills end at their time: destroyed within seconds of it, also after the service was down."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from atdesk_core.evidence import EvidenceStore
from atdesk_core.policy import SitePolicy
from atdesk_core.store import StoreError

log = logging.getLogger(__name__)

PURGE_S: Final = 20.0
"""Other processes hold, erase and expire stills too: what is due is looked for at least this often."""
_DAY_S: Final = 86_400.0


class Purging:
    """Destroys stills that have had their time, at that time.

    Args:
        evidence: Where they are kept.
        policy_of: Policy of an agent, now; None: there is none, and nobody has decided anything.
    """

    def __init__(self, evidence: EvidenceStore, policy_of: Callable[[str], SitePolicy | None]) -> None:
        self._evidence = evidence
        self._policy_of = policy_of
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From now on."""
        self._task = asyncio.create_task(self._forever(), name="atdesk-purge")

    def look_again(self) -> None:
        """Something about a still has changed: the next one may be due earlier."""
        self._changed.set()

    async def aclose(self) -> None:
        """Stop. Closing twice is fine."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _forever(self) -> None:
        while True:
            self._changed.clear()
            wait_s = PURGE_S
            try:
                await self._evidence.shorten(self._life_s)
                await self._evidence.purge()
                wait_s = min(PURGE_S, await self._evidence.due_in_s())
            except Exception as error:  # whatever it was: it has to be tried again
                log.error("stills that have had their time cannot be destroyed yet: %s", reason(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait_s)

    def _life_s(self, agent_id: str) -> float | None:
        policy = self._policy_of(agent_id)
        return None if policy is None else life_s(policy)


def life_s(policy: SitePolicy) -> float:
    """How long a still may be kept, seconds; 0 where there are none."""
    allowed = policy.camera and policy.stills.enabled
    return policy.stills.life_days * _DAY_S if allowed else 0.0


def reason(error: Exception) -> str:
    """Ours in words; of any other the kind alone, since its text may hold what it was about."""
    return str(error) if isinstance(error, StoreError) else type(error).__name__
