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
from atdesk_core.reviewing.links import LINK_LIFE_S, FlagLinks, path_of
from atdesk_core.reviewing.messages import (
    digest_at,
    digests_of,
    flags_by_number,
    members_of,
    raised_since,
    told_in,
)
from atdesk_core.reviewing.overturned import Share, lift, overturned_too_often, shares_of, standing_shadows
from atdesk_core.reviewing.reading import (
    dispute_of,
    disputes_of,
    flags_at,
    flags_of,
    grounds_of,
    pause_of,
    reviews_of,
)
from atdesk_core.reviewing.requests import Asked, RequestKind, ask, outcome_of, pending, settle

__all__ = [
    "LEAST_PEOPLE",
    "LINK_LIFE_S",
    "LONGEST_TEXT",
    "Asked",
    "Cell",
    "Decision",
    "FlagLinks",
    "Refused",
    "RequestKind",
    "Share",
    "ask",
    "counts_of",
    "decision_refused",
    "digest_at",
    "digests_of",
    "dispute_of",
    "dispute_refused",
    "disputes_of",
    "flags_at",
    "flags_by_number",
    "flags_of",
    "grounds_of",
    "lift",
    "members_of",
    "outcome_of",
    "overturned_too_often",
    "path_of",
    "pause_of",
    "pending",
    "raised_since",
    "reviews_of",
    "settle",
    "shares_of",
    "standing_shadows",
    "stands_with",
    "suppressed",
    "told_in",
]
