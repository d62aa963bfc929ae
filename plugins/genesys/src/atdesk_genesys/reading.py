"""Reading the organisation: definitions from whichever list is allowed, people by the hundred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atdesk_genesys import protocol, wire
from atdesk_genesys.budget import Lane
from atdesk_genesys.client import Call, GenesysClient
from atdesk_genesys.errors import UserGone
from atdesk_genesys.facts import Fact, PresenceFact
from atdesk_genesys.presence import Definition, parse_definitions
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp

#: Most ids in one `GET /users`; beyond it 400 `max.user.ids` [PYDOC].
_AT_ONCE = 100

_EXPAND = "presence,routingStatus,conversationSummary,outOfOffice"


async def read_definitions(client: GenesysClient) -> list[Definition]:
    """Read every presence definition that is not deactivated, and those that are where the list tells.

    `/presence/definitions` needs a permission; without it the deprecated list has to do.

    Raises:
        AdapterError: Neither can be read.
    """
    try:
        return await _new_list(client)
    except (CredentialsBad, GiveUp):
        return await _old_list(client)


async def _new_list(client: GenesysClient) -> list[Definition]:
    found: list[Definition] = []
    for deactivated in ("false", "true"):
        params = {"deactivated": deactivated, "localeCode": "ALL"}
        call = Call("read presence definitions", "GET", "/presence/definitions", Lane.SNAPSHOT, params=params)
        found += parse_definitions((await client.get(call, wire.Page)).entities)
    return found


async def _old_list(client: GenesysClient) -> list[Definition]:
    found: list[Definition] = []
    number = pages = 1
    while number <= pages:
        params = {"pageSize": "100", "pageNumber": str(number), "localeCode": "ALL"}
        call = Call("read the old presence list", "GET", "/presencedefinitions", Lane.SNAPSHOT, params=params)
        page = await client.get(call, wire.Page)
        found += parse_definitions(page.entities)
        pages = min(page.page_count, 50)
        number += 1
    return found


async def read_people(client: GenesysClient, users: Sequence[str], lane: Lane) -> dict[str, tuple[Fact, ...]]:
    """Read these people: user id -> facts. Whoever the platform does not know is not in the answer.

    Raises:
        AdapterError: With its verdict.
    """
    found: dict[str, tuple[Fact, ...]] = {}
    for some in _by(_AT_ONCE, users):
        params = {"id": ",".join(some), "pageSize": str(_AT_ONCE), "expand": _EXPAND, "state": "any"}
        page = await client.get(Call("read agents", "GET", "/users", lane, params=params), wire.Users)
        for user in page.entities:
            found[user.id] = await _with_presence(client, user.id, protocol.user_facts(user), lane)
    return found


async def _with_presence(
    client: GenesysClient, user: str, facts: tuple[Fact, ...], lane: Lane
) -> tuple[Fact, ...]:
    """Ask for the presence apart where expanding left it out; it is best effort [PYDOC]."""
    if any(isinstance(fact, PresenceFact) for fact in facts):
        return facts
    call = Call("read a presence", "GET", f"/users/{user}/presences/purecloud", lane)
    try:
        body = await client.get(call, wire.PresenceBody)
    except GiveUp:
        return facts
    return (protocol.presence_fact(body, says_pending=True), *facts)


async def has_left(client: GenesysClient, user: str, lane: Lane) -> bool:
    """Whether the platform says of this very user that there is none.

    A list leaves people out for other reasons too, such as a division that the client may not see.
    """
    call = Call("read a presence", "GET", f"/users/{user}/presences/purecloud", lane)
    try:
        await client.get(call, wire.PresenceBody)
    except UserGone:
        return True
    except AdapterError:
        return False
    return False


async def read_members(client: GenesysClient, group: str) -> frozenset[str]:
    """Read the user ids of a group's members [OAS].

    Raises:
        AdapterError: With its verdict.
    """
    found: set[str] = set()
    number = pages = 1
    while number <= pages:
        params = {"pageSize": "100", "pageNumber": str(number)}
        call = Call("read a group", "GET", f"/groups/{group}/members", Lane.POLL, params=params)
        page = await client.get(call, wire.Members)
        found |= {member.id for member in page.entities}
        pages = min(page.page_count, 50)
        number += 1
    return frozenset(found)


def _by(size: int, users: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(users), size):
        yield users[start : start + size]
