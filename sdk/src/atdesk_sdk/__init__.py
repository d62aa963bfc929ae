"""The atdesk contract: what an adapter implements and what it receives.

Heavier than pluggy and pydantic is nothing here, and pydantic is loaded only when a configuration is
first asked for. Start with `atdesk_sdk.adapter`; check an adapter with `atdesk_sdk.testing`.
"""

from typing import TYPE_CHECKING, Any

from atdesk_sdk.adapter import (
    Adapter,
    AgentNotice,
    Capabilities,
    FlagSink,
    Host,
    Ingress,
    LookRequest,
    MessageLookup,
    RawRequest,
    RawResponse,
    Route,
    StateChange,
    StateReceipt,
    StateSource,
    StateWriter,
    VideoSource,
)
from atdesk_sdk.detector import (
    Box,
    DetectedFace,
    Face,
    FaceDetector,
    FaceEncoder,
    Frame,
    Match,
    MatchBand,
    ObjectDetector,
    Observation,
    Obstacle,
    PersonDetector,
    PixelFormat,
    Quality,
    SeenObject,
    Skipped,
)
from atdesk_sdk.errors import (
    AdapterError,
    ConfigError,
    CredentialsBad,
    GiveUp,
    LookRefused,
    OutcomeUnknown,
    TryLater,
)
from atdesk_sdk.events import (
    AccountRef,
    AccountSeen,
    AdapterEvent,
    AgentState,
    AgentStateChanged,
    InputActivity,
    Interaction,
    LeadActed,
    LeadAction,
    Meeting,
    MeetingChanged,
    PauseChanged,
    PausedBy,
    Presence,
    Routing,
    StreamKey,
    TurnedIntoBreak,
    VideoClosed,
    VideoOpened,
)
from atdesk_sdk.findings import CouldNotTell, Finding, FindingKind
from atdesk_sdk.flags import (
    ConfirmReason,
    DismissReason,
    FlagDetails,
    FlagStatus,
    FlagView,
    MessageRef,
    Notice,
    NoticeKind,
)
from atdesk_sdk.health import HealthReport, HealthStatus
from atdesk_sdk.hooks import AdapterSpec, DetectorSpec, hookimpl

if TYPE_CHECKING:
    from atdesk_sdk.config import AdapterConfig, SecretRef, resolve_secret

__all__ = [
    "AccountRef",
    "AccountSeen",
    "Adapter",
    "AdapterConfig",
    "AdapterError",
    "AdapterEvent",
    "AdapterSpec",
    "AgentNotice",
    "AgentState",
    "AgentStateChanged",
    "Box",
    "Capabilities",
    "ConfigError",
    "ConfirmReason",
    "CouldNotTell",
    "CredentialsBad",
    "DetectedFace",
    "DetectorSpec",
    "DismissReason",
    "Face",
    "FaceDetector",
    "FaceEncoder",
    "Finding",
    "FindingKind",
    "FlagDetails",
    "FlagSink",
    "FlagStatus",
    "FlagView",
    "Frame",
    "GiveUp",
    "HealthReport",
    "HealthStatus",
    "Host",
    "Ingress",
    "InputActivity",
    "Interaction",
    "LeadActed",
    "LeadAction",
    "LookRefused",
    "LookRequest",
    "Match",
    "MatchBand",
    "Meeting",
    "MeetingChanged",
    "MessageLookup",
    "MessageRef",
    "Notice",
    "NoticeKind",
    "ObjectDetector",
    "Observation",
    "Obstacle",
    "OutcomeUnknown",
    "PauseChanged",
    "PausedBy",
    "PersonDetector",
    "PixelFormat",
    "Presence",
    "Quality",
    "RawRequest",
    "RawResponse",
    "Route",
    "Routing",
    "SecretRef",
    "SeenObject",
    "Skipped",
    "StateChange",
    "StateReceipt",
    "StateSource",
    "StateWriter",
    "StreamKey",
    "TryLater",
    "TurnedIntoBreak",
    "VideoClosed",
    "VideoOpened",
    "VideoSource",
    "hookimpl",
    "resolve_secret",
]


def __getattr__(name: str) -> Any:
    if name in {"AdapterConfig", "SecretRef", "resolve_secret"}:
        from atdesk_sdk import config  # noqa: PLC0415  (it loads pydantic: most of the time of this import)

        return getattr(config, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
