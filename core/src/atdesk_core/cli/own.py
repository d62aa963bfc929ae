"""What `log` and `export` share: whose log it is, in which zone and language, and which days."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from atdesk_core.cli.people import NobodyError
from atdesk_core.identity import Directory, load_directory, sign_ins_of
from atdesk_core.ledger.collecting import Subject
from atdesk_core.ledger.languages import language_of, say_in
from atdesk_core.ledger.sentences import Teller
from atdesk_core.store import Store
from atdesk_sdk import ConfigError

_REF = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Reader:
    """The agent who reads: which rows, and how they are told.

    Attributes:
        agent_id: As in the directory.
        subject: Which rows are this agent's.
        zone_name: IANA name of the zone of the agent's site.
        language: Of the sentences.
        teller: In that language, with local times and with the names of those who acted.
    """

    agent_id: str
    subject: Subject
    zone_name: str
    language: str
    teller: Teller


async def find_reader(store: Store, agent_id: str) -> Reader:
    """The agent of that id.

    Raises:
        NobodyError: There is none.
    """
    directory = await load_directory(store)
    person, site = directory.people.get(agent_id), directory.site_of(agent_id)
    if person is None:
        raise NobodyError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")
    zone_name = site.time_zone if site else "UTC"
    zone = ZoneInfo(zone_name)
    language = language_of(person.language)
    say = say_in(language)
    teller = Teller(
        say,
        when=lambda at: f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}",
        who=lambda ref: _name(directory, ref, say("somebody who has left ({ref})")),
    )
    signed_in = [(one.starts_at, one.over_at) for one in await sign_ins_of(store, agent_id)]
    subject = Subject(
        person.agent_ref,
        person.site_id,
        zone,
        lambda start, end: [
            *((shift.starts_at, shift.ends_at) for shift in directory.shifts_between(agent_id, start, end)),
            *signed_in,
        ],
    )
    return Reader(agent_id, subject, zone_name, language, teller)


def _name(directory: Directory, ref: str, left: str) -> str:
    """The person behind a random id. What is none, such as a platform or "agent", stands for itself."""
    agent_id = directory.agent_by_ref(ref)
    if agent_id is not None:
        return directory.people[agent_id].name
    return left.format(ref=ref) if _REF.fullmatch(ref) else ref.replace("_", " ")


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
