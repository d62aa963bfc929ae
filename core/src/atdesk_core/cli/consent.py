"""`atdesk consent record`, `refuse` and `withdraw`."""

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.cli.people import about, act, find_person
from atdesk_core.evidence import PurgeReason
from atdesk_core.identity import (
    Consent,
    Person,
    Refusal,
    StillOf,
    record_consent,
    record_refusal,
    withdraw_consent,
)
from atdesk_core.ledger import LedgerKind
from atdesk_core.store import LedgerEntry, Store


def record(
    database: str | Path,
    agent_id: str,
    *,
    text_version: str,
    language: str,
    alternative: str,
    now: Callable[[], float],
    console: Console,
) -> int:
    """Put an agent's consent on record.

    Args:
        database: Path or URL.
        agent_id: Who agreed.
        text_version: Version of the text that was shown.
        language: In which it was shown.
        alternative: The equal alternative that was offered to those who refuse.
        now: The clock.
        console: Where to print.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        person, at = await find_person(store, agent_id), now()
        consent = Consent(secrets.token_hex(8), agent_id, text_version, language, alternative, at)
        row = about(person, LedgerKind.CONSENT, at, what="given", text_version=text_version)
        await record_consent(store, consent, [row])
        console.print(f"Consent of {escape(person.name)} to text {escape(text_version)} is on record.")

    return act(database, console, action)


def refuse(
    database: str | Path,
    agent_id: str,
    *,
    text_version: str,
    language: str,
    alternative: str,
    now: Callable[[], float],
    console: Console,
) -> int:
    """Put on record that an agent does not agree, and with which alternative the agent goes on.

    Args:
        database: Path or URL.
        agent_id: Who refused.
        text_version: Version of the text that was shown.
        language: In which it was shown.
        alternative: The equal path that the agent takes.
        now: The clock.
        console: Where to print.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        person = await find_person(store, agent_id)
        await record_refusal(store, Refusal(agent_id, text_version, language, alternative, now()))
        console.print(
            f"{escape(person.name)} does not agree; the alternative is: {escape(alternative)}. Nobody is "
            "told: for leads and in the log it is as if the agent had not been asked.",
            soft_wrap=True,
        )

    return act(database, console, action)


def withdraw(database: str | Path, agent_id: str, *, now: Callable[[], float], console: Console) -> int:
    """Withdraw an agent's consent: template and key are destroyed with it. Returns the exit status."""

    async def action(store: Store) -> None:
        person, at = await find_person(store, agent_id), now()
        row = about(person, LedgerKind.CONSENT, at, what="withdrawn")
        await withdraw_consent(store, agent_id, at, [row], partial(_still_gone, person, at))
        console.print(
            f"Consent of {escape(person.name)} is withdrawn. Template, stills and keys are destroyed; "
            "no frame of them is opened from now on.",
            soft_wrap=True,
        )

    return act(database, console, action)


def _still_gone(person: Person, at: float, still: StillOf) -> LedgerEntry:
    naming = {"still_id": still.still_id, "number": still.flag_number}
    return about(person, LedgerKind.STILL_PURGED, at, **naming, why=PurgeReason.CONSENT_WITHDRAWN.value)
