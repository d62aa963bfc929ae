"""What the writers of states share: which changes went out, and what became of one whose answer was lost."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from atdesk_sdk.adapter import StateChange, StateReceipt
from atdesk_sdk.errors import AdapterError, OutcomeUnknown, TryLater
from atdesk_sdk.events import AgentState
from atdesk_sdk.memory import remember

log = logging.getLogger(__name__)

Picture = TypeVar("Picture")

#: So many changes are remembered; the oldest falls out.
_MOST: Final = 10_000


class Sent:
    """The changes that went out, so that a repeat is no second write. Of this process alone."""

    def __init__(self) -> None:
        self._revisions: OrderedDict[str, str] = OrderedDict()

    def went(self, change: StateChange) -> None:
        """It went out; whether it took effect is not known yet."""
        remember(self._revisions, change.change_id, "", _MOST)

    def took_effect(self, change: StateChange, revision: str) -> None:
        """It was made, and is what stands now by this name."""
        remember(self._revisions, change.change_id, revision, _MOST)

    def may_have(self, change: StateChange) -> bool:
        """Whether it went out, here or before a restart: what is as wished may then be its doing."""
        return change.sent_before or change.change_id in self._revisions

    def answer(self, change: StateChange, state: AgentState) -> StateReceipt | None:
        """Answer a repeat of what took effect. None: it did not, or nobody knows.

        Args:
            change: The wish.
            state: What stands now.
        """
        made = self._revisions.get(change.change_id)
        if not made:
            return None
        why = "" if state.revision == made else "it was made, and someone else changed the state since"
        return StateReceipt(not why, state, why)


async def read_until(
    look: Callable[[], Awaitable[Picture]], shows: Callable[[Picture], bool], pauses_s: Sequence[float]
) -> Picture | None:
    """Read somebody a few times, until they show what they are to show.

    Args:
        look: Reads them.
        shows: Whether that is it.
        pauses_s: Before each read, seconds.

    Returns:
        What was read last; None: they could not be read at all.
    """
    last: Picture | None = None
    for pause_s in pauses_s:
        await asyncio.sleep(pause_s)
        try:
            last = await look()
        except AdapterError as problem:
            log.info("what became of a write could not be read yet: %s", problem)
            continue
        if shows(last):
            break
    return last


async def settle(
    look: Callable[[], Awaitable[Picture]],
    shows: Callable[[Picture], bool],
    pauses_s: Sequence[float],
    lost: OutcomeUnknown,
    retry_after_s: float | None = None,
) -> Picture:
    """Find out what became of a write whose answer was lost: see `read_until`.

    Args:
        look: Reads whom it was about.
        shows: Whether it took effect.
        pauses_s: Before each read, seconds.
        lost: How the answer was lost.
        retry_after_s: Not before this it is to be tried again, where it was not carried out.

    Raises:
        TryLater: It was not carried out.
        OutcomeUnknown: Nothing can be read either.
    """
    picture = await read_until(look, shows, pauses_s)
    if picture is None:
        raise lost
    if not shows(picture):
        raise TryLater(f"{lost}; a fresh read shows that it was not carried out", retry_after_s)
    return picture
