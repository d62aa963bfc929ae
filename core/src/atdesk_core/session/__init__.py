"""One agent: events in, commands out. Pure."""

from atdesk_core.session.answers import refusal, takes_two
from atdesk_core.session.commands import (
    CloseLook,
    Command,
    KeepReview,
    LookSource,
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
    ClockJumped,
    FactsChanged,
    FlagAnswered,
    FlagDisputed,
    FrameDropped,
    Input,
    InputUnknown,
    LookEnded,
    NoticeDisputed,
    NoticeSettled,
    Observed,
    Recovered,
    StormDeclared,
    Woke,
    WriteSettled,
)
from atdesk_core.session.parts import Claim, OpenFlag, Rule
from atdesk_core.session.pausing import allowed_code, allowed_text, stops_after
from atdesk_core.session.permitting import frame_permission
from atdesk_core.session.sight import Sight, Sighting, sighting
from atdesk_core.session.state import Session, dump, load, new_session
from atdesk_core.session.step import step
from atdesk_core.session.wanting import Wanted, wanted
from atdesk_core.session.writing import write_wanted

__all__ = [
    "Claim",
    "ClockJumped",
    "CloseLook",
    "Command",
    "Facts",
    "FactsChanged",
    "FlagAnswered",
    "FlagDisputed",
    "FrameDropped",
    "Input",
    "InputUnknown",
    "KeepReview",
    "LookEnded",
    "LookSource",
    "NoticeDisputed",
    "NoticeSettled",
    "NotifyAgent",
    "Observed",
    "OpenFlag",
    "OpenLook",
    "PostFlag",
    "Record",
    "RecordKind",
    "Recovered",
    "Rule",
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
    "allowed_code",
    "allowed_text",
    "dump",
    "frame_permission",
    "load",
    "new_session",
    "refusal",
    "sighting",
    "step",
    "stops_after",
    "takes_two",
    "wanted",
    "write_wanted",
]
