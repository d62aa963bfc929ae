"""Reviews with brakes: who said what about a flag, disputes, rules that were overturned too often, counts.

Nothing in here ranks people, adds up what was found about one person, or answers several flags at once.
"""

from atdesk_core.reviewing.counting import LEAST_PEOPLE, Cell, counts_of, suppressed
from atdesk_core.reviewing.disputing import (
    LONGEST_TEXT,
    Decision,
    Refused,
    decision_refused,
    dispute_refused,
    stands_with,
)
from atdesk_core.reviewing.overturned import Share, lift, overturned_too_often, shares_of, standing_shadows
from atdesk_core.reviewing.reading import (
    dispute_of,
    flags_at,
    grounds_of,
    pause_of,
    reviews_of,
)
from atdesk_core.reviewing.requests import Asked, RequestKind, ask, outcome_of, pending, settle

__all__ = [
    "LEAST_PEOPLE",
    "LONGEST_TEXT",
    "Asked",
    "Cell",
    "Decision",
    "Refused",
    "RequestKind",
    "Share",
    "ask",
    "counts_of",
    "decision_refused",
    "dispute_of",
    "dispute_refused",
    "flags_at",
    "grounds_of",
    "lift",
    "outcome_of",
    "overturned_too_often",
    "pause_of",
    "pending",
    "reviews_of",
    "settle",
    "shares_of",
    "standing_shadows",
    "stands_with",
    "suppressed",
]
