"""What the words of an agent's accounts count for, where there are several platforms.

The authority's word alone allows. The others only forbid: a break, a meal, a call, a meeting, an absence that
the agent announced. docs/platforms-together.md has the table.

A platform that is out of touch allows nothing from that moment on. What it forbade stands, for an hour at the
most or until the agent goes back to work at the authority; then it says nothing any more.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from atdesk_core.session.looks import close_look
from atdesk_core.session.state import Session
from atdesk_core.session.turn import Turn
from atdesk_sdk import AccountRef, AgentState, CouldNotTell

FORBIDS_S: Final = 3600.0
"""So long the last word of another platform that is out of touch still forbids: longer than a meal."""


def learn(turn: Turn, state: AgentState) -> None:
    """Keep the last known state of an account, and when it was heard."""
    session, account = turn.session, state.account
    others = tuple(one for one in session.states if one.account != account)
    heard = tuple(one for one in session.hearing.heard if one[0] != account)
    hearing = replace(session.hearing, heard=(*heard, (account, turn.now)))
    turn.change(states=(*others, state), hearing=hearing)


def back_at_work(turn: Turn) -> None:
    """At the authority the agent has just gone back to work: what others said before is overtaken."""
    turn.change(hearing=replace(turn.session.hearing, worked_at=turn.now))


def keep_words(turn: Turn) -> None:
    """Know whose words say nothing any more, and stop what rested on an authority that is out of touch."""
    before, silent = turn.session.hearing, turn.facts.authority_silent
    if silent and not before.in_the_dark:
        close_look(turn, "authority_down")
        turn.lose_sight(CouldNotTell.ADAPTER_DOWN)
    lapsed = tuple(sorted(_lapsed(turn))) if turn.facts.silent_since else ()
    carrying = tuple(sorted(_carrying(turn))) if turn.facts.vague_accounts else ()
    if (silent, lapsed, carrying) != (before.in_the_dark, before.lapsed, before.carrying):
        hearing = replace(before, in_the_dark=silent, lapsed=lapsed, carrying=carrying)
        turn.change(hearing=hearing)


def times(turn: Turn) -> list[float]:
    """When the words of those who are out of touch lapse by the mere passing of time."""
    return [_last(turn.session, account, since) + FORBIDS_S for account, since in turn.facts.silent_since]


def _lapsed(turn: Turn) -> Iterator[AccountRef]:
    session, authority = turn.session, turn.facts.authority
    for account, since in turn.facts.silent_since:
        last = _last(session, account, since)
        if account != authority and (turn.now >= last + FORBIDS_S or session.hearing.worked_at > last):
            yield account


def _carrying(turn: Turn) -> set[AccountRef]:
    """The meeting that carries our frames is no call, also where its platform can only say "in a call"."""
    inside = (video.account for video in turn.session.videos if video.meeting is not None)
    return {account for account in inside if account in turn.facts.vague_accounts}


def _last(session: Session, account: AccountRef, since: float) -> float:
    """When an account was last known to be as it said: one may be heard though its platform is in trouble."""
    return max([since, *(at for one, at in session.hearing.heard if one == account)])
