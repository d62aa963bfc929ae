"""Back On Queue by the agent's own click: with the agent's own token, for that very agent, and no other way.

The adapter's own token never gets here: `SafeWriter` cannot write On Queue, and what writes it here can send
nothing but what it was handed. The token lives as long as the call.
"""

from __future__ import annotations

import logging
import re
from typing import Protocol

from atdesk_genesys import protocol, wire
from atdesk_genesys.budget import Lane
from atdesk_genesys.client import Call, GenesysClient, Token
from atdesk_genesys.errors import ASK_WHO, ON_QUEUE
from atdesk_genesys.picture import Picture
from atdesk_genesys.presence import Catalogue
from atdesk_sdk.errors import CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import AccountRef, AgentState

log = logging.getLogger(__name__)

#: What can stand in a header; anything else was never given out by Genesys.
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


class Reader(Protocol):
    """Where the state afterwards is read, with the adapter's own token."""

    @property
    def catalogue(self) -> Catalogue:
        """What the definitions mean."""

    async def look(self, user: str) -> Picture:
        """Read one person from the platform."""


class OwnQueueWriter:
    """Puts On Queue whoever signed in.

    Args:
        client: The organisation.
        reader: Where states are read.
    """

    def __init__(self, client: GenesysClient, reader: Reader) -> None:
        self._client = client
        self._reader = reader

    async def back(self, account: AccountRef, access_token: str) -> AgentState:
        """See `atdesk_sdk.OwnQueue.back_on_queue`."""
        target = self._reader.catalogue.on_queue_id
        if target is None:
            raise GiveUp(f"{ON_QUEUE}: the organisation has no status On Queue")
        if not _TOKEN.fullmatch(access_token):
            raise CredentialsBad(f"{ASK_WHO}: this is no sign-in of Genesys; sign in again")
        person = Token(access_token, float("inf"), personal=True)
        await self._check(account.external_id, person)
        await self._set(account.external_id, target, person)
        return await self._state(account)

    async def _check(self, user: str, person: Token) -> None:
        call = Call(ASK_WHO, "GET", "/users/me", Lane.WRITE, token=person)
        if (await self._client.get(call, wire.MeBody)).id != user:
            raise GiveUp(f"{ON_QUEUE}: somebody else is signed in to Genesys; sign in as yourself")

    async def _set(self, user: str, target: str, person: Token) -> None:
        path, wish = f"/users/{user}/presences/purecloud", protocol.presence_change(target)
        try:
            await self._client.change(
                Call(ON_QUEUE, "PATCH", path, Lane.WRITE, json=wish, token=person), wire.PresenceBody
            )
        except OutcomeUnknown:
            shown = (await self._reader.look(user)).presence
            if shown is None or shown.definition_id != target:
                raise
            log.info("the answer to a change was lost; a fresh read shows that it took effect")

    async def _state(self, account: AccountRef) -> AgentState:
        picture = await self._reader.look(account.external_id)
        state = picture.state(account, self._reader.catalogue, "read")
        if state is None:
            raise TryLater("read the state: Genesys gave no presence")
        return state
