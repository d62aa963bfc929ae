"""What was agreed to: policies in force with their signatures, and preconditions on record.

A service reads them with `LiveAgreements`; `put_in_force` signs; `record_precondition` puts on record.
"""

from atdesk_core.agreements.agreements import Agreements, Applied, Caps, Place
from atdesk_core.agreements.co_signing import co_sign, waiting_version
from atdesk_core.agreements.contents import Content
from atdesk_core.agreements.councils import council_key, handover_document, register_council_key
from atdesk_core.agreements.errors import AgreementError
from atdesk_core.agreements.in_force import Declared, Fault, Refused, how_to_sign
from atdesk_core.agreements.live import LiveAgreements, load_agreements
from atdesk_core.agreements.preconditions import (
    Entry,
    OnRecord,
    Standing,
    lapse_precondition,
    read_preconditions,
    record_precondition,
    standing,
)
from atdesk_core.agreements.scopes import ORGANISATION, Scope, ScopeKind, parse_scope, site_scope
from atdesk_core.agreements.signing import Approval, Desk, Outcome, foresee, put_in_force, roll_back
from atdesk_core.agreements.versions import PolicyVersion, versions_of

__all__ = [
    "ORGANISATION",
    "AgreementError",
    "Agreements",
    "Applied",
    "Approval",
    "Caps",
    "Content",
    "Declared",
    "Desk",
    "Entry",
    "Fault",
    "LiveAgreements",
    "OnRecord",
    "Outcome",
    "Place",
    "PolicyVersion",
    "Refused",
    "Scope",
    "ScopeKind",
    "Standing",
    "co_sign",
    "council_key",
    "foresee",
    "handover_document",
    "how_to_sign",
    "lapse_precondition",
    "load_agreements",
    "parse_scope",
    "put_in_force",
    "read_preconditions",
    "record_precondition",
    "register_council_key",
    "roll_back",
    "site_scope",
    "standing",
    "versions_of",
    "waiting_version",
]
