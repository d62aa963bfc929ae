"""Whose log is read: which rows, in which zone, and in whose words they are told."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from atdesk_core.identity import Directory, load_directory, sign_ins_of
from atdesk_core.ledger.collecting import Subject
from atdesk_core.ledger.languages import language_of, say_in
from atdesk_core.ledger.sentences import Teller
from atdesk_core.store import Store

_REF: Final = re.compile(r"[0-9a-f]{16}")


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


async def reader_of(store: Store, agent_id: str, directory: Directory | None = None) -> Reader | None:
    """The agent of that id; None when there is none.

    Args:
        store: The database.
        agent_id: Who reads.
        directory: Where it is at hand; None: it is read.
    """
    directory = directory or await load_directory(store)
    person, site = directory.people.get(agent_id), directory.site_of(agent_id)
    if person is None:
        return None
    known = directory
    zone_name = site.time_zone if site else "UTC"
    zone = ZoneInfo(zone_name)
    language = language_of(person.language)
    say = say_in(language)
    teller = Teller(
        say,
        when=lambda at: f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}",
        who=lambda ref: _name(known, ref, say("somebody who has left ({ref})")),
    )
    signed_in = [(one.starts_at, one.over_at) for one in await sign_ins_of(store, agent_id)]
    subject = Subject(
        person.agent_ref,
        person.site_id,
        zone,
        lambda start, end: [
            *((shift.starts_at, shift.ends_at) for shift in known.shifts_between(agent_id, start, end)),
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
