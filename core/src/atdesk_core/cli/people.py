"""What the commands about people share: opening the store, finding the person, plain failures."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.agreements import AgreementError
from atdesk_core.cli.asking import RefusedError
from atdesk_core.evidence import NotAttestedError, NotErasedError, StillError
from atdesk_core.identity import (
    ConfirmationError,
    ConsentError,
    CoverError,
    EnrolmentError,
    KeyRingError,
    LinkError,
    NoticeError,
    Person,
    RefusalError,
    RosterError,
    TemplateError,
    load_directory,
)
from atdesk_core.identity.signing import SignatureError, SigningKeyError
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.store import LedgerEntry, Store, StoreError
from atdesk_sdk import ConfigError

_EXPECTED = (
    AgreementError,
    ConfigError,
    ConfirmationError,
    ConsentError,
    CoverError,
    EnrolmentError,
    KeyRingError,
    LinkError,
    NotAttestedError,
    NotErasedError,
    NoticeError,
    RefusedError,
    RefusalError,
    RosterError,
    SignatureError,
    SigningKeyError,
    StillError,
    StoreError,
    TemplateError,
)


class NobodyError(Exception):
    """There is no such person in the directory."""


def act(database: str | Path, console: Console, action: Callable[[Store], Awaitable[None]]) -> int:
    """Run an action on the store.

    Args:
        database: Path or URL.
        console: Where failures are told.
        action: Prints what it did; raises when it did not.

    Returns:
        Exit status: 0, or 1 after a failure that was told.
    """

    async def run() -> None:
        async with await Store.open(database) as store:
            await action(store)

    try:
        asyncio.run(run())
    except (*_EXPECTED, NobodyError) as error:
        tell_failure(console, error)
        return 1
    return 0


def tell_failure(console: Console, error: Exception) -> None:
    """Say what went wrong, fault by fault."""
    if isinstance(error, RosterError):
        console.print("[red]Nothing was imported.[/]")
        for fault in error.faults:
            console.print(f"  {escape(str(fault))}", soft_wrap=True)
        return
    console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
    if isinstance(error, EnrolmentError):
        for photo in error.refused:
            console.print(f"  {escape(photo.name)}: {escape(photo.reason)}", soft_wrap=True)


async def find_person(store: Store, agent_id: str) -> Person:
    """The person of that id.

    Raises:
        NobodyError: There is none.
    """
    person = (await load_directory(store)).people.get(agent_id)
    if person is None:
        raise NobodyError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")
    return person


def about(person: Person, kind: LedgerKind, at: float, **data: Value) -> LedgerEntry:
    """A row of the decision log about a person, without the person's name."""
    return entry(kind, at, person.site_id, person.agent_ref, data)
