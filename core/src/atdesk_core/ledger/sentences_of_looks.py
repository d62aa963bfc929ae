"""Rows about what was looked at, what was found, and what was done about it, in plain English.

A table of forms, as in `sentences_of_rules`. A form is chosen by the row's `what`, or by the field that
`CHOSEN_BY` names for its kind.
"""

from collections.abc import Mapping

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.sentences_of_rules import OTHERWISE

CHOSEN_BY: Mapping[str, str] = {
    LedgerKind.LOOK_OPENED: "source",
    LedgerKind.PAUSE: "paused",
    LedgerKind.INPUT: "idle",
    LedgerKind.NOTICE: "reached",
}

FOUND: Mapping[str, str] = {
    "present": "the agent was at the desk",
    "absent": "nobody was at the desk",
    "different_person": "somebody else was at the desk",
    "extra_person": "somebody was beside the agent",
    "phone": "the agent possibly held a phone",
    "food_or_drink": "the agent possibly ate or drank",
    "banned_object": "a thing of the site's list was possibly there",
    "input_idle": "keyboard and mouse were silent",
}

REASONS: Mapping[str, str] = {
    "state_change": "a change of state",
    "call_started": "the start of a call",
    "watch": "the regular watch",
    "random": "a random draw",
    "scheduled": "an announced time",
    "returning": "a return to the desk",
    "self_test": "the agent's own test",
    "enrolment": "the making of a template by the agent",
}

FORMS: Mapping[str, Mapping[str, str]] = {
    LedgerKind.LOOK_OPENED: {
        "page": (
            "a look through the agent's own page was opened, reason {reason:plain}, under policy {policy}"
        ),
        OTHERWISE: "a look was opened, reason {reason:plain}, under policy {policy}",
    },
    LedgerKind.LOOK_SKIPPED: {OTHERWISE: "no look was opened for {reason:look}: {because:plain}"},
    LedgerKind.LOOK_ENDED: {OTHERWISE: "the look ended after {frames} frames: {why:plain}"},
    LedgerKind.FINDING: {OTHERWISE: "found that {what:found}{share}"},
    LedgerKind.FINDING_OVER: {OTHERWISE: "it was over that {what:found}"},
    LedgerKind.INPUT: {
        "true": "keyboard and mouse fell silent",
        OTHERWISE: "keyboard or mouse was used",
    },
    LedgerKind.COULD_NOT_TELL: {
        OTHERWISE: "could not tell who was there: {what}; this is never held against anybody"
    },
    LedgerKind.STATE_SEEN: {OTHERWISE: "{account} showed {presence}{interaction:live}"},
    LedgerKind.PAUSE: {
        "true": "looks were paused by the {by}{category}",
        "break": "the agent said that it was a break: nothing follows from it",
        "no_break": "the agent said that it was a break, which changed nothing{why}",
        OTHERWISE: "looks were resumed",
    },
    LedgerKind.EPISODE: {
        "begun": "decided that {finding:found}; the agent was to be told first",
        OTHERWISE: "it was over that {finding:found}{why}",
    },
    LedgerKind.NOTICE: {
        "true": "the agent was told",
        "wrong": "the agent said that it was wrong: the state is not written, and a flag would be disputed",
        OTHERWISE: "no channel reached the agent",
    },
    LedgerKind.STATE_WRITE: {
        "asked": "it was decided to set the state to {to}",
        "cancelled": "the state write was called off before it went out",
        "written": "the state was written, and the platform confirmed it",
        "withdrawn": "the state was not written: somebody had changed it meanwhile{reason}",
        "failed": "the state could not be written{reason}",
        OTHERWISE: "state write: {what}",
    },
    LedgerKind.CLAIM: {
        "made": "the Away that stands is ours from now on",
        "restored": "the state was restored to Available",
        "undone": "our Away was to be taken back{why}",
        "dropped": "the Away is not ours any more{why}, and was left as it was",
        OTHERWISE: "our claim on the state: {what}",
    },
    LedgerKind.FLAG: {
        "owed": "flag {number} was held back until after the call",
        "raised": "flag {number} was shown to the lead under the rule {rule}",
        "returned": "flag {number}: it was not so any more",
        "acknowledged": "flag {number} was acknowledged",
        "awaiting_second": "flag {number} was confirmed by one person, and waits for a second one",
        "dismissed": "flag {number} was dismissed{why}",
        "withdrawn": "flag {number} was closed and is not counted{why}",
        "disputed": "flag {number} was disputed by the agent",
        "upheld": "flag {number} was upheld",
        "overturned": "flag {number} was overturned: it was wrong",
        "expired": "flag {number} expired: nothing follows from it",
        "dropped": "flag {number}, held back until after the call, was not raised{why}",
        OTHERWISE: "a flag: {what}",
    },
    LedgerKind.LEAD_ACTION: {
        "open": "{by:lead} opened flag {number}",
        "too_late": "an answer to flag {number} came too late, and changed nothing",
        "same_person": "{by:lead} confirmed flag {number} twice, which does not make two people",
        "confirmed_already": "{by:lead} confirmed flag {number}, which had been confirmed",
        "reason_missing": "{by:lead} answered flag {number} without a reason, which changed nothing",
        OTHERWISE: "{by:lead} answered flag {number} with {what}{reason}",
    },
    LedgerKind.STORM: {
        OTHERWISE: "too many people turned absent or different at once: the platform is doubted, "
        "not the people"
    },
    LedgerKind.STOP_ALL: {
        "lifted": "the order to stop all looks was lifted",
        OTHERWISE: "all looks were ordered to stop",
    },
    LedgerKind.DROPPED: {OTHERWISE: "a frame came after its look was closed, and was dropped"},
    LedgerKind.CONSENT: {OTHERWISE: "consent was {what}{text_version}"},
    LedgerKind.ENROLMENT: {OTHERWISE: "a template was made from {photos} photos"},
    LedgerKind.LINK: {OTHERWISE: "an account on {platform} was {what}"},
    LedgerKind.PREFERENCE: {
        "silenced": "the hint {hint} was switched off for the agent",
        "heard": "the hint {hint} was switched on again for the agent",
        OTHERWISE: "the hint {hint} was changed for the agent",
    },
}
