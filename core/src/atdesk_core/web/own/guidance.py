"""The pictures that an agent shows on the way to a template, as looks in the log: one for each sitting.

The page asks about a picture a second while the agent's camera is open. A pair of rows for each of them would
bury the agent's own log, so a sitting is one look: its row is written before its first picture is
opened, and its end says how many there were.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from atdesk_core.ledger import LedgerKind
from atdesk_core.ledger.schema import ENROLMENT_LOOK

QUIET_S: Final = 10.0
"""A sitting is over when no picture has come for so long: the page asks every second."""
LONGEST_S: Final = 600.0
"""A longer sitting goes on as another look: far below the hour after which a look counts as ended."""

OVER: Final = "complete"
STOPPED: Final = "stopped"


class Log(Protocol):
    """Writes a row about the agent of a sitting."""

    def __call__(self, kind: LedgerKind, **data: str | float) -> None:
        """Keep a row of this kind."""
        ...


class Timer(Protocol):
    """Something that is to be done later."""

    def cancel(self) -> None:
        """It is not to be done any more. Twice is fine."""
        ...


Later = Callable[[float, Callable[[], None]], Timer]
"""Calls something after so many seconds, unless it is cancelled."""


def _on_the_loop(delay_s: float, act: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(delay_s, act)


@dataclass(slots=True)
class _Sitting:
    look_id: str
    log: Log
    began_at: float
    last_at: float
    timer: Timer
    pictures: int = 0


class Guidance:
    """The sittings that are under way, one for each agent at the most.

    Args:
        now: Engine's clock.
        later: See there; the running loop's own if left out.
    """

    def __init__(self, now: Callable[[], float], later: Later = _on_the_loop) -> None:
        self._now = now
        self._later = later
        self._sittings: dict[str, _Sitting] = {}

    def opens(self, agent_id: str, pictures: int, policy: str, log: Log) -> None:
        """Pictures are about to be opened: to be said before the first of them is.

        Args:
            agent_id: Whose they are.
            pictures: How many.
            policy: Version of the policy that allows it.
            log: Where the rows of a sitting that begins by this go, its end too.
        """
        now = self._now()
        sitting = self._sittings.get(agent_id)
        if sitting is not None and not 0 <= now - sitting.began_at < LONGEST_S:
            self.ends(agent_id)
            sitting = None
        if sitting is None:
            sitting = self._begin(agent_id, policy, log)
        sitting.timer.cancel()
        sitting.timer = self._wait(agent_id)
        sitting.last_at, sitting.pictures = now, sitting.pictures + pictures

    def ends(self, agent_id: str, why: str = OVER) -> None:
        """The sitting is over, if there is one."""
        sitting = self._sittings.pop(agent_id, None)
        if sitting is None:
            return
        sitting.timer.cancel()
        seconds = round(max(0.0, sitting.last_at - sitting.began_at), 3)
        sitting.log(
            LedgerKind.LOOK_ENDED, look_id=sitting.look_id, frames=sitting.pictures, why=why, seconds=seconds
        )

    def close(self) -> None:
        """Every sitting is over: the service ends."""
        for agent_id in tuple(self._sittings):
            self.ends(agent_id, STOPPED)

    def _begin(self, agent_id: str, policy: str, log: Log) -> _Sitting:
        look_id, now = f"enrol-{secrets.token_hex(6)}", self._now()
        log(LedgerKind.LOOK_OPENED, look_id=look_id, reason=ENROLMENT_LOOK, source="page", policy=policy)
        sitting = _Sitting(look_id, log, now, now, self._wait(agent_id))
        self._sittings[agent_id] = sitting
        return sitting

    def _wait(self, agent_id: str) -> Timer:
        return self._later(QUIET_S, lambda: self.ends(agent_id))
