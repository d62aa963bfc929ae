"""Rows about what may be done, and about what an agent can ask for, in plain English.

A table of forms: `{field}` stands for a value; `{why}` and its like for a reason in brackets.
"""

from collections.abc import Mapping

from atdesk_core.ledger.kinds import LedgerKind

OTHERWISE = ""
"""The form for a word that has none of its own; `{what}` names it."""

FORMS: Mapping[str, Mapping[str, str]] = {
    LedgerKind.POLICY: {
        "signed": "a new policy was signed, version {policy}",
        "co_signed": "the works council signed the policy, version {policy}",
        "in_force": "a new policy is in force, version {policy}",
        "rolled_back": "the policy went back to version {policy}",
        "refused": "a policy was refused{because}",
        "council_key": "the works council's key was put on record",
        OTHERWISE: "the policy was changed: {what}",
    },
    LedgerKind.PRECONDITION: {
        "recorded": "a precondition was put on record: {which}",
        "lapsed": "a precondition lapsed: {which}; what needs it is not done any more",
        OTHERWISE: "a precondition was {what}: {which}",
    },
    LedgerKind.DISPUTE: {
        "opened": "the agent disputed flag {number}{reason}; until it is decided nobody may use the flag",
        OTHERWISE: "the dispute of flag {number}: {what}{reason}",
    },
    LedgerKind.REVIEW: {
        "uphold": "a reviewer upheld flag {number}{reason}",
        "overturn": "a reviewer overturned flag {number}{reason}: it was wrong",
        OTHERWISE: "a review of flag {number}: {what}{reason}",
    },
    LedgerKind.SHADOW: {
        "begun": "the rule {rule} went into shadow{why}: it decides and tells nobody but this log",
        "ended": "the rule {rule} came out of shadow{why}",
        "would_tell": "in shadow mode, nobody was told: the rule {rule} would have told the agent",
        "would_write": "in shadow mode, nothing was written: the rule {rule} would have set Away",
        "would_flag": "in shadow mode, no flag was raised: the rule {rule} would have raised one",
        OTHERWISE: "the shadow of the rule {rule}: {what}{why}",
    },
    LedgerKind.LEFT: {
        "left": "the agent has left{why}: no look from then on; template and key go by {due_at}",
        "erased": "template and key of the agent, who has left, were erased",
        "back": "the agent has not left after all{why}",
        OTHERWISE: "about the agent's leaving: {what}{why}",
    },
    LedgerKind.DRAWS_COMMITTED: {
        "sealed": "a secret for the random looks of a later shift was sealed as {seed_hash}",
        "bound": "the agent gave a number of their own, to be mixed with the secret sealed as {seed_hash}",
        OTHERWISE: "the random looks of the shift were fixed in advance, under the seal {commitment}",
    },
    LedgerKind.DRAWS_REVEALED: {
        OTHERWISE: "the seal {commitment} of the random looks was opened: anybody can check them now"
    },
    LedgerKind.DESK_CHECK: {
        "scheduled": "a desk check by a human was planned for {at}, by {by}",
        "announced": "the agent was told of the desk check at {at}",
        "moved": "the desk check was moved to {at}",
        "viewed": "{by:lead} opened the page of the desk check",
        "answered": "the desk check: {item:plain}: {answer:plain}",
        "done": "the desk check was held",
        "missed": "the desk check was not held, for the agent did not come: nothing follows from it",
        "lapsed": "the desk check was dropped{why}: nothing follows from it",
        OTHERWISE: "the desk check: {what}{why}",
    },
    LedgerKind.STILL_KEPT: {OTHERWISE: "a still was kept, encrypted, until {expires_at}{finding}"},
    LedgerKind.STILL_REFUSED: {OTHERWISE: "no still was kept{because}"},
    LedgerKind.FLAG_VIEWED: {OTHERWISE: "{by:lead} opened the page of flag {number}{role}"},
    LedgerKind.COVER: {
        "set": "{by} answers in place of the agent, who is a lead, while the agent is off shift",
        "removed": "{by} does not answer in place of the agent any more",
        OTHERWISE: "about who answers in place of the agent: {what}",
    },
    LedgerKind.STILL_VIEWED: {OTHERWISE: "a still was viewed by {by}{reason}"},
    LedgerKind.STILL_PURGED: {OTHERWISE: "a still was destroyed{why}"},
    LedgerKind.HOLD: {
        "placed": "a still is held for a dispute until {until}",
        "released": "a still is not held any more, by decision of {by}",
        "ended": "the time for which a still was held is over",
        OTHERWISE: "the hold on a still: {what}",
    },
    LedgerKind.ERASURE: {
        "erased": "keys, templates and stills of the agent were destroyed{why}",
        "proved": "it was proved that nothing of it can be opened, under the receipt {receipt}",
        "key_lost": "the key file was lost: what was encrypted under it is gone",
        OTHERWISE: "about the erasure of the agent's data: {what}{why}",
    },
    LedgerKind.CLOCK_JUMPED: {
        OTHERWISE: "the clock of the service jumped by {jump_s} s; every look was closed"
    },
    LedgerKind.LEDGER_CUT: {
        OTHERWISE: "rows {first_seq} to {last_seq} of the log had reached their time and were cut off"
    },
}
