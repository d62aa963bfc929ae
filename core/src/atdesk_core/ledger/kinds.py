"""What the decision log can say: a closed vocabulary."""

from enum import StrEnum


class LedgerKind(StrEnum):
    """Kind of a row. A kind is never renamed or removed: old logs have to stay readable."""

    LOOK_OPENED = "look_opened"
    LOOK_SKIPPED = "look_skipped"
    LOOK_ENDED = "look_ended"
    FINDING = "finding"
    FINDING_OVER = "finding_over"
    COULD_NOT_TELL = "could_not_tell"
    STATE_SEEN = "state_seen"
    PAUSE = "pause"
    INPUT = "input"
    EPISODE = "episode"
    NOTICE = "notice"
    STATE_WRITE = "state_write"
    CLAIM = "claim"
    FLAG = "flag"
    LEAD_ACTION = "lead_action"
    STORM = "storm"
    STOP_ALL = "stop_all"
    DROPPED = "dropped"
    CONSENT = "consent"
    ENROLMENT = "enrolment"
    LINK = "link"
    PREFERENCE = "preference"
