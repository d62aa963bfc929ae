"""What a row of each kind may hold. Closed: another key, a name or a text is refused when it is written.

A field means the same in every kind, so its shape stands once, in `FIELDS`; `WHAT` and `SPECIAL` say
where a kind has words of its own. A new field, word or kind is added here first.
"""

from collections.abc import Mapping

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.shapes import Shape, count, number, pattern, told, told_pattern, words, yes_no
from atdesk_core.policy import Because, LookReason
from atdesk_sdk import (
    ConfirmReason,
    CouldNotTell,
    DismissReason,
    FindingKind,
    FlagStatus,
    Interaction,
    LeadAction,
    NoticeKind,
    PausedBy,
    Presence,
)
from atdesk_sdk.coco import THINGS

K = LedgerKind

ENROLMENT_LOOK = "enrolment"
"""Reason of a look that no policy has: the pictures that an agent shows on the way to a template."""

FOR_THE_AGENT = frozenset({LookReason.SELF_TEST.value, ENROLMENT_LOOK})
"""Reasons of looks that the agent asks for and alone is shown: nothing is judged by them."""

ID = pattern(r"[A-Za-z0-9_]{1,64}(-[A-Za-z0-9_]{1,64}){0,3}", "id")
# The local begin of a shift; of one by sign-in with seconds and offset, since an hour may come twice.
SHIFT = pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d[+-]\d\d:\d\d)?", "begin of a shift")
CODE = pattern(r"[a-z][a-z0-9]*(_[a-z0-9]+){0,7}", "code (words in lower_case)")
HASH = pattern(r"[0-9a-f]{16,128}", "hash (hexadecimal)")
VERSION = pattern(r"[0-9a-f]{8,64}|[0-9]{1,9}", "version (hexadecimal or a number)")
WHO = pattern(r"[A-Za-z0-9_]{1,64}", "random id or platform")
FLAG_NUMBER = told_pattern(r"[A-Z0-9]{4,8}")
# Named by an operator; with a digit in it, it is no plain name.
NAMED_VERSION = told_pattern(r"(?=[^0-9]*[0-9])[A-Za-z0-9_.-]{1,20}")
LANGUAGE = told_pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")

# A class of the object model, or how many were beside the agent; a detector of somebody else's may say more.
THING = told_pattern(
    "|".join(["[0-9]{1,2}_more_than_the_agent", *(thing.replace(" ", "_") for thing in THINGS)])
)

_RULES = frozenset(kind.value.replace("absent", "absence") for kind in FindingKind if kind != "present")

FIELDS: Mapping[str, Shape] = {
    # ids
    "look_id": ID,
    "notice_id": ID,
    "change_id": ID,
    "still_id": ID,
    "check_id": ID,
    "dispute_id": ID,
    "consent_id": ID,
    "record_id": ID,
    "shift_id": SHIFT,
    "number": FLAG_NUMBER,
    "by": WHO,
    "second_by": WHO,
    "account": WHO,
    "platform": WHO,
    # hashes and versions
    "policy": VERSION,
    "before": VERSION,
    "sha256": HASH,
    "key_id": HASH,
    "co_key_id": HASH,
    "reference": HASH,
    "receipt": HASH,
    "commitment": HASH,
    "seed_hash": HASH,
    "seed": HASH,
    "nonce": HASH,
    "checkpoint": HASH,
    "text_version": NAMED_VERSION,
    "language": LANGUAGE,
    # times, seconds since the epoch
    "since": number,
    "until": number,
    "at": number,
    "decided_at": number,
    "expires_at": number,
    "due_at": number,
    "starts_at": number,
    "ends_at": number,
    # amounts
    "confidence": number,
    "share": number,
    "seconds": number,
    "jump_s": number,
    "frames": count,
    "seen": count,
    "weighed": count,
    "photos": count,
    "stills": count,
    "templates": count,
    "draws": count,
    "bytes": count,
    "faces": count,
    "tries": count,
    "signatures": count,
    "reviewed": count,
    "overturned": count,
    "rows": count,
    "first_seq": count,
    "last_seq": count,
    # yes or no
    "reached": yes_no,
    "paused": yes_no,
    "idle": yes_no,
    "shadow": yes_no,
    # codes
    "what": CODE,
    "why": CODE,
    "because": CODE,
    "reason": CODE,
    "category": CODE,
    "which": CODE,
    "item": CODE,
    "answer": CODE,
    "level": CODE,
    "how": CODE,
    "source": words("meeting", "page"),
    "role": words("lead", "cover", "reviewer"),
    "alternative": CODE,
    "encoder": CODE,
    "finding": words(FindingKind),
    "rule": words(_RULES),
    "thing": THING,
    "presence": words(Presence),
    "interaction": words(Interaction),
    "to": words(Presence),
    "hint": words(NoticeKind),
}

KEYS: Mapping[LedgerKind, frozenset[str]] = {
    kind: frozenset(keys.split())
    for kind, keys in {
        K.LOOK_OPENED: "look_id reason source policy",
        K.LOOK_SKIPPED: "reason because policy",
        K.LOOK_ENDED: "look_id frames why seconds",
        K.FINDING: "what since decided_at confidence look_id thing seen weighed",
        K.FINDING_OVER: "what since",
        K.COULD_NOT_TELL: "what since decided_at confidence look_id",
        K.STATE_SEEN: "account presence interaction",
        K.PAUSE: "paused by reason category until what number why",
        K.INPUT: "idle",
        K.EPISODE: "what finding since why shadow",
        K.NOTICE: "notice_id reached what",
        K.STATE_WRITE: "change_id to what reason",
        K.CLAIM: "what why expires_at",
        K.FLAG: "number what rule since confidence reached policy at why tries finding shadow",
        K.LEAD_ACTION: "number what reason by",
        K.FLAG_VIEWED: "number role by",
        K.COVER: "what by",
        K.DISPUTE: "dispute_id number what reason due_at by",
        K.REVIEW: "dispute_id number what reason by second_by due_at",
        K.SHADOW: "what rule why policy until share reviewed overturned confidence since tries by",
        K.STORM: "since until",
        K.STOP_ALL: "what",
        K.DROPPED: "look_id",
        K.POLICY: "what policy before level because key_id co_key_id signatures by at until",
        K.PRECONDITION: "what which record_id reference until at by",
        K.CONSENT: "what consent_id text_version language alternative why",
        K.ENROLMENT: "what photos how encoder consent_id by",
        K.LINK: "what platform how",
        K.LEFT: "what platform why due_at at",
        K.PREFERENCE: "what hint",
        K.DRAWS_COMMITTED: "what shift_id commitment seed_hash nonce draws starts_at ends_at",
        K.DRAWS_REVEALED: "shift_id commitment seed nonce draws starts_at ends_at",
        K.DESK_CHECK: "check_id what item answer due_at at by why",
        K.STILL_KEPT: "still_id look_id number finding expires_at sha256 bytes faces key_id",
        K.STILL_REFUSED: "still_id look_id number finding because",
        K.STILL_VIEWED: "still_id number finding by reason",
        K.STILL_PURGED: "still_id number why",
        K.HOLD: "still_id number dispute_id what until by",
        K.ERASURE: "what stills templates receipt key_id why due_at",
        K.CLOCK_JUMPED: "jump_s",
        K.LEDGER_CUT: "first_seq last_seq rows checkpoint until",
    }.items()
}

# Where a kind says a field in words of its own. Reasons of adapters and of leads come from outside.
SPECIAL: Mapping[LedgerKind, Mapping[str, Shape]] = {
    K.LOOK_OPENED: {"reason": words(LookReason, ENROLMENT_LOOK)},
    K.LOOK_SKIPPED: {"reason": words(LookReason), "because": words(Because)},
    K.FINDING: {"what": words(FindingKind)},
    K.FINDING_OVER: {"what": words(FindingKind)},
    K.COULD_NOT_TELL: {"what": words(CouldNotTell)},
    K.PAUSE: {
        "what": words("break", "no_break"),
        "by": words(PausedBy),
        "category": told_pattern(r"[a-z][a-z0-9]*(_[a-z0-9]+){0,4}"),
    },
    K.EPISODE: {"what": words("begun", "ended")},
    K.NOTICE: {"what": words("wrong")},
    K.STATE_WRITE: {
        "what": words("asked", "cancelled", "written", "withdrawn", "failed"),
        "reason": told("not_sent", "changed", "no_longer_wanted"),
    },
    K.CLAIM: {
        "what": words("made", "restored", "undone", "dropped"),
        "why": told(
            "changed_meanwhile",
            "changed_by_another",
            "changed",
            "expired",
            "stopped",
            "platform_doubt",
            "not_wanted_any_more",
            "no_longer_wanted",
            "paused",
            "break",
            "left",
        ),
    },
    K.FLAG: {"what": words(FlagStatus, "owed", "returned", "dropped")},
    K.LEAD_ACTION: {
        "what": words(LeadAction, "too_late", "confirmed_already", "same_person", "reason_missing"),
        "reason": told(DismissReason, ConfirmReason),
    },
    K.COVER: {"what": words("set", "removed")},
    K.STOP_ALL: {"what": words("ordered", "lifted")},
    K.PREFERENCE: {"what": words("silenced", "heard")},
    K.DRAWS_COMMITTED: {"what": words("sealed", "bound", "committed")},
}


def shape_of(kind: LedgerKind, field: str) -> Shape | None:
    """What a field of this kind has to look like; None when the kind has no such field."""
    if field not in KEYS[kind]:
        return None
    return SPECIAL.get(kind, {}).get(field) or FIELDS[field]
