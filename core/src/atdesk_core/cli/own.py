"""What `log` and `export` share: whose log it is, in which zone and language, and which days."""

from datetime import date

from atdesk_core.cli.people import NobodyError
from atdesk_core.runtime.own_reader import Reader, reader_of
from atdesk_core.store import Store
from atdesk_sdk import ConfigError

__all__ = ["Reader", "find_reader", "one_day", "span"]


async def find_reader(store: Store, agent_id: str) -> Reader:
    """The agent of that id.

    Raises:
        NobodyError: There is none.
    """
    reader = await reader_of(store, agent_id)
    if reader is None:
        raise NobodyError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")
    return reader


def one_day(text: str, option: str) -> date:
    """A date that was typed.

    Raises:
        ConfigError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} {text!r}: write it as 2026-11-21") from None


def span(start: date | None, end: date | None, otherwise: tuple[date, date]) -> tuple[date, date]:
    """First and last day; where one is not given, that of `otherwise`.

    Raises:
        ConfigError: The first is behind the last.
    """
    first, last = (
        start or min(otherwise[0], end or otherwise[0]),
        end or max(otherwise[1], start or otherwise[1]),
    )
    if first > last:
        raise ConfigError(f"--from {first} is later than --to {last}")
    return first, last
