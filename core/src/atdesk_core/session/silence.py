"""Silent keyboards and mice: what the platforms tell of them, and what the agent's own page does."""

from atdesk_core.session.commands import RecordKind
from atdesk_core.session.state import Silence
from atdesk_core.session.turn import Turn
from atdesk_sdk import AgentStateChanged, InputActivity, Presence


def learn_silence(turn: Turn, event: AgentStateChanged, old: Presence) -> None:
    """A platform's idle state is a report of a silent keyboard: the authority's, or one that promises it."""
    account, idle = event.state.account, event.state.presence is Presence.IDLE
    if account != turn.facts.authority and account not in turn.facts.idle_accounts:
        return
    if idle and old is Presence.IDLE:
        return
    others = tuple(one for one in turn.session.silences if one.account != account)
    if idle:
        turn.change(silences=(*others, Silence(account, event.received_at)))
    elif old in (Presence.IDLE, Presence.AWAY) and event.state.presence is not Presence.AWAY:
        # An Away over an Idle, ours above all, leaves the silence as it was; whoever comes out of it acted.
        turn.change(silences=others)


def input_activity(turn: Turn, event: InputActivity) -> None:
    """Input on any account is input: only a silence everywhere is one."""
    others = tuple(one for one in turn.session.silences if one.account != event.account)
    silence = Silence(event.account, event.received_at - event.idle_for_s)
    turn.change(silences=(*others, silence) if event.idle else ())
    if not event.idle:
        turn.change(break_since=None)  # whoever types is back
    turn.record(RecordKind.INPUT, idle=event.idle)
