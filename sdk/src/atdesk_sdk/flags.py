"""Flags and notices: what a lead may see, and what the agent is told first."""

from dataclasses import dataclass
from enum import StrEnum

from atdesk_sdk.events import AccountRef
from atdesk_sdk.findings import FindingKind


class FlagStatus(StrEnum):
    """Where a flag stands. An expired flag means that nothing happened.

    `awaiting_second`: one person has confirmed it, and a second one has to. `disputed`: not to be used until
    a second reviewer has decided, then `upheld` or `overturned`. `withdrawn`: it was a break; not counted.
    """

    RAISED = "raised"
    AWAITING_SECOND = "awaiting_second"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def usable(self) -> bool:
        """Whether a flag that stands so may be referred to or counted. A disputed one may not."""
        return self in (FlagStatus.ACKNOWLEDGED, FlagStatus.UPHELD)


class DismissReason(StrEnum):
    """Why a lead dismissed a flag."""

    AGREED_BREAK = "agreed_break"
    WORKING = "working"
    TECHNICAL = "technical"
    WRONG = "wrong"


class ConfirmReason(StrEnum):
    """Why a person confirmed a flag."""

    AS_SHOWN = "as_shown"
    AGENT_AGREES = "agent_agrees"


@dataclass(frozen=True, slots=True)
class FlagDetails:
    """What only a private sink gets to show.

    Attributes:
        finding: What was found.
        rule: The policy rule, as people name it.
        confidence: Share of the judged frames that say so, 0..1.
        policy_version: The version that decided.
        agent_reached: Whether a notice reached the agent first. False is shown as "agent not reached".
        returned_at: Since when it is not so any more, engine's clock; None while the finding stands.
        evidence: What it rests on, in words of the sink's own language (`Capabilities.flag_language`), such
            as "somebody beside the agent, in 4 of 5 pictures"; empty where the confidence says it all. Never
            who else was there.
        tries: How many judgings it stands on, each begun afresh.
        paused_since: Since when the agent is paused, which is not the same as absent; None while not. An
            Away, a Break or a Meal that the agent chose counts as well.
        reason: Code of the answer that closed it, such as "technical"; empty before.
        asked: Names of those who are asked to answer: the lead on shift, else the cover.
    """

    finding: FindingKind
    rule: str
    confidence: float
    policy_version: str
    agent_reached: bool
    returned_at: float | None = None
    evidence: str = ""
    tries: int = 1
    paused_since: float | None = None
    reason: str = ""
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag as one sink may show it. Core leaves `details` out for a sink that is not private.

    Attributes:
        number: Short, for people to say, such as "K7Q2".
        agent_name: For display; escape it for the platform's markup.
        team: For display.
        since: Engine's clock, seconds since the epoch.
        status: See `FlagStatus`. Without `details`: `raised` while it waits for an answer, and `expired`
            afterwards, whatever became of it; show that it is open or over, and no more.
        link: Page behind a sign-in that shows the rest, for some hours; empty when there is none.
        time_zone: IANA name in which times are to be shown.
        details: None for a one-way or open sink: then show name, time and link, never the finding.
    """

    number: str
    agent_name: str
    team: str
    since: float
    status: FlagStatus
    link: str
    time_zone: str
    details: FlagDetails | None = None


@dataclass(frozen=True, slots=True)
class FlagDigest:
    """Several flags of one team in one message: a list instead of a message for each.

    Attributes:
        team: For display, and for the channel.
        flags: In the order in which they were raised. Each keeps its own number and link, and is answered by
            itself; show number, name, time and link of each, and of `details` nothing but where it stands.
    """

    team: str
    flags: tuple[FlagView, ...]


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message stands, so that it can be changed. `external_id` is the platform's own."""

    adapter: str
    channel: str
    external_id: str


class NoticeKind(StrEnum):
    """What the agent is told."""

    ABSENT = "absent"
    DIFFERENT_PERSON = "different_person"
    EXTRA_PERSON = "extra_person"
    PHONE = "phone"
    FOOD_OR_DRINK = "food_or_drink"
    BANNED_OBJECT = "banned_object"
    INPUT_IDLE = "input_idle"
    MADE_AWAY = "made_away"
    RESTORED = "restored"
    VIDEO_ENDED_WHILE_AWAY = "video_ended_while_away"
    MORE_LIGHT = "more_light"
    ENROL_CODE = "enrol_code"
    DESK_CHECK = "desk_check"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the agent, and to nobody else.

    Attributes:
        notice_id: Unique; a repeat carries the same one.
        account: The agent's account on the platform that delivers it.
        kind: What it is about.
        text: In the agent's language, ready to show; plain text.
        since: When the thing began, engine's clock.
        lead_sees_at: When a lead may see something if nothing changes; None when nothing follows.
        language: The agent's, such as `es`, for what the adapter adds to the text, its buttons for example.
    """

    notice_id: str
    account: AccountRef
    kind: NoticeKind
    text: str
    since: float
    lead_sees_at: float | None = None
    language: str = "en"
