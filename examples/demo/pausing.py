"""What happened while the agent was paused: read from the decision log, the frames, and the lead's card."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from atdesk_core.identity import load_directory
from atdesk_core.ledger import LedgerKind
from atdesk_core.ledger.own import data_of
from atdesk_core.policy import Because
from atdesk_core.store import LedgerRow, Store
from examples.demo.consoles.console import Card
from examples.demo.setting import AGENT

AT_ONCE_S: Final = 1.0
"""From the click in the console to the engine, by way of two web sockets."""
DUE_S: Final = 5.0
"""In every stretch as long as this there is a look, unless something stands against it."""
PAUSED_FIELD: Final = "Paused since"


@dataclass(frozen=True, slots=True)
class Pause:
    """What happened from the click to the end of the film.

    Attributes:
        looks_before: Looks opened in the `DUE_S` before it.
        looks: Looks opened in the pause.
        frames: Frames measured in the pause.
        on_card: The lead's card says since when the agent is paused.
        in_log: The decision log says that a look was due, and not opened because of the pause.
    """

    looks_before: int
    looks: int
    frames: int
    on_card: bool
    in_log: bool


async def pause_of(
    store: Store, cards: Sequence[Card], frames_at: Sequence[float], began_at: float, paused_s: float
) -> Pause:
    """Read what happened from `paused_s` on.

    Args:
        store: With the decision log.
        cards: Of the leads, as they stand.
        frames_at: When frames were measured, seconds of the story.
        began_at: When the story began, seconds since the epoch.
        paused_s: When the agent clicked, seconds of the story.
    """
    ref = (await load_directory(store)).people[AGENT.agent_id].agent_ref
    start = began_at + paused_s - DUE_S
    rows = await store.ledger(agent_ref=ref, start=start, end=began_at + 1e6, limit=10_000)
    opened = [row.at - began_at for row in rows if row.kind == LedgerKind.LOOK_OPENED]
    after_s = paused_s + AT_ONCE_S
    return Pause(
        looks_before=sum(at_s < paused_s for at_s in opened),
        looks=sum(at_s >= after_s for at_s in opened),
        frames=sum(at_s >= after_s for at_s in frames_at),
        on_card=any(PAUSED_FIELD in dict(card.fields) for card in cards),
        in_log=any(_is_stopped(row) for row in rows if row.at >= began_at + paused_s),
    )


def _is_stopped(row: LedgerRow) -> bool:
    return row.kind == LedgerKind.LOOK_SKIPPED and data_of(row).get("because") == Because.PAUSED
