"""One agent: events in, commands out. Pure."""

from atdesk_core.session.commands import (
    CloseLook,
    Command,
    NotifyAgent,
    OpenLook,
    PostFlag,
    Record,
    RecordKind,
    SetState,
    Turned,
    UpdateFlag,
    WakeAt,
)
from atdesk_core.session.facts import Facts, ShiftNow
from atdesk_core.session.inputs import (
    FactsChanged,
    Input,
    LookEnded,
    NoticeSettled,
    Observed,
    Recovered,
    StormDeclared,
    Woke,
    WriteSettled,
)
from atdesk_core.session.looks import Wanted, frame_permission, wanted
from atdesk_core.session.sight import Sight, Sighting, sighting
from atdesk_core.session.state import Claim, OpenFlag, Session, dump, load, new_session
from atdesk_core.session.step import step
from atdesk_core.session.writing import write_wanted

__all__ = [
    "Claim",
    "CloseLook",
    "Command",
    "Facts",
    "FactsChanged",
    "Input",
    "LookEnded",
    "NoticeSettled",
    "NotifyAgent",
    "Observed",
    "OpenFlag",
    "OpenLook",
    "PostFlag",
    "Record",
    "RecordKind",
    "Recovered",
    "Session",
    "SetState",
    "ShiftNow",
    "Sight",
    "Sighting",
    "StormDeclared",
    "Turned",
    "UpdateFlag",
    "WakeAt",
    "Wanted",
    "Woke",
    "WriteSettled",
    "dump",
    "frame_permission",
    "load",
    "new_session",
    "sighting",
    "step",
    "wanted",
    "write_wanted",
]
