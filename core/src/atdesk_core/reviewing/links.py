"""Links to flag pages: short-lived, good for one flag, and nothing without a sign-in behind them.

The token stands in the message alone; the store keeps its hash.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store
from atdesk_core.store.flag_tables import flag_links

LINK_LIFE_S: Final = 8 * 3600.0
"""How long a link is good for: a shift."""
_TOKEN_BYTES: Final = 24


class FlagLinks:
    """Makes links and checks them.

    Args:
        store: Where the hashes are kept.
        now: Engine's clock.
        public_url: Of the service; empty: there are no links.
        life_s: How long each is good for.
    """

    def __init__(
        self, store: Store, now: Callable[[], float], public_url: str, life_s: float = LINK_LIFE_S
    ) -> None:
        self._store = store
        self._now = now
        self._base = public_url.rstrip("/")
        self._life_s = life_s

    async def make(self, number: str) -> str:
        """A new link to the page of a flag; empty where the service has no address of its own."""
        if not self._base:
            return ""
        return f"{self._base}{path_of(number, await self.token(number))}"

    async def token(self, number: str) -> str:
        """A new token for one flag; tokens whose time is over are forgotten."""
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._now()
        table = flag_links
        values = {
            "token_hash": _hash(token),
            "flag_number": number,
            "made_at": now,
            "expires_at": now + self._life_s,
        }

        async def job(connection: AsyncConnection) -> None:
            await connection.execute(delete(table).where(table.c.expires_at <= now))
            await connection.execute(insert(table).values(values))

        await self._store.run(job)
        return token

    async def is_good(self, number: str, token: str) -> bool:
        """Whether this token was made for this flag, and its time is not over."""
        table = flag_links.c
        query = select(table.flag_number).where(
            table.token_hash == _hash(token), table.flag_number == number, table.expires_at > self._now()
        )
        async with self._store.reading() as connection:
            return await connection.scalar(query) is not None


def path_of(number: str, token: str) -> str:
    """The path that leads to a flag's page, with a token."""
    return f"/flags/{number}/{token}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
