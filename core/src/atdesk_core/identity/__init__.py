"""Who is who: people, accounts, leads, shifts, sites; consent, keys and templates.

Start with `LiveDirectory.load`. An account that is not confirmed for exactly one person is nobody's.
"""

from atdesk_core.identity.confirming import (
    CodeRequest,
    ConfirmationError,
    ask_code,
    codes_to_make,
    make_code,
)
from atdesk_core.identity.consent import Consent, ConsentError, consent_of, record_consent, withdraw_consent
from atdesk_core.identity.covering import CoverError, Standing, asked_of, set_cover, standing_of
from atdesk_core.identity.destroying import Destroyed, StillOf, destroy
from atdesk_core.identity.directory import Directory, DirectoryRows
from atdesk_core.identity.enrolment import EnrolmentError, RefusedPhoto, enrol
from atdesk_core.identity.importing import Imported, Vouching, import_roster
from atdesk_core.identity.keys import FileKeyRing, KeyDestroyedError, KeyRing, KeyRingError, PersonKeys
from atdesk_core.identity.linking import LinkError, confirm_link, propose_link, remove_link
from atdesk_core.identity.notices import HINTS, NoticeError, parse_hint, silence, unsilence
from atdesk_core.identity.people import Account, LinkHow, LinkStatus, Person, Site, folded_id, parse_account
from atdesk_core.identity.records import LiveDirectory, declare_sites, directory_revision, load_directory
from atdesk_core.identity.refusing import Refusal, RefusalError, record_refusal, refusal_of
from atdesk_core.identity.roster import Fault, Known, RosterError, RosterRow, read_roster
from atdesk_core.identity.shifts import ShiftPlan, ShiftWindow, parse_plan
from atdesk_core.identity.shifts_dated import DatedLine, DatedShifts, read_dated
from atdesk_core.identity.shifts_kept import ImportedShifts, declare_sources, import_dated, sign_ins_of
from atdesk_core.identity.shifts_source import ShiftSource, Source
from atdesk_core.identity.signing import JSON, SignatureError, Signed, Signer, SigningKeyError, verify
from atdesk_core.identity.templates import (
    Grounds,
    OwnSession,
    Template,
    TemplateError,
    Templates,
    template_encoders,
)

__all__ = [
    "HINTS",
    "JSON",
    "Account",
    "CodeRequest",
    "ConfirmationError",
    "Consent",
    "ConsentError",
    "CoverError",
    "DatedLine",
    "DatedShifts",
    "Destroyed",
    "Directory",
    "DirectoryRows",
    "EnrolmentError",
    "Fault",
    "FileKeyRing",
    "Grounds",
    "Imported",
    "ImportedShifts",
    "KeyDestroyedError",
    "KeyRing",
    "KeyRingError",
    "Known",
    "LinkError",
    "LinkHow",
    "LinkStatus",
    "LiveDirectory",
    "NoticeError",
    "OwnSession",
    "Person",
    "PersonKeys",
    "Refusal",
    "RefusalError",
    "RefusedPhoto",
    "RosterError",
    "RosterRow",
    "ShiftPlan",
    "ShiftSource",
    "ShiftWindow",
    "SignatureError",
    "Signed",
    "Signer",
    "SigningKeyError",
    "Site",
    "Source",
    "Standing",
    "StillOf",
    "Template",
    "TemplateError",
    "Templates",
    "Vouching",
    "ask_code",
    "asked_of",
    "codes_to_make",
    "confirm_link",
    "consent_of",
    "declare_sites",
    "declare_sources",
    "destroy",
    "directory_revision",
    "enrol",
    "folded_id",
    "import_dated",
    "import_roster",
    "load_directory",
    "make_code",
    "parse_account",
    "parse_hint",
    "parse_plan",
    "propose_link",
    "read_dated",
    "read_roster",
    "record_consent",
    "record_refusal",
    "refusal_of",
    "remove_link",
    "set_cover",
    "sign_ins_of",
    "silence",
    "standing_of",
    "template_encoders",
    "unsilence",
    "verify",
    "withdraw_consent",
]
