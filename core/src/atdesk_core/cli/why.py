"""`atdesk why AGENT --at TIME`: the decision log as a chain of reasons."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from atdesk_core.cli.output import console
from atdesk_core.cli.people import act, find_person
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.ledger import why
from atdesk_core.ledger.collecting import Subject, own_rows
from atdesk_core.runtime.config import Config
from atdesk_core.store import Store
from atdesk_sdk import ConfigError

# What a decision may stand on lies at most this far back.
BACK_S = 2 * 3600.0


def why_command(path: Path, agent_id: str, at_text: str) -> None:
    """Print the chain, in the time zone of the agent's site."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        person = await find_person(store, agent_id)
        zone = _zone(config, person.site_id)
        at = _time(at_text, zone)
        subject = Subject(person.agent_ref, person.site_id, zone)
        reasons = why(await own_rows(store, subject, at - BACK_S, at + 1), at)
        if not reasons:
            out.print("The log holds nothing about that time.")
        for reason in reasons:
            out.print(f"{datetime.fromtimestamp(reason.at, zone):%H:%M:%S}  {reason.text}", soft_wrap=True)

    leave(act(config.service.database, out, action))


def _zone(config: Config, site_id: str) -> ZoneInfo:
    return ZoneInfo(next((one.time_zone for one in config.sites if one.id == site_id), "UTC"))


def _time(text: str, zone: ZoneInfo) -> float:
    """A time; where no seconds are given, the end of that minute."""
    try:
        moment = datetime.fromisoformat(text)
        if "T" in text and text.partition("T")[2].count(":") == 1:
            moment = moment.replace(second=59, microsecond=999_999)
    except ValueError:
        raise ConfigError(f"--at {text!r}: write it as 2026-11-21T14:03 or with a zone") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
