"""Times as they are at an agent's site."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from atdesk_core.identity import Directory


@dataclass(frozen=True, slots=True)
class Clock:
    """Times where the agent works."""

    zone: ZoneInfo

    @classmethod
    def of(cls, directory: Directory, agent_id: str) -> "Clock":
        """The clock of the agent's site; UTC where that is not known."""
        site = directory.site_of(agent_id)
        try:
            return cls(ZoneInfo(site.time_zone if site else "UTC"))
        except (ZoneInfoNotFoundError, ValueError):
            return cls(ZoneInfo("UTC"))

    def long(self, at: float) -> str:
        """Day, time and zone."""
        return datetime.fromtimestamp(at, self.zone).strftime("%Y-%m-%d %H:%M:%S %Z")

    def iso(self, at: float) -> str:
        """For machines."""
        return datetime.fromtimestamp(at, self.zone).isoformat(timespec="seconds")

    def short(self, at: float) -> str:
        """Day, time and zone, to the minute: of what is agreed between people."""
        return datetime.fromtimestamp(at, self.zone).strftime("%Y-%m-%d %H:%M %Z")
