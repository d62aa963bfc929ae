"""From a finding to what is done about it: the agent is told first, then anything else.

The delay runs from the first notice that was sent successfully. What is over inside it, and a pause,
cancel both write and flag. Right before anything is done the agent is looked at again, and what is done
stands on that evidence alone.
"""

from dataclasses import replace

from atdesk_core.judging import JudgeState, begin
from atdesk_core.policy import DuringCalls, NotReached, SitePolicy
from atdesk_core.session.commands import NotifyAgent, RecordKind, Turned
from atdesk_core.session.flags import RULES, mark_returned, may_flag, raise_flag
from atdesk_core.session.inputs import NoticeDisputed, NoticeSettled
from atdesk_core.session.shadow import in_shadow, note
from atdesk_core.session.sight import Sight, Sighting, sighting
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
    FindingKind.EXTRA_PERSON: NoticeKind.EXTRA_PERSON,
    FindingKind.PHONE: NoticeKind.PHONE,
    FindingKind.FOOD_OR_DRINK: NoticeKind.FOOD_OR_DRINK,
    FindingKind.BANNED_OBJECT: NoticeKind.BANNED_OBJECT,
    FindingKind.INPUT_IDLE: NoticeKind.INPUT_IDLE,
}
# The thing itself is over; anything else that ends an episode says nothing of it.
_NOT_SO_ANY_MORE = ("returned", "not_seen_any_more")


def keep_episodes(turn: Turn) -> None:
    """Begin, go on with, or end what each finding leads to."""
    for kind in RULES:
        _keep(turn, kind)


def _keep(turn: Turn, kind: FindingKind) -> None:
    episode = turn.session.episode(kind)
    if episode is not None and episode.shadow != in_shadow(turn, RULES[kind]):
        # What was decided in shadow mode was told to nobody, and the other way about: it begins anew.
        end_episode(turn, episode, "shadow")
        episode = None
    off = _why_rule_is_off(turn, kind)
    if off is not None:
        if episode is not None:
            end_episode(turn, episode, off)
        return
    seen = _sighting(turn, kind)
    if episode is None:
        _without_episode(turn, kind, seen)
    elif seen.sight is Sight.OVER:
        end_episode(turn, episode, seen.why)
    else:
        _go_on(turn, episode)


def _without_episode(turn: Turn, kind: FindingKind, seen: Sighting) -> None:
    """Begin one; or say on a flag whose episode a restart has ended that it is not so any more."""
    if seen.sight is Sight.SO and _may_begin(turn, kind):
        _begin(turn, kind, seen)
    elif seen.sight is Sight.OVER and _by_camera(turn, kind):
        _mark_over(turn, kind, seen.why)


def _mark_over(turn: Turn, kind: FindingKind, why: str) -> None:
    if why in _NOT_SO_ANY_MORE:
        mark_returned(turn, RULES[kind], turn.verdict.since if why == "returned" else turn.now)


def _sighting(turn: Turn, kind: FindingKind) -> Sighting:
    return _sighting_by(turn, turn.session.judge, kind)


def _sighting_by(turn: Turn, judge: JudgeState, kind: FindingKind) -> Sighting:
    assert turn.facts.policy is not None  # noqa: S101  (without a policy every rule is off)
    return sighting(turn.session, judge, kind, turn.facts.policy, turn.now, turn.facts.idle_accounts)


def _may_begin(turn: Turn, kind: FindingKind) -> bool:
    seen = turn.session.seen_at is not None or not _by_camera(turn, kind)
    return seen and turn.now >= turn.session.doubt_until


def _by_camera(turn: Turn, kind: FindingKind) -> bool:
    """Whether this thing rests on pictures: silence by itself does not."""
    policy = turn.facts.policy
    return kind is not FindingKind.INPUT_IDLE or policy is None or policy.input_idle.only_with_empty_seat


def _why_rule_is_off(turn: Turn, kind: FindingKind) -> str | None:
    """Why a rule does not apply now; None while it does."""
    policy = turn.facts.policy
    if policy is None or turn.facts.stopped:
        return "stopped"
    off_shift = policy.needs_shift and turn.facts.shift is None
    against = (
        (turn.session.is_paused, "paused"),
        (turn.facts.authority_silent, "authority_down"),
        (not _presence_allows(turn, policy), "own_choice"),
        (not policy.asks_for(kind), "rule_off"),
        (kind is FindingKind.ABSENT and _call_forbids(turn, policy), "in_call"),
        (kind is FindingKind.INPUT_IDLE and off_shift, "off_shift"),
    )
    return next((why for is_so, why in against if is_so), None)


def _call_forbids(turn: Turn, policy: SitePolicy) -> bool:
    return turn.session.in_call and policy.absence.during_calls is DuringCalls.OFF


def _presence_allows(turn: Turn, policy: SitePolicy) -> bool:
    """A break, a meal or an Away of the agent's own ends the matter; an Away of ours does not."""
    presence = turn.session.presence_at(turn.facts.authority)
    if presence is Presence.AWAY:
        return turn.session.claim is not None or turn.session.write is not None
    return presence in policy.looks.while_presence


def _begin(turn: Turn, kind: FindingKind, seen: Sighting) -> None:
    shadow = in_shadow(turn, RULES[kind])
    episode = Episode(
        kind=kind,
        since=seen.since,
        counts_from=_counts_from(turn, seen),
        decided_at=seen.decided_at,
        confidence=seen.confidence,
        notice_id="" if shadow else turn.number("notice"),
        told_at=turn.now if shadow else None,
        evidence=seen.evidence,
        shadow=shadow,
    )
    turn.change(episodes=(*turn.session.episodes, episode))
    turn.do(Turned(kind, turn.now))
    if shadow:
        note(turn, "would_tell", RULES[kind], episode)
    else:
        turn.record(RecordKind.EPISODE, what="begun", finding=kind.value, since=episode.since)
        sees_at = turn.now + _agent_first_s(turn, episode)
        turn.do(NotifyAgent(episode.notice_id, _NOTICES[kind], episode.since, sees_at))


def _counts_from(turn: Turn, seen: Sighting) -> float:
    """What was noticed in a call counts from the end of the call, which is now."""
    return seen.since if turn.now - seen.decided_at <= FRESH_S else turn.now


def _agent_first_s(turn: Turn, episode: Episode) -> float:
    rule = turn.facts.policy.rule_for(episode.kind) if turn.facts.policy else None
    assert rule is not None  # noqa: S101  (no episode without a policy and its rule)
    return rule.agent_first_s


def notice_settled(turn: Turn, event: NoticeSettled) -> None:
    """The agent was told, or could not be: then policy says hold, or go on and say so."""
    turn.record(RecordKind.NOTICE, notice_id=event.notice_id, reached=event.reached)
    told = (one for one in turn.session.episodes if one.notice_id == event.notice_id and not one.shadow)
    episode = next(told, None)
    if episode is None or episode.told_at is not None:
        return
    policy = turn.facts.policy
    if event.reached or (policy is not None and policy.not_reached is NotReached.GO_ON):
        _put(turn, replace(episode, told_at=event.at, reached=event.reached))


def notice_disputed(turn: Turn, event: NoticeDisputed) -> None:
    """The agent says that it is wrong: nothing is written over that. What follows is judged as always."""
    told = (one for one in turn.session.episodes if one.notice_id == event.notice_id and not one.shadow)
    episode = next(told, None)
    if episode is not None and not episode.disputed:
        _put(turn, replace(episode, disputed=True))
        turn.record(RecordKind.NOTICE, notice_id=event.notice_id, what="wrong")


def _put(turn: Turn, episode: Episode) -> None:
    turn.change(episodes=tuple(episode if one.kind is episode.kind else one for one in turn.session.episodes))


def end_episode(turn: Turn, episode: Episode, why: str) -> None:
    """It is over: what has not gone out stays in, and the flag says so."""
    _mark_over(turn, episode.kind, why)
    turn.change(episodes=tuple(one for one in turn.session.episodes if one.kind is not episode.kind))
    turn.record(RecordKind.EPISODE, what="ended", finding=episode.kind.value, why=why)


def times_due(turn: Turn) -> list[float]:
    """When each episode's next act falls due."""
    due = [next_due(turn, episode) for episode in turn.session.episodes]
    return [at for at in due if at is not None]


def next_due(turn: Turn, episode: Episode) -> float | None:
    """When the episode's next act falls due; None when none is to come."""
    if episode.told_at is None or turn.facts.policy is None:
        return None
    told_and_waited = episode.told_at + _agent_first_s(turn, episode)
    if _writes_next(turn, episode):
        return told_and_waited
    if episode.flagged or not may_flag(turn, RULES[episode.kind]):
        return None
    if episode.kind is FindingKind.ABSENT:
        return max(told_and_waited, episode.counts_from + turn.facts.policy.absence.min_flag_s)
    return told_and_waited


def _writes_next(turn: Turn, episode: Episode) -> bool:
    untouched = not episode.written and not episode.disputed
    return episode.kind is FindingKind.ABSENT and untouched and may_write_away(turn)


def _go_on(turn: Turn, episode: Episode) -> None:
    due = next_due(turn, episode)
    if due is None or turn.now < due - CONFIRM_LEAD_S:
        return
    if episode.confirm is None:
        _put(turn, replace(episode, confirm=begin(turn.now), tries=episode.tries + 1))
        if _by_camera(turn, episode.kind):
            turn.change(next_look_at=turn.now)
    elif turn.now >= due and _confirmed(turn, episode):
        _act(turn, episode)


def _confirmed(turn: Turn, episode: Episode) -> bool:
    """Whether it is so by evidence that began only now, and is not older than the moment."""
    assert episode.confirm is not None  # noqa: S101  (the caller has looked)
    fresh = _sighting_by(turn, episode.confirm, episode.kind)
    if fresh.sight is not Sight.SO:
        return False
    seen_at = turn.session.seen_at
    return not _by_camera(turn, episode.kind) or (seen_at is not None and turn.now - seen_at <= FRESH_S)


def _act(turn: Turn, episode: Episode) -> None:
    if episode.shadow:
        _act_in_shadow(turn, episode)
    elif _writes_next(turn, episode):
        state = turn.session.state_of(turn.facts.authority)
        assert state is not None  # noqa: S101  (may_write_away has seen it)
        _put(turn, replace(episode, written=True, confirm=None))
        ask_for(turn, Presence.AWAY, state.account, state.revision)
    else:
        _put(turn, replace(episode, confirm=None))
        raise_flag(turn, episode)


def _act_in_shadow(turn: Turn, episode: Episode) -> None:
    """Note what would be done now, and do nothing."""
    writes = _writes_next(turn, episode)
    note(turn, "would_write" if writes else "would_flag", RULES[episode.kind], episode)
    _put(turn, replace(episode, written=episode.written or writes, flagged=not writes, confirm=None))


def doubt(turn: Turn, until: float) -> None:
    """So many at once is the platform's fault, not theirs: nothing is written or flagged."""
    turn.change(doubt_until=until)
    for episode in turn.session.episodes:
        end_episode(turn, episode, "platform_doubt")
    turn.lose_sight(CouldNotTell.PLATFORM_DOUBT)
