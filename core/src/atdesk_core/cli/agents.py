"""`atdesk agents import`, `list`, `link`, `unlink` and `cover`: the directory."""

import secrets
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atdesk_core.cli.people import about, act, find_person, tell_failure
from atdesk_core.identity import (
    CoverError,
    Directory,
    Fault,
    Known,
    LinkError,
    LinkStatus,
    Person,
    RosterError,
    Vouching,
    confirm_link,
    declare_sites,
    import_roster,
    load_directory,
    parse_account,
    read_roster,
    remove_link,
    set_cover,
)
from atdesk_core.ledger import LedgerKind
from atdesk_core.store import Store


def new_ref() -> str:
    """A random id that stands for a person in the decision log."""
    return secrets.token_hex(8)


def import_agents(
    database: str | Path,
    file: Path,
    known: Known,
    *,
    confirmed_by: str | None,
    complete: bool = False,
    now: Callable[[], float],
    console: Console,
) -> int:
    """Read a CSV file into the directory: all of it, or nothing.

    Args:
        database: Path or URL.
        file: See `atdesk_core.identity.roster` for its columns.
        known: Sites and tenants of the configuration.
        confirmed_by: Name of the human who vouches for the account ids; None only proposes them.
        complete: The file has everybody: whoever is not in it has left.
        now: The clock.
        console: Where to print.

    Returns:
        Exit status.
    """
    try:
        rows = read_roster(file_text(file), known)
    except RosterError as error:
        tell_failure(console, error)
        return 1

    async def action(store: Store) -> None:
        await declare_sites(store, list(known.sites.values()))
        done = await import_roster(
            store, rows, known, Vouching(confirmed_by, now()), new_ref, complete=complete
        )
        console.print(
            f"{done.added} added, {done.updated} updated; accounts: {done.confirmed} newly confirmed, "
            f"{done.proposed} proposed, {done.removed} removed."
        )
        if done.left:
            console.print(
                f"{done.left} have left: nobody looks at them from now on, and their templates and keys go "
                "within 24 hours. Who is in a file again before then keeps everything.",
                soft_wrap=True,
            )
        if done.unmentioned:
            console.print(
                f"{done.unmentioned} of the directory are not in the file, and stay. If they have left: "
                "import with --complete, or atdesk left AGENT --by NAME.",
                soft_wrap=True,
            )
        if done.proposed:
            console.print(
                "A proposed account is nobody's until a human confirms it: atdesk agents link AGENT ACCOUNT "
                "--by NAME, or import again with --confirm-by NAME.",
                soft_wrap=True,
            )

    return act(database, console, action)


def list_agents(database: str | Path, *, now: Callable[[], float], console: Console) -> int:
    """Print the directory; returns the exit status."""

    async def action(store: Store) -> None:
        directory = await load_directory(store)
        if not directory.people:
            console.print("Nobody is in the directory. Fill it: atdesk agents import FILE")
            return
        console.print(_table(directory, now()))

    return act(database, console, action)


def link_agent(
    database: str | Path, agent_id: str, account: str, *, by: str, now: Callable[[], float], console: Console
) -> int:
    """Confirm a proposed link, in the name of a human; returns the exit status."""
    try:
        ref = parse_account(account)
    except ValueError as error:
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
        return 1

    async def action(store: Store) -> None:
        person, at = await find_person(store, agent_id), now()
        row = about(person, LedgerKind.LINK, at, what="confirmed", platform=ref.platform)
        link = await confirm_link(store, agent_id, ref, by, at, [row])
        console.print(
            f"{escape(str(ref))} is {escape(person.name)}'s, confirmed by {escape(link.verified_by or '')}.",
            soft_wrap=True,
        )

    return act(database, console, action)


def unlink_account(
    database: str | Path, account: str, *, by: str, now: Callable[[], float], console: Console
) -> int:
    """Take an account from whom it is confirmed for, in the name of a human; returns the exit status."""

    async def action(store: Store) -> None:
        try:
            ref = parse_account(account)
        except ValueError as error:
            raise LinkError(str(error)) from None
        if not by.strip():
            raise LinkError("--by: say who takes it away")
        people, at = (await load_directory(store)).people, now()
        agent_id = await remove_link(
            store,
            ref,
            lambda whose: [about(people[whose], LedgerKind.LINK, at, what="removed", platform=ref.platform)],
        )
        console.print(
            f"{escape(str(ref))} is not {escape(people[agent_id].name)}'s any more: it is nobody's, and "
            "nobody is looked at by it.",
            soft_wrap=True,
        )

    return act(database, console, action)


def cover_lead(
    database: str | Path,
    lead_id: str,
    cover_id: str,
    *,
    covers: bool,
    now: Callable[[], float],
    console: Console,
) -> int:
    """Put on record who answers for a lead who is off shift, or take it back; returns the exit status."""

    async def action(store: Store) -> None:
        lead, cover = await find_person(store, lead_id), await find_person(store, cover_id)
        row = about(lead, LedgerKind.COVER, now(), what="set" if covers else "removed", by=cover.agent_ref)
        if not await set_cover(store, lead, cover, [row], covers=covers):
            raise CoverError(f"{cover_id} does not cover for {lead_id}: see atdesk agents list")
        does = "answers" if covers else "does not answer any more"
        console.print(
            escape(f"{cover.name} {does} for {lead.name} while {lead.name} is off shift."), soft_wrap=True
        )
        if covers and not (await load_directory(store)).has_shifts(lead_id):
            console.print(
                escape(
                    f"{lead_id} has no shifts, so it is never known to be off shift, and {cover_id} is never "
                    "asked: give the lead shifts (atdesk agents import, column shift)."
                ),
                soft_wrap=True,
            )

    return act(database, console, action)


def file_text(file: Path) -> str:
    """What a CSV file holds.

    Raises:
        RosterError: It cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RosterError([Fault(1, "file", f"{file} cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RosterError([Fault(line, "file", f"{file} is not UTF-8: save it as CSV UTF-8")]) from None


def _table(directory: Directory, at: float) -> Table:
    table = Table(
        "id", "name", "team", "site", "lead", "cover", "accounts", "shift now", "consent", "template"
    )
    for person in sorted(directory.people.values(), key=lambda one: (one.team, one.name)):
        table.add_row(*(escape(cell) for cell in _cells(directory, person, at)))
    return table


def _cells(directory: Directory, person: Person, at: float) -> list[str]:
    agent_id = person.agent_id
    links = (
        str(link.ref) if link.status is LinkStatus.CONFIRMED else f"{link.ref} (proposed)"
        for link in directory.links_of(agent_id)
    )
    return [
        agent_id,
        person.name,
        person.team,
        person.site_id,
        ", ".join(directory.lead_ids(agent_id)),
        ", ".join(directory.cover_ids(agent_id)),
        "\n".join(links),
        "yes" if directory.on_shift(agent_id, at) else "no",
        "yes" if directory.has_consent(agent_id) else "no",
        "yes" if directory.is_enrolled(agent_id) else "no",
    ]
