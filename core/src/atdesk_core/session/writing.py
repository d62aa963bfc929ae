"""State writes and the claim on the Away that is ours.

A write is read, checked, written and verified by the adapter; here it is decided, and here its
outcome becomes a claim. Nothing but Away, and Available to undo an Away of ours, is ever asked for.
"""

from dataclasses import replace

from atdesk_core.session.commands import NotifyAgent, RecordKind, SetState
from atdesk_core.session.inputs import WriteSettled
from atdesk_core.session.state import Claim, PendingWrite, Session
from atdesk_core.session.turn import Turn
from atdesk_core.session.words import learn
from atdesk_sdk import AccountRef, FindingKind, NoticeKind, Presence, StateReceipt

# A write that could not be sent within this time is stale: what it was decided on is too old.
WRITE_LIFE_S = 60.0
# After a restore that failed for good, the next attempt.
RETRY_S = 60.0


def may_write_away(turn: Turn) -> bool:
    """Whether Away may be written over what the authority shows now: nothing that is said forbids it."""
    session, policy = turn.session, turn.facts.policy
    state = session.state_of(turn.facts.authority)
    return (
        policy is not None
        and policy.absence.write_away
        and state is not None
        and turn.facts.can_write
        and not turn.facts.authority_silent
        and state.presence in policy.write_over
        and not any(one.out_of_office for one in session.words)
        and not state.change_pending
        and not session.in_call
        and session.write is None
        and session.claim is None
    )


def ask_for(turn: Turn, to: Presence, account: AccountRef, expected: str) -> None:
    """Ask for a state write, and remember that it is in flight."""
    change_id = turn.number("change")
    turn.do(SetState(change_id, account, to, expected, turn.now + WRITE_LIFE_S))
    turn.record(RecordKind.STATE_WRITE, change_id=change_id, to=to.value, what="asked")
    turn.change(write=PendingWrite(change_id, to, turn.now))


def write_wanted(session: Session, change_id: str) -> bool:
    """Whether a write is still wanted: asked right before it goes out, after any wait.

    An Away is wanted while the absence stands that it was decided on, an Available while the claim
    stands that it undoes.
    """
    write = session.write
    if write is None or write.change_id != change_id:
        return False
    if write.to is Presence.AVAILABLE:
        return session.claim is not None
    return session.live_episode(FindingKind.ABSENT) is not None


def settled(turn: Turn, event: WriteSettled) -> None:
    """A write came to its end, one way or the other."""
    write = turn.session.write
    if write is None or write.change_id != event.change_id:
        return
    turn.change(write=None)
    receipt = event.receipt
    what = "failed" if receipt is None else "written" if receipt.written else "withdrawn"
    reason = receipt.reason if receipt else "not_sent"
    turn.record(RecordKind.STATE_WRITE, change_id=write.change_id, what=what, reason=reason or None)
    if receipt is not None and receipt.written and write.to is Presence.AWAY:
        _claim(turn, receipt)
    elif write.to is Presence.AVAILABLE:
        _restored(turn, receipt)


def _claim(turn: Turn, receipt: StateReceipt) -> None:
    """Ours from now on, unless somebody changed the state while the answer was on its way."""
    assert turn.facts.policy is not None  # noqa: S101  (a write was decided under one)
    known = turn.session.state_of(receipt.state.account)
    if known is not None and known.since > receipt.state.since and known.revision != receipt.state.revision:
        turn.record(RecordKind.CLAIM, what="dropped", why="changed_meanwhile")
        return
    if turn.session.break_since is not None:  # said while it was on its way: the Away is the agent's own
        learn(turn, receipt.state)
        turn.record(RecordKind.CLAIM, what="dropped", why="break")
        return
    learn(turn, receipt.state)
    expires_at = turn.now + turn.facts.policy.claim_s
    turn.change(claim=Claim(receipt.state.account, receipt.state.revision, turn.now, expires_at))
    turn.record(RecordKind.CLAIM, what="made", expires_at=expires_at)
    if turn.session.live_episode(FindingKind.ABSENT) is None:
        # The agent came back, paused or is doubted while it was on its way.
        undo_since(turn, turn.now, "not_wanted_any_more")
    else:
        _tell(turn, NoticeKind.MADE_AWAY)


def _restored(turn: Turn, receipt: StateReceipt | None) -> None:
    """An Away of ours was undone, or was not ours any more, or has to wait (a call that rings)."""
    claim = turn.session.claim
    if claim is not None and (receipt is None or _still_stands(receipt, claim)):
        turn.change(claim=replace(claim, retry_at=turn.now + RETRY_S))
        return
    turn.change(claim=None)
    if receipt is not None:
        what = "restored" if receipt.written else "dropped"
        turn.record(RecordKind.CLAIM, what=what, why=receipt.reason or None)
        learn(turn, receipt.state)
        if receipt.written:
            _tell(turn, NoticeKind.RESTORED)


def _still_stands(receipt: StateReceipt, claim: Claim) -> bool:
    return not receipt.written and receipt.state.revision == claim.revision


def _tell(turn: Turn, kind: NoticeKind) -> None:
    turn.do(NotifyAgent(turn.number("notice"), kind, turn.now, None))


def keep_claim(turn: Turn) -> None:
    """Drop a claim whose time is over or that somebody else ended; restore when the agent is back."""
    claim = turn.session.claim
    if claim is None:
        return
    state = turn.session.state_of(claim.account)
    if turn.now >= claim.expires_at:
        drop_claim(turn, "expired")
    elif turn.facts.stopped and turn.now >= claim.retry_at:
        undo_since(turn, claim.written_at, "stopped")
    elif turn.session.write is None and state is not None and state.revision != claim.revision:
        drop_claim(turn, "changed_by_another")
    elif claim.account != turn.facts.authority and turn.now >= claim.retry_at:
        undo_since(turn, claim.written_at, "authority_changed")
    elif _is_back(turn, claim):
        ask_for(turn, Presence.AVAILABLE, claim.account, claim.revision)


def _is_back(turn: Turn, claim: Claim) -> bool:
    verdict = turn.verdict
    return (
        verdict.finding is FindingKind.PRESENT
        and not verdict.undecided
        and verdict.decided_at > claim.written_at
        and turn.session.write is None
        and turn.now >= claim.retry_at
        and not turn.facts.authority_silent
        and not turn.session.in_call
        and not turn.session.is_paused
        and not turn.facts.stopped
    )


def drop_claim(turn: Turn, why: str) -> None:
    """The Away is not ours any more, and is left as it is."""
    turn.change(claim=None)
    turn.record(RecordKind.CLAIM, what="dropped", why=why)


def undo_since(turn: Turn, since: float, why: str) -> None:
    """Take back an Away of ours that was written after a moment: what it stood on is doubted."""
    claim = turn.session.claim
    if claim is not None and claim.written_at >= since and turn.session.write is None:
        turn.record(RecordKind.CLAIM, what="undone", why=why)
        ask_for(turn, Presence.AVAILABLE, claim.account, claim.revision)


def video_ended(turn: Turn) -> None:
    """Nothing is restored on a guess; the agent is told, and the claim goes after its time."""
    if turn.session.claim is not None:
        _tell(turn, NoticeKind.VIDEO_ENDED_WHILE_AWAY)
