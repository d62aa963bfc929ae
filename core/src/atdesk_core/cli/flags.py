"""`atdesk flags`: one flag at a time. Nothing in here orders people, or adds anything up by person."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atdesk_core.cli.asking import ask_and_tell
from atdesk_core.cli.output import console
from atdesk_core.cli.people import NobodyError, act, find_person
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity import Directory, load_directory
from atdesk_core.judging import read_evidence
from atdesk_core.reviewing import (
    LEAST_PEOPLE,
    Asked,
    FlagLinks,
    RequestKind,
    counts_of,
    dispute_of,
    flags_at,
    grounds_of,
    lift,
    pause_of,
    reviews_of,
)
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.evidence_words import evidence_in_words
from atdesk_core.store import DisputeRow, FlagRow, PauseRow, ReviewRow, Store
from atdesk_sdk import ConfigError, FlagStatus

DAY_S = 86_400.0
_DID = {"acknowledge": "confirmed", "dismiss": "dismissed", "uphold": "upheld", "overturn": "overturned"}


def list_command(path: Path, site: str | None, *, everything: bool) -> None:
    """Print the flags of a site in the order in which they were raised."""
    config, out = _config(path), console()

    async def action(store: Store) -> None:
        directory, table = await load_directory(store), Table("flag", "agent", "rule", "since", "stands")
        for one in _sites(config, site):
            for flag in await flags_at(store, one, open_only=not everything):
                pause = await pause_of(store, flag.agent_id)
                table.add_row(*_line(flag, directory, pause))
        out.print(table if table.row_count else "No flag is open." if not everything else "No flags.")

    leave(act(config.service.database, out, action))


def show_command(path: Path, number: str) -> None:
    """Print what a flag rests on, what people said about it, and where it stands."""
    config, out = _config(path), console()

    async def action(store: Store) -> None:
        flag = await store.flag(number)
        if flag is None:
            raise NobodyError(f"there is no flag {number}: see atdesk flags list --all")
        await _show(store, flag, out)

    leave(act(config.service.database, out, action))


def link_command(path: Path, number: str) -> None:
    """Print a new link to the page of a flag. It opens nothing without the sign-in of somebody who may."""
    config, out = _config(path), console()

    async def action(store: Store) -> None:
        if await store.flag(number) is None:
            raise NobodyError(f"there is no flag {number}: see atdesk flags list --all")
        table = config.service
        links = FlagLinks(store, time.time, table.public_url, table.flag_link_hours * 3600.0)
        link = await links.make(number)
        if not link:
            raise ConfigError("there are no links without an address: set service.public_url")
        out.print(link, markup=False, highlight=False, soft_wrap=True)
        out.print(f"Good for {table.flag_link_hours:g} h, for those whom the flag asks, once they sign in.")

    leave(act(config.service.database, out, action))


def answer_command(path: Path, number: str, kind: RequestKind, by: str, reason: str | None) -> None:
    """Ask the service to take a named person's word about one flag."""
    config, out = _config(path), console()

    async def action(store: Store) -> None:
        person = await find_person(store, by)
        request = Asked(kind, person.agent_ref, time.time(), flag_number=number, code=reason)
        await ask_and_tell(store, request, out)

    leave(act(config.service.database, out, action))


def dispute_command(path: Path, number: str, by: str, text: str | None) -> None:
    """Ask the service to take the agent's word against one flag."""
    config, out = _config(path), console()

    async def action(store: Store) -> None:
        person = await find_person(store, by)
        kind, now = RequestKind.DISPUTE, time.time()
        request = Asked(kind, person.agent_ref, now, person.agent_id, number, text=text)
        await ask_and_tell(store, request, out)

    leave(act(config.service.database, out, action))


def counts_command(path: Path, site: str, days: float) -> None:
    """Print how many flags of each rule stand where. Numbers of fewer than five people are left out."""
    config, out = _config(path), console()

    async def action(store: Store) -> None:
        (known,) = _sites(config, site)
        cells = await counts_of(store, known, time.time() - days * DAY_S)
        table = Table("rule", "stands", "flags")
        for cell in cells:
            shown = f"fewer than {LEAST_PEOPLE} people" if cell.number is None else str(cell.number)
            table.add_row(cell.rule.replace("_", " "), cell.stands.replace("_", " "), shown)
        out.print(table if cells else "Nothing to count.")
        says = "Disputed and expired flags, and absences that were breaks, are in no number."
        out.print(says, soft_wrap=True)

    leave(act(config.service.database, out, action))


def lift_command(path: Path, site: str, rule: str, by: str) -> None:
    """Let a rule that fell back to shadow mode tell people again."""
    config, out = _config(path), console()

    async def action(store: Store) -> None:
        person = await find_person(store, by)
        if not await lift(store, site, rule, person.agent_ref, time.time()):
            raise ConfigError(f"rule {rule} is in no shadow mode of this kind at {site}: see atdesk doctor")
        out.print(escape(f"Rule {rule} tells people at {site} again. It is in the log who lifted it."))

    leave(act(config.service.database, out, action))


def _config(path: Path) -> Config:
    return load_setting(path)[0]


def _sites(config: Config, site: str | None) -> Sequence[str]:
    known = [one.id for one in config.sites]
    if site is None:
        return known
    if site not in known:
        raise ConfigError(f"there is no site {site!r}: {', '.join(sorted(known))}")
    return [site]


def _line(flag: FlagRow, directory: Directory, pause: PauseRow | None) -> tuple[str, ...]:
    person = directory.people.get(flag.agent_id)
    stands = flag.status.replace("_", " ") + (f"; {_paused(pause)}" if pause else "")
    name = escape(person.name) if person else "has left"
    return flag.number, name, flag.rule.replace("_", " "), _clock(flag.since), escape(stands)


async def _show(store: Store, flag: FlagRow, out: Console) -> None:
    directory = await load_directory(store)
    grounds, dispute = await grounds_of(store, flag.number), await dispute_of(store, flag.number)
    pause = await pause_of(store, flag.agent_id)
    person = directory.people.get(flag.agent_id)
    tries = grounds.tries if grounds else 1
    lines = [
        f"Flag {flag.number}: {person.name if person else 'has left'}, {flag.finding.replace('_', ' ')}",
        f"rule {flag.rule}, policy {flag.policy_version}, since {_clock(flag.since)}",
        f"{flag.confidence:.0%} of the pictures say so; it was judged {tries} times, each afresh",
        evidence_in_words(read_evidence(grounds.evidence), "en") if grounds else "",
        "" if flag.agent_reached else "the agent was not reached",
        f"not so any more since {_clock(flag.returned_at)}" if flag.returned_at is not None else "",
        _paused(pause) if pause else "",
        _stands(flag),
        *(_said(review, directory) for review in await reviews_of(store, flag.number)),
        *_disputed(dispute, directory),
    ]
    for line in lines:
        if line:
            out.print(escape(line), soft_wrap=True)


def _stands(flag: FlagRow) -> str:
    usable = "" if FlagStatus(flag.status).usable else ", and is not to be used"
    why = f" ({flag.reason.replace('_', ' ')})" if flag.reason else ""
    return f"It is {flag.status.replace('_', ' ')}{why}{usable}."


def _said(review: ReviewRow, directory: Directory) -> str:
    done = f"{_DID.get(review.action, review.action)} it: {review.reason.replace('_', ' ')}"
    return f"{_clock(review.at)} {_name(directory, review.by_ref)} {done}"


def _disputed(dispute: DisputeRow | None, directory: Directory) -> Sequence[str]:
    if dispute is None:
        return ()
    said = f": {dispute.text}" if dispute.text else ""
    lines = [f"{_clock(dispute.at)} the agent disputed it{said}"]
    if dispute.decided_at is not None and dispute.decided_by is not None:
        outcome = "upheld" if dispute.upheld else "overturned"
        lines.append(f"{_clock(dispute.decided_at)} {_name(directory, dispute.decided_by)}: {outcome}")
    return lines


def _paused(pause: PauseRow) -> str:
    reason = pause.category or pause.text
    return f"paused since {_clock(pause.at)}" + (f" ({reason})" if reason else "")


def _name(directory: Directory, ref: str) -> str:
    agent_id = directory.agent_by_ref(ref)
    return directory.people[agent_id].name if agent_id else "somebody who has left"


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
