"""From a finding to what is done about it: the agent is told first, then anything else.

The delay runs from the first notice that was sent successfully. Coming back or pausing inside it
cancels both write and flag. Right before anything is done the agent is looked at again, and what is
done stands on that evidence alone.
"""

from dataclasses import replace

from atdesk_core.judging import Verdict, begin, verdict
from atdesk_core.policy import DuringCalls, NotReached, SitePolicy
from atdesk_core.session.commands import NotifyAgent, RecordKind, Turned
from atdesk_core.session.flags import RULES, mark_returned, may_flag, raise_flag
from atdesk_core.session.inputs import NoticeSettled
from atdesk_core.session.state import Episode
from atdesk_core.session.turn import Turn
from atdesk_core.session.writing import ask_for, may_write_away
from atdesk_sdk import CouldNotTell, FindingKind, NoticeKind, Presence

# Time for a fresh decision before something falls due: k of n frames at one a second, and some slack.
CONFIRM_LEAD_S = 7.0
# Evidence older than this is not fresh enough to act on.
FRESH_S = 3.0

_NOTICES = {
    FindingKind.ABSENT: NoticeKind.ABSENT,
    FindingKind.DIFFERENT_PERSON: NoticeKind.DIFFERENT_PERSON,
}


def keep_episode(turn: Turn) -> None:
    """Begin, go on with, or end what a finding leads to."""
    seen = turn.verdict
    episode = turn.session.episode
    if episode is not None:
        why = _why_over(turn, episode, seen)
        if why is not None:
            end_episode(turn, why)
        else:
            _go_on(turn, episode)
    elif _begins(turn, seen):
        _begin(turn, seen)


def _begins(turn: Turn, seen: Verdict) -> bool:
    return (
        seen.finding in RULES
        and not seen.undecided
        and turn.session.seen_at is not None
        and turn.now >= turn.session.doubt_until
        and _why_rule_is_off(turn, seen.finding) is None
    )


def _why_over(turn: Turn, episode: Episode, seen: Verdict) -> str | None:
    """Why an episode ends; None while it stands. Undecided evidence neither ends nor feeds it."""
    off = _why_rule_is_off(turn, episode.kind)
    if off is not None or seen.undecided or seen.finding is episode.kind:
        return off
    if seen.finding is FindingKind.PRESENT:
        return "returned"
    return "evidence_lost" if seen.finding is None else "other_finding"


def _why_rule_is_off(turn: Turn, kind: FindingKind) -> str | None:
    policy = turn.facts.policy
    if policy is None or turn.facts.stopped:
        return "stopped"
    if turn.session.paused_by is not None:
        return "paused"
    if not _presence_allows(turn, policy):
        return "own_choice"
    if kind is FindingKind.DIFFERENT_PERSON:
        return None if policy.different_person.enabled else "rule_off"
    if turn.session.in_call and policy.absence.during_calls is DuringCalls.OFF:
        return "in_call"
    return None if policy.absence.enabled else "rule_off"


def _presence_allows(turn: Turn, policy: SitePolicy) -> bool:
    """A break, a meal or an Away of the agent's own ends the matter; an Away of ours does not."""
    presence = turn.session.presence_at(turn.facts.authority)
    if presence is Presence.AWAY:
        return turn.session.claim is not None or turn.session.write is not None
    return presence in policy.looks.while_presence


def _begin(turn: Turn, seen: Verdict) -> None:
    assert seen.finding is not None  # noqa: S101  (checked by the caller)
    notice_id = turn.number("notice")
    episode = Episode(
        kind=seen.finding,
        since=seen.since,
        counts_from=_counts_from(turn, seen),
        decided_at=seen.decided_at,
        confidence=seen.confidence,
        notice_id=notice_id,
    )
    turn.change(episode=episode)
    turn.record(RecordKind.EPISODE, what="begun", finding=episode.kind.value, since=episode.since)
    turn.do(Turned(episode.kind, turn.now))
    delay_s = _agent_first_s(turn, episode)
    turn.do(NotifyAgent(notice_id, _NOTICES[episode.kind], episode.since, turn.now + delay_s))


def _counts_from(turn: Turn, seen: Verdict) -> float:
    """An absence that was noticed in a call counts from the end of the call, which is now."""
    return seen.since if turn.now - seen.decided_at <= FRESH_S else turn.now


def _agent_first_s(turn: Turn, episode: Episode) -> float:
    policy = turn.facts.policy
    assert policy is not None  # noqa: S101  (no episode without one)
    rule = policy.absence if episode.kind is FindingKind.ABSENT else policy.different_person
    return rule.agent_first_s


def notice_settled(turn: Turn, event: NoticeSettled) -> None:
    """The agent was told, or could not be: then policy says hold, or go on and say so."""
    episode = turn.session.episode
    turn.record(RecordKind.NOTICE, notice_id=event.notice_id, reached=event.reached)
    if episode is None or episode.notice_id != event.notice_id or episode.told_at is not None:
        return
    policy = turn.facts.policy
    if event.reached or (policy is not None and policy.not_reached is NotReached.GO_ON):
        turn.change(episode=replace(episode, told_at=event.at, reached=event.reached))


def end_episode(turn: Turn, why: str) -> None:
    """It is over: what has not gone out stays in, and the flag says that the agent is back."""
    episode = turn.session.episode
    if episode is None:
        return
    if why == "returned":
        mark_returned(turn, RULES[episode.kind], turn.verdict.since)
    turn.change(episode=None)
    turn.record(RecordKind.EPISODE, what="ended", finding=episode.kind.value, why=why)


def next_due(turn: Turn) -> float | None:
    """When the episode's next act falls due; None when none is to come."""
    episode = turn.session.episode
    if episode is None or episode.told_at is None or turn.facts.policy is None:
        return None
    told_and_waited = episode.told_at + _agent_first_s(turn, episode)
    if _writes_next(turn, episode):
        return told_and_waited
    if not may_flag(turn, RULES[episode.kind]):
        return None
    if episode.kind is FindingKind.DIFFERENT_PERSON:
        return told_and_waited
    return max(told_and_waited, episode.counts_from + turn.facts.policy.absence.min_flag_s)


def _writes_next(turn: Turn, episode: Episode) -> bool:
    return episode.kind is FindingKind.ABSENT and not episode.written and may_write_away(turn)


def _go_on(turn: Turn, episode: Episode) -> None:
    due = next_due(turn)
    if due is None or turn.now < due - CONFIRM_LEAD_S:
        return
    if episode.confirm is None:
        turn.change(episode=replace(episode, confirm=begin(turn.now)), next_look_at=turn.now)
    elif turn.now >= due and _confirmed(turn, episode):
        _act(turn, episode)


def _confirmed(turn: Turn, episode: Episode) -> bool:
    assert episode.confirm is not None  # noqa: S101  (the caller has looked)
    fresh = verdict(episode.confirm)
    seen_at = turn.session.seen_at
    return (
        fresh.finding is episode.kind
        and not fresh.undecided
        and seen_at is not None
        and turn.now - seen_at <= FRESH_S
    )


def _act(turn: Turn, episode: Episode) -> None:
    if _writes_next(turn, episode):
        state = turn.session.state_of(turn.facts.authority)
        assert state is not None  # noqa: S101  (may_write_away has seen it)
        turn.change(episode=replace(episode, written=True, confirm=None))
        ask_for(turn, Presence.AWAY, state.revision)
    else:
        turn.change(episode=replace(episode, confirm=None))
        raise_flag(turn, episode)


def doubt(turn: Turn, until: float) -> None:
    """So many at once is the platform's fault, not theirs: nothing is written or flagged."""
    turn.change(doubt_until=until)
    end_episode(turn, "platform_doubt")
    turn.lose_sight(CouldNotTell.PLATFORM_DOUBT)
