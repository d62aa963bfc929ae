"""Findings in the decision log: numbers and the class of a thing, once for each change."""

from atdesk_core.judging import Check, Verdict
from atdesk_core.session.commands import Record, RecordKind
from atdesk_core.session.turn import Turn


def log_verdict(turn: Turn, before: Verdict) -> None:
    """What the judging amounts to, when that has changed in this step."""
    after = turn.verdict
    same = (after.finding, after.reason, after.since) == (before.finding, before.reason, before.since)
    if after.undecided or (same and not _came_to_nothing(turn, before)):
        return
    kind = RecordKind.FINDING if after.finding else RecordKind.COULD_NOT_TELL
    turn.record(
        kind,
        what=str(after.finding or after.reason),
        since=after.since,
        decided_at=after.decided_at,
        confidence=after.confidence,
        look_id=turn.session.look.look_id if turn.session.look else None,
    )


def _came_to_nothing(turn: Turn, before: Verdict) -> bool:
    """What was looked at stayed undecided, and now it is lost: that was not said before.

    Whatever stood before the gap was said, so without a row it would seem to stand still.
    """
    if not before.undecided or turn.verdict.reason is None:
        return False
    ended = any(isinstance(one, Record) and one.kind is RecordKind.LOOK_ENDED for one in turn.commands)
    return ended or turn.session.seen_at is not None


def log_checks(turn: Turn, before: tuple[Check, ...]) -> None:
    """What is beside, when it is found and when it is over: numbers and the class of the thing."""
    known = {one.kind: one.found for one in before}
    for one in turn.session.judge.checks:
        old, found = known.get(one.kind), one.found
        if found is not None and (old is None or old.since != found.since):
            turn.record(
                RecordKind.FINDING,
                what=one.kind.value,
                since=found.since,
                decided_at=found.decided_at,
                confidence=found.confidence,
                thing=found.what.replace(" ", "_") or f"{found.count}_more_than_the_agent",
                seen=found.seen,
                weighed=found.weighed,
                look_id=turn.session.look.look_id if turn.session.look else None,
            )
        elif old is not None and found is None:
            turn.record(RecordKind.FINDING_OVER, what=one.kind.value, since=one.ended_at)
