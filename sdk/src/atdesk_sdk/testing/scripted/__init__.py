"""A fake adapter that follows a script: what happens, when, how slowly, and what goes wrong.

Nothing in it is random, and its waits are timers of the loop: in a `VirtualTimeLoop` an hour of
script takes milliseconds.
"""

from atdesk_sdk.testing.scripted.adapter import ScriptedAdapter
from atdesk_sdk.testing.scripted.platform import ScriptedPlatform
from atdesk_sdk.testing.scripted.timeline import (
    At,
    Fault,
    Happening,
    LeadPresses,
    Operation,
    PauseSet,
    ReportHealth,
    StateBecomes,
    VideoEnds,
    VideoStarts,
)

__all__ = [
    "At",
    "Fault",
    "Happening",
    "LeadPresses",
    "Operation",
    "PauseSet",
    "ReportHealth",
    "ScriptedAdapter",
    "ScriptedPlatform",
    "StateBecomes",
    "VideoEnds",
    "VideoStarts",
]
