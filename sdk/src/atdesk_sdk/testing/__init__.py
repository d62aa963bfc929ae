"""What an adapter's author tests with: a conformance kit, scripted fakes, and virtual time.

The kit needs pytest and is loaded when it is first asked for; everything else works without it.
"""

import sys
from typing import TYPE_CHECKING, Any

from atdesk_sdk.testing.clock import Stalled, VirtualClock, VirtualTimeLoop, run_virtual
from atdesk_sdk.testing.host import RecordingHost
from atdesk_sdk.testing.samples import sample_flag, sample_notice
from atdesk_sdk.testing.scripted import (
    At,
    Fault,
    Happening,
    LeadPresses,
    Operation,
    PauseSet,
    ReportHealth,
    ScriptedAdapter,
    ScriptedPlatform,
    StateBecomes,
    VideoEnds,
    VideoStarts,
)

if TYPE_CHECKING:
    from atdesk_sdk.testing.conformance import AdapterCase, AdapterConformance

__all__ = [
    "AdapterCase",
    "AdapterConformance",
    "At",
    "Fault",
    "Happening",
    "LeadPresses",
    "Operation",
    "PauseSet",
    "RecordingHost",
    "ReportHealth",
    "ScriptedAdapter",
    "ScriptedPlatform",
    "Stalled",
    "StateBecomes",
    "VideoEnds",
    "VideoStarts",
    "VirtualClock",
    "VirtualTimeLoop",
    "run_virtual",
    "sample_flag",
    "sample_notice",
]

_KIT = "atdesk_sdk.testing.conformance"

if "pytest" in sys.modules:
    # So that a failing check shows what it compared. This package is always imported before the kit.
    sys.modules["pytest"].register_assert_rewrite(_KIT)


def __getattr__(name: str) -> Any:
    if name in {"AdapterCase", "AdapterConformance"}:
        from atdesk_sdk.testing import conformance  # noqa: PLC0415  (it needs pytest)

        return getattr(conformance, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
