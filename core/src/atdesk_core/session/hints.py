"""What only the agent is told, because it helps: once a shift, and never again where it was silenced."""

from dataclasses import replace

from atdesk_core.session.commands import NotifyAgent
from atdesk_core.session.shadow import site_in_shadow
from atdesk_core.session.turn import Turn
from atdesk_sdk import CouldNotTell, NoticeKind

# A light that is switched off for a moment is no reason to write to anybody.
DARK_FOR_S = 10.0
# Only what is seen now counts.
FRESH_S = 1.0


def keep_hints(turn: Turn) -> None:
    """More light would help: when it has been too dark for a while, and the agent wants to know."""
    if not _is_dark(turn) or turn.session.spent.light_told or _must_not(turn):
        return
    turn.change(spent=replace(turn.session.spent, light_told=True))
    turn.do(NotifyAgent(turn.number("notice"), NoticeKind.MORE_LIGHT, turn.verdict.since, None))


def _is_dark(turn: Turn) -> bool:
    seen = turn.verdict
    dark = seen.reason is CouldNotTell.TOO_DARK and not seen.undecided
    seen_at = turn.session.seen_at
    now = seen_at is not None and turn.now - seen_at <= FRESH_S
    return dark and now and turn.now - seen.since >= DARK_FOR_S


def _must_not(turn: Turn) -> bool:
    unwanted = NoticeKind.MORE_LIGHT in turn.facts.silenced
    return unwanted or turn.facts.stopped or turn.session.is_paused or site_in_shadow(turn)
