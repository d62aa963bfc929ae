"""Dates and times that were typed, in the zone of a site."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from atdesk_core.runtime.config import Config
from atdesk_sdk import ConfigError


def zone_of(config: Config, site_id: str) -> ZoneInfo:
    """The time zone of a site.

    Raises:
        ConfigError: There is no such site.
    """
    for one in config.sites:
        if one.id == site_id:
            return ZoneInfo(one.time_zone)
    known = ", ".join(sorted(one.id for one in config.sites)) or "none"
    raise ConfigError(f"there is no site {site_id!r} in {Path(config.path).name}; there are: {known}")


def begin_of(text: str, zone: ZoneInfo) -> float:
    """A time; a date alone is the begin of that day. Seconds since the epoch."""
    return _parsed(text, zone, timedelta(0))


def end_of(text: str, zone: ZoneInfo) -> float:
    """A time; a date alone is the end of that day. Seconds since the epoch."""
    return _parsed(text, zone, timedelta(days=1))


def _parsed(text: str, zone: ZoneInfo, of_a_date: timedelta) -> float:
    try:
        if len(text) == len("2026-11-21"):
            return datetime.combine(date.fromisoformat(text) + of_a_date, time(), zone).timestamp()
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ConfigError(f"{text!r} is no time: write it as 2026-11-21 or 2026-11-21T14:03") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
