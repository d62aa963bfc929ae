"""What the page of one agent is told: `Me`, from what the service knows of that agent. Pure.

The contract is in `docs/agent-page-api.md`. Words are in the agent's language, codes are ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from atdesk_core.desk_checks import DeskCheck, Status
from atdesk_core.ledger.languages import say_in as say_of_log
from atdesk_core.ledger.sentences_of_looks import REASONS
from atdesk_core.policy import Because, LookReason, MeetingRule, SitePolicy
from atdesk_core.policy import wording as policy_words
from atdesk_core.reviewing import dispute_refused
from atdesk_core.runtime.own_policy import part_in_words
from atdesk_core.runtime.own_words import (
    LOOK_ON,
    NO_VIDEO,
    PAUSED,
    STATUS,
    WHY_NO_ENROLMENT,
    WHY_NO_LOOK,
    Say,
    say_in,
)
from atdesk_core.runtime.profile import Profile
from atdesk_core.runtime.wording import notice_text
from atdesk_core.session import Facts, NotifyAgent, Session
from atdesk_core.session.flags import RULES
from atdesk_core.session.parts import Episode, OpenedLook, Spent
from atdesk_core.session.pausing import NEEDS
from atdesk_core.session.permitting import permission, permission_anywhere, seconds_left
from atdesk_core.session.state import OWN_BREAK
from atdesk_core.store import DisputeRow, FlagRow, PauseRow
from atdesk_sdk import FindingKind, FlagStatus, Notice, NoticeKind, PausedBy, Presence

DAY_S: Final = 86_400.0
OFFER_S: Final = 1800.0
"""For so long after an Away of ours has ended, going back on queue is offered."""

Me = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds about one agent, for the agent's own eyes.

    Attributes:
        consent_at: When the consent that stands was given; None without one.
        refused: The agent has said no.
        pause: The pause that stands.
        flags: Of the time in which a flag can be disputed.
        disputes: By number of the flag.
        desk_checks: To come.
    """

    consent_at: float | None = None
    refused: bool = False
    pause: PauseRow | None = None
    flags: tuple[FlagRow, ...] = ()
    disputes: Mapping[str, DisputeRow] = field(default_factory=dict)
    desk_checks: tuple[DeskCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """All that `Me` is made from.

    Attributes:
        now: Engine's clock.
        profile: Names and language.
        session: Of this agent.
        facts: Of this agent, now.
        kept: In the database.
        sentences: The policy in plain words.
        enrolled: A template is there.
        why_no_enrolment: Why none may be made now, as a `Because`; empty while one may.
        may_test: The self-test may be used now.
        told: Notices that lead to nothing, the latest last.
        away_ended_at: When an Away of ours ended last; None: none that is known of.
        can_queue: The authority's platform has a way back on queue with the agent's own sign-in.
    """

    now: float
    profile: Profile
    session: Session
    facts: Facts
    kept: Kept
    sentences: tuple[str, ...] = ()
    enrolled: bool = False
    why_no_enrolment: str = ""
    may_test: bool = False
    told: tuple[Notice, ...] = ()
    away_ended_at: float | None = None
    can_queue: bool = False

    @property
    def say(self) -> Say:
        """Translates into the agent's language."""
        return say_in(self.profile.language)


def me(own: Own) -> Me:
    """The whole of it, as JSON values."""
    session, facts = own.session, own.facts
    why = why_no_look(session, facts, own.now)
    return {
        "person": _person(own.profile),
        "now": own.now,
        "shift": _shift(facts),
        "policy": _policy(own),
        "meetings": [{"id": one.id, "purpose": one.purpose} for one in _meetings(facts.policy)],
        "look": _look(own),
        "budget": _budget(own),
        "paused": _paused(own),
        "break_since": session.break_since,
        "notices": [*_decided(own), *_told(own)],
        "flags": list(_flags(own)),
        "desk_checks": list(_desk_checks(own)),
        "away_by_us": {"since": session.claim.written_at} if session.claim else None,
        "offer_queue": offers_queue(own),
        "consent": {"given_at": own.kept.consent_at, "refused": own.kept.refused},
        "enrolled": own.enrolled,
        "enrolment": own.why_no_enrolment == "",
        "why_no_enrolment": own.say(WHY_NO_ENROLMENT[own.why_no_enrolment]) if own.why_no_enrolment else "",
        "self_test": own.may_test,
        "idle_detection": asks_for_input(facts),
        "why_no_look": own.say(_why_in_words(session, facts, why)) if why else "",
        "why_no_look_code": why,
    }


def why_no_look(session: Session, facts: Facts, now: float) -> str:
    """Why nothing can look right now, as a code; empty while something may."""
    if session.look is not None:
        return ""
    at = replace(session, now=max(session.now, now))
    because = permission_anywhere(at, facts, LookReason.WATCH)
    if because is not Because.ALLOWED:
        return because.value
    asked = [permission(at, facts, LookReason.WATCH, video) for video in session.videos]
    if not asked:
        return NO_VIDEO
    return "" if Because.ALLOWED in asked else asked[0].value


def _why_in_words(session: Session, facts: Facts, why: str) -> str:
    """What nobody has told of is no state that the agent has chosen."""
    if why == Because.STATE_FORBIDS and session.presence_at(facts.authority) is Presence.UNKNOWN:
        return WHY_NO_LOOK[Because.AUTHORITY_DOWN]
    return WHY_NO_LOOK.get(why, WHY_NO_LOOK[Because.ERROR])


def asks_for_input(facts: Facts) -> bool:
    """Whether the policy asks for a silent keyboard."""
    return facts.policy is not None and facts.policy.asks_for(FindingKind.INPUT_IDLE)


def offers_queue(own: Own) -> bool:
    """An Away of ours stands, or ended lately, and the agent is neither on queue nor on a break."""
    session, ended_at = own.session, own.away_ended_at
    lately = ended_at is not None and own.now - ended_at < OFFER_S
    elsewhere = session.presence_at(own.facts.authority) in (Presence.ON_QUEUE, Presence.OFFLINE)
    return own.can_queue and (session.claim is not None or lately) and not (elsewhere or session.is_paused)


def look_in_words(reason: str, language: str) -> str:
    """That a look is on, and why."""
    why = say_of_log(language)(REASONS.get(reason, reason.replace("_", " ")))
    return say_in(language)(LOOK_ON).format(reason=why)


def _person(profile: Profile) -> Mapping[str, str]:
    return {"name": profile.name, "language": profile.language, "time_zone": profile.time_zone}


def _shift(facts: Facts) -> Mapping[str, float] | None:
    shift = facts.shift
    return {"starts_at": shift.starts_at, "ends_at": shift.ends_at} if shift else None


def _meetings(policy: SitePolicy | None) -> Iterator[MeetingRule]:
    """Where no camera picture may be analysed, no meeting may be looked into either."""
    yield from policy.meetings if policy is not None and policy.camera else ()


def _policy(own: Own) -> Mapping[str, Any] | None:
    policy = own.facts.policy
    if policy is None:
        return None
    return {
        "version": policy.version,
        "accountable": policy.accountable,
        "sentences": list(own.sentences),
        "camera": policy.camera,
        "page_frames": policy.camera and policy.looks.page,
        "page_in_call": policy.camera and policy.looks.page and policy.looks.page_in_call,
        "pause": {
            "reason": policy.pause.reason.value,
            "categories": list(_categories(policy, own.profile.language)),
        },
    }


def _categories(policy: SitePolicy, language: str) -> Iterator[Mapping[str, str]]:
    into = policy_words.translations(language)
    for code in policy.pause.categories:
        known = policy_words.VALUES.get(code)
        yield {"code": code, "label": into.gettext(known) if known else code.replace("_", " ")}


def _look(own: Own) -> Mapping[str, Any] | None:
    look = own.session.look
    if look is None:
        return None
    return {
        "look_id": look.look_id,
        "since": look.opened_at,
        "source": _source(own.session, look),
        "reason": look.reason.value,
        "text": look_in_words(look.reason.value, own.profile.language),
    }


def _source(session: Session, look: OpenedLook) -> str:
    video = next((one for one in session.videos if one.key == look.key), None)
    return "page" if video is not None and video.meeting is None else "meeting"


def _budget(own: Own) -> Mapping[str, Any] | None:
    policy, shift = own.facts.policy, own.facts.shift
    if policy is None or shift is None:
        return None
    known = own.session.spent.shift_id == shift.shift_id
    session = own.session if known else replace(own.session, spent=Spent(), look=None)
    spent, cap_s = session.spent, policy.looks.indicator_s_per_shift
    left_s = min(cap_s, max(0.0, seconds_left(session, own.facts, own.now)))
    return {
        "looks": spent.looks,
        "frames_used": spent.frames + spent.returning_frames,
        "frames_left": max(0, policy.looks.frames_per_shift - spent.frames),
        "seconds_used": round(cap_s - left_s, 1),
        "seconds_left": round(left_s, 1),
    }


def _paused(own: Own) -> Mapping[str, Any] | None:
    session, pause = own.session, own.kept.pause
    if not session.is_paused:
        return None
    by, since = _who_paused(session)
    words = PAUSED[by]
    platform = _break_elsewhere(own) if by == "state" else None
    if platform is not None:
        words = PAUSED["state_elsewhere"]
    if since is None and pause is not None and by in frozenset(PausedBy):
        since = pause.at
    return {"since": since, "by": by, "text": own.say(words).format(platform=platform)}


def _break_elsewhere(own: Own) -> str | None:
    """The platform that shows a break of the agent's own, where the authority does not; None if it does."""
    accounts = [state.account for state in own.session.words if state.presence in OWN_BREAK]
    if not accounts or own.facts.authority in accounts:
        return None
    return accounts[0].platform.title()


def _who_paused(session: Session) -> tuple[str, float | None]:
    if session.support_pause:
        return PausedBy.SUPPORT.value, None
    if session.paused_by is not None:
        return session.paused_by.value, None
    if session.break_since is not None:
        return "break", session.break_since
    chosen = [state.since for state in session.words if state.presence in OWN_BREAK]
    return "state", max(chosen, default=None)


def _decided(own: Own) -> Iterator[Mapping[str, Any]]:
    """What is being decided. About somebody else in the seat nothing is shown on the screen that is there."""
    policy = own.facts.policy
    for episode in own.session.episodes:
        if policy is None or episode.shadow or episode.kind is FindingKind.DIFFERENT_PERSON:
            continue
        flag = own.session.open_flag(RULES[episode.kind])
        sees_at = flag.raised_at if flag else _lead_sees_at(episode, policy)
        yield {
            "notice_id": episode.notice_id,
            "kind": episode.kind.value,
            "text": _notice_text(own, episode, sees_at, policy),
            "since": episode.since,
            "lead_sees_at": sees_at,
            "flag": flag.number if flag else None,
            "said_wrong": episode.disputed,
            "can": list(_can(own.session, episode)),
        }


def _notice_text(own: Own, episode: Episode, sees_at: float | None, policy: SitePolicy) -> str:
    """Where nobody has been reached yet, the moment is the earliest that it can be."""
    rule = policy.rule_for(episode.kind)
    earliest = own.now + (rule.agent_first_s if rule else 0.0)
    wish = NotifyAgent(episode.notice_id, NoticeKind(episode.kind.value), episode.since, sees_at or earliest)
    return notice_text(wish, own.profile.time_zone, own.profile.language)


def _lead_sees_at(episode: Episode, policy: SitePolicy) -> float | None:
    rule = policy.rule_for(episode.kind)
    if episode.told_at is None or rule is None:
        return None
    waited = episode.told_at + rule.agent_first_s
    flag_alone = episode.disputed or not policy.absence.write_away
    if episode.kind is FindingKind.ABSENT and flag_alone:
        return max(waited, episode.counts_from + policy.absence.min_flag_s)
    return waited


def _can(session: Session, episode: Episode) -> Iterator[str]:
    yield "back"
    if not session.is_paused:
        yield "pause"
    if episode.kind in NEEDS:
        yield "break"
    if not episode.disputed:
        yield "wrong"


def _told(own: Own) -> Iterator[Mapping[str, Any]]:
    for notice in own.told:
        yield {
            "notice_id": notice.notice_id,
            "kind": notice.kind.value,
            "text": notice.text,
            "since": notice.since,
            "lead_sees_at": None,
            "flag": None,
            "said_wrong": False,
            "can": [],
        }


def _flags(own: Own) -> Iterator[Mapping[str, Any]]:
    policy = own.facts.policy
    days = policy.review.dispute_days if policy else 0.0
    for flag in own.kept.flags:
        if not _shows(flag):
            continue
        refused = dispute_refused(flag, own.profile.agent_id, own.now, days)
        dispute = own.kept.disputes.get(flag.number)
        yield {
            "number": flag.number,
            "rule": flag.rule,
            "text": part_in_words(flag.rule, own.profile.language),
            "status": flag.status,
            "status_text": own.say(STATUS[FlagStatus(flag.status)]),
            "since": flag.since,
            "raised_at": flag.raised_at,
            "disputable_until": flag.raised_at + days * DAY_S if refused is None else None,
            "disputed_text": dispute.text if dispute else None,
        }


def _desk_checks(own: Own) -> Iterator[Mapping[str, Any]]:
    policy = own.facts.policy
    may_move = policy is not None and policy.desk_check.enabled
    for check in own.kept.desk_checks:
        if own.now < check.at:
            yield {
                "check_id": check.check_id,
                "at": check.at,
                "told": check.status == Status.ANNOUNCED,
                "can_move": may_move and not check.moved,
            }


def _shows(flag: FlagRow) -> bool:
    """Not to somebody else who may sit there now: it can be disputed as soon as that is over."""
    still_so = flag.closed_at is None and flag.returned_at is None
    return not (still_so and flag.finding == FindingKind.DIFFERENT_PERSON.value)
