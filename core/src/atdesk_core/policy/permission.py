"""May this frame be opened now? Asked before a look and again before every frame of it.

And beside it: may the agent's own picture be measured, may a template be made? The answer is No unless every
precondition is known to be met. An error while asking is a No.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from atdesk_core.policy.model import SitePolicy
from atdesk_core.policy.preconditions import Precondition
from atdesk_core.policy.rules import LookReason
from atdesk_sdk import FindingKind, Meeting, Presence


class Because(StrEnum):
    """Why a look is allowed or not. Closed, so that the log can be counted."""

    ALLOWED = "allowed"
    STOPPED = "stopped"
    NO_POLICY = "no_policy"
    POLICY_NOT_SIGNED = "policy_not_signed"
    CAMERA_FORBIDDEN = "camera_forbidden"
    COMPARES_NO_FACES = "compares_no_faces"
    PRESET_FORBIDS = "preset_forbids"
    REASON_NOT_ALLOWED = "reason_not_allowed"
    PRECONDITION_MISSING = "precondition_missing"
    PRECONDITION_LAPSED = "precondition_lapsed"
    NOT_IDENTIFIED = "not_identified"
    NO_CONSENT = "no_consent"
    PAUSED = "paused"
    OFF_SHIFT = "off_shift"
    AUTHORITY_DOWN = "authority_down"
    STATE_FORBIDS = "state_forbids"
    NO_BUDGET = "no_budget"
    NOTICE_NOT_SHOWN = "notice_not_shown"
    MEETING_NOT_LISTED = "meeting_not_listed"
    BREAKOUT = "breakout"
    ONE_TO_ONE = "one_to_one"
    GUESTS = "guests"
    PAGE_NOT_ALLOWED = "page_not_allowed"
    IN_MEETING = "in_meeting"
    IN_CALL = "in_call"
    VETOED = "vetoed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides whether a frame may be opened.

    Attributes:
        stopped: A `stop-all` stands for the site.
        identified: The video resolves to exactly this one confirmed agent.
        consent: A consent is on record and not withdrawn.
        paused: The agent, or somebody whose stop counts as the agent's, has paused.
        on_shift: Within a declared shift.
        presence: At the authority.
        away_is_ours: The Away that stands is ours.
        frames_left: Of the budget that this reason draws on.
        meeting: That carries the video; None for the camera of the agent's own page.
        met: Preconditions that are on record and not lapsed.
        lapsed: Preconditions that were on record and are no longer good.
        policy_signed: False where signed policies are asked for and this one does not stand.
        in_meeting: The agent is, or may be, in a meeting, on any account.
        in_call: The agent is in a customer call or its after-call work, on any account.
        page_answers: The agent's page is open and has answered within the last 10 s: it can show the look.
        authority_silent: The authority is out of touch: `presence` may not be so any more.
    """

    stopped: bool
    identified: bool
    consent: bool
    paused: bool
    on_shift: bool
    presence: Presence
    away_is_ours: bool
    frames_left: int
    meeting: Meeting | None
    met: frozenset[Precondition] = frozenset()
    lapsed: frozenset[Precondition] = frozenset()
    policy_signed: bool = True
    in_meeting: bool = True
    in_call: bool = True
    page_answers: bool = False
    authority_silent: bool = False


def may_open(reason: LookReason, situation: Situation, policy: SitePolicy | None) -> Because:
    """`Because.ALLOWED`, or the first thing that stands against it."""
    against = may_open_anywhere(reason, situation, policy)
    if policy is None or against is not Because.ALLOWED:
        return against
    return _about_source(situation, policy) or Because.ALLOWED


def may_open_anywhere(reason: LookReason, situation: Situation, policy: SitePolicy | None) -> Because:
    """The same apart from where the pictures would come from."""
    if not situation.policy_signed:
        return Because.POLICY_NOT_SIGNED
    if policy is None:
        return Because.NO_POLICY
    against = _about_policy(reason, situation, policy) or _about_agent(situation, policy)
    return against or Because.ALLOWED


def may_test(situation: Situation, policy: SitePolicy | None) -> Because:
    """May the agent's own picture be measured, which the agent sends for that, to be shown to the agent?

    Nobody else is told of it, so shift, state, budget and source do not count. All else does.
    """
    own = replace(
        situation,
        on_shift=True,
        presence=Presence.AWAY,
        away_is_ours=True,
        frames_left=1,
        authority_silent=False,
    )
    return may_open_anywhere(LookReason.SELF_TEST, own, policy)


def may_enrol(situation: Situation, policy: SitePolicy | None) -> Because:
    """May pictures be measured for a template of the agent's, and may one be made?

    The agent takes part in it, and nobody is told of anything: reason, shift, state, budget and source do not
    count. All else does, and a consent is asked for whatever the policy says. The written release is a
    condition of its own, asked for where the template is made: it is the agent's paper, not the site's.
    """
    if not situation.policy_signed:
        return Because.POLICY_NOT_SIGNED
    if policy is None:
        return Because.NO_POLICY
    return _about_template(situation, policy) or _about_person(situation) or Because.ALLOWED


def _about_template(situation: Situation, policy: SitePolicy) -> Because | None:
    if because := _about_camera(situation, policy):
        return because
    if not policy.asks_for(FindingKind.DIFFERENT_PERSON):
        return Because.COMPARES_NO_FACES
    missing = policy.requires - situation.met - {Precondition.WRITTEN_RELEASE}
    return _about_record(missing, situation.lapsed)


def _about_person(situation: Situation) -> Because | None:
    against = (
        (not situation.identified, Because.NOT_IDENTIFIED),
        (not situation.consent, Because.NO_CONSENT),
        (situation.paused, Because.PAUSED),
    )
    return next((because for is_so, because in against if is_so), None)


def _about_camera(situation: Situation, policy: SitePolicy) -> Because | None:
    if situation.stopped:
        return Because.STOPPED
    return None if policy.camera else Because.CAMERA_FORBIDDEN


def _about_policy(reason: LookReason, situation: Situation, policy: SitePolicy) -> Because | None:
    if because := _about_camera(situation, policy):
        return because
    if reason in policy.looks.preset_forbids:
        return Because.PRESET_FORBIDS
    if reason not in policy.looks.reasons:
        return Because.REASON_NOT_ALLOWED
    return _about_record(policy.requires - situation.met, situation.lapsed)


def _about_record(missing: frozenset[Precondition], lapsed: frozenset[Precondition]) -> Because | None:
    """What was never there is said before what has lapsed: it takes longer to get."""
    if not missing:
        return None
    return Because.PRECONDITION_LAPSED if missing <= lapsed else Because.PRECONDITION_MISSING


def _about_agent(situation: Situation, policy: SitePolicy) -> Because | None:
    against = (
        (not situation.identified, Because.NOT_IDENTIFIED),
        (policy.needs_consent and not situation.consent, Because.NO_CONSENT),
        (situation.paused, Because.PAUSED),
        (policy.needs_shift and not situation.on_shift, Because.OFF_SHIFT),
        (situation.authority_silent, Because.AUTHORITY_DOWN),
        (not _state_allows(situation, policy), Because.STATE_FORBIDS),
        (situation.frames_left <= 0, Because.NO_BUDGET),
    )
    return next((because for is_so, because in against if is_so), None)


def _state_allows(situation: Situation, policy: SitePolicy) -> bool:
    """In an Away that is not ours the agent has chosen to be away: nobody looks."""
    if situation.presence is Presence.AWAY:
        return situation.away_is_ours
    return situation.presence in policy.looks.while_presence


def _about_source(situation: Situation, policy: SitePolicy) -> Because | None:
    if situation.meeting is None:
        return _about_page(situation, policy)
    return _about_meeting(situation.meeting, policy, situation.page_answers)


def _about_page(situation: Situation, policy: SitePolicy) -> Because | None:
    """In a meeting the camera is the meeting's, and in a call it is the customer's time."""
    against = (
        (not policy.looks.page, Because.PAGE_NOT_ALLOWED),
        (situation.in_meeting, Because.IN_MEETING),
        (situation.in_call and not policy.looks.page_in_call, Because.IN_CALL),
        (not situation.page_answers, Because.NOTICE_NOT_SHOWN),
    )
    return next((because for is_so, because in against if is_so), None)


def _about_meeting(meeting: Meeting, policy: SitePolicy, page_answers: bool) -> Because | None:
    """What is not known counts as the case that protects.

    Where the platform does not show everyone that content goes to an app, the agent's open page has to.
    """
    listed = meeting.meeting_id in policy.meeting_ids or meeting.series_id in policy.meeting_ids
    against = (
        (not listed, Because.MEETING_NOT_LISTED),
        (meeting.breakout, Because.BREAKOUT),
        (meeting.participants in (None, 2), Because.ONE_TO_ONE),
        (meeting.outside_guests is not False, Because.GUESTS),
        (not (meeting.people_told or page_answers), Because.NOTICE_NOT_SHOWN),
    )
    return next((because for is_so, because in against if is_so), None)
