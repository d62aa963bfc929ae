"""The whole engine over a recording, in virtual time, as fast as it goes."""

from atdesk_core.runtime.replay.outcome import ReplayOutcome
from atdesk_core.runtime.replay.run import Schedule, Script, replay

__all__ = ["ReplayOutcome", "Schedule", "Script", "replay"]
