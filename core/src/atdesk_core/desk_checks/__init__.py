"""Scheduled desk checks: announced ahead, a human looks in a normal video call, a short list is answered.

No frame is opened for one and no picture is kept. It is scheduled alike for everybody, whether they agreed
to the camera or refused it, and missing one is no finding.
"""

from atdesk_core.desk_checks.checks import (
    ANSWER_WITHIN_S,
    ANSWERED,
    OPEN,
    Answer,
    DeskCheck,
    DeskCheckError,
    Outcome,
    Status,
    parse_answers,
)
from atdesk_core.desk_checks.records import (
    answer,
    answers_of,
    desk_check,
    desk_checks,
    due_checks,
    move,
    schedule,
    settle,
)
from atdesk_core.desk_checks.rules import Shift, in_time, may_answer, may_move, may_schedule, plan_week

__all__ = [
    "ANSWERED",
    "ANSWER_WITHIN_S",
    "OPEN",
    "Answer",
    "DeskCheck",
    "DeskCheckError",
    "Outcome",
    "Shift",
    "Status",
    "answer",
    "answers_of",
    "desk_check",
    "desk_checks",
    "due_checks",
    "in_time",
    "may_answer",
    "may_move",
    "may_schedule",
    "move",
    "parse_answers",
    "plan_week",
    "schedule",
    "settle",
]
