"""Links between people and accounts: proposed by a machine, confirmed by a human."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.people import Account, LinkHow, LinkStatus
from atdesk_core.identity.records import (
    account_of,
    mark_changed,
    remove_accounts,
    same_account,
    save_accounts,
)
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_core.store.apply import append_ledger
from atdesk_sdk import AccountRef


class LinkError(Exception):
    """The link cannot be made. The message says why and what to do."""


async def propose_link(store: Store, agent_id: str, account: AccountRef, how: LinkHow) -> bool:
    """Note that an account may be this person's; a human decides. False when the link is known."""

    async def job(connection: AsyncConnection) -> bool:
        if any(link.agent_id == agent_id for link in await _links(connection, account)):
            return False
        await save_accounts(connection, [Account(agent_id, account, LinkStatus.PROPOSED, how)])
        await mark_changed(connection)
        return True

    return await store.run(job)


async def confirm_link(
    store: Store, agent_id: str, account: AccountRef, by: str, at: float, log: Sequence[LedgerEntry] = ()
) -> Account:
    """A human says that a proposed link is right.

    Args:
        store: Where.
        agent_id: The person.
        account: The account.
        by: Name of the human.
        at: Now, seconds since the epoch.
        log: Rows for the decision log, written with it.

    Raises:
        LinkError: Nobody of that id, no such proposal, or the account is confirmed for another person.
    """

    async def job(connection: AsyncConnection) -> Account:
        await _check_known(connection, agent_id)
        proposed = await _proposal(connection, agent_id, account)
        if proposed.status is LinkStatus.CONFIRMED:
            return proposed
        confirmed = replace(proposed, status=LinkStatus.CONFIRMED, verified_by=by, verified_at=at)
        await save_accounts(connection, [confirmed])
        await mark_changed(connection)
        await append_ledger(connection, log)
        return confirmed

    return await store.run(job)


async def remove_link(
    store: Store, account: AccountRef, log_of: Callable[[str], Sequence[LedgerEntry]]
) -> str:
    """A human takes an account from whom it is confirmed for: it is nobody's then.

    Args:
        store: Where.
        account: The account.
        log_of: Makes the rows for the decision log of the person's id, written with it.

    Returns:
        Whose it was.

    Raises:
        LinkError: It is nobody's.
    """

    async def job(connection: AsyncConnection) -> str:
        links = [one for one in await _links(connection, account) if one.status is LinkStatus.CONFIRMED]
        if not links:
            raise LinkError(f"{account} is confirmed for nobody: see atdesk agents list")
        await remove_accounts(connection, links)
        await mark_changed(connection)
        await append_ledger(connection, log_of(links[0].agent_id))
        return links[0].agent_id

    return await store.run(job)


async def _proposal(connection: AsyncConnection, agent_id: str, account: AccountRef) -> Account:
    links = {link.agent_id: link for link in await _links(connection, account)}
    for other, link in links.items():
        if other != agent_id and link.status is LinkStatus.CONFIRMED:
            name = await _name(connection, other)
            raise LinkError(
                f"{account} is confirmed for {name} ({other}): take it from them first, "
                f"with atdesk agents unlink {account} --by NAME"
            )
    if agent_id not in links:
        raise LinkError(
            f"{account} is not proposed for {agent_id}: put it into the roster, then atdesk agents import"
        )
    return links[agent_id]


async def _check_known(connection: AsyncConnection, agent_id: str) -> None:
    if await _name(connection, agent_id) is None:
        raise LinkError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")


async def _name(connection: AsyncConnection, agent_id: str) -> str | None:
    query = select(tables.people.c.name).where(tables.people.c.agent_id == agent_id)
    name: str | None = await connection.scalar(query)
    return name


async def _links(connection: AsyncConnection, account: AccountRef) -> list[Account]:
    query = select(tables.accounts).where(*same_account(account))
    return [account_of(row) for row in await connection.execute(query)]
