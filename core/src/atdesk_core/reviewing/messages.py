"""Which flags were raised lately, and which messages show them: what a digest is put together from."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from atdesk_core.store import DigestRow, FlagRow, MessageRefRow, Store, tables
from atdesk_core.store.flag_tables import flag_digests


async def raised_since(store: Store, team: str, since: float) -> Sequence[FlagRow]:
    """Flags of a team that were raised since a time, in their order, closed ones included."""
    table = tables.flags
    query = select(*(table.c[name] for name in FlagRow.__dataclass_fields__))
    query = query.where(table.c.team == team, table.c.raised_at >= since)
    async with store.reading() as connection:
        rows = await connection.execute(query.order_by(table.c.raised_at, table.c.number))
        return [FlagRow(*row) for row in rows]


async def told_in(store: Store, adapter: str, numbers: Sequence[str]) -> frozenset[str]:
    """Which of these flags a message of this sink shows already."""
    refs = tables.message_refs.c
    query = select(refs.flag_number).where(refs.adapter == adapter, refs.flag_number.in_(numbers))
    async with store.reading() as connection:
        return frozenset(await connection.scalars(query))


async def digests_of(store: Store, adapter: str, team: str, since: float) -> dict[DigestRow, tuple[str, ...]]:
    """Messages of several flags about a team that were opened since a time, with the flags in them."""
    table = flag_digests.c
    opened = select(flag_digests).where(
        table.adapter == adapter, table.team == team, table.opened_at >= since
    )
    async with store.reading() as connection:
        rows = [DigestRow(*row) for row in await connection.execute(opened)]
    return {row: await members_of(store, row.adapter, row.channel, row.external_id) for row in rows}


async def digest_at(store: Store, ref: MessageRefRow) -> DigestRow | None:
    """The message of several that this reference leads to; None when it is a flag's own."""
    table = flag_digests.c
    query = select(flag_digests).where(
        table.adapter == ref.adapter,
        table.channel == ref.channel,
        table.external_id == ref.external_id,
    )
    async with store.reading() as connection:
        found = (await connection.execute(query)).first()
    return DigestRow(*found) if found else None


async def members_of(store: Store, adapter: str, channel: str, external_id: str) -> tuple[str, ...]:
    """The flags that one message shows, in the order in which they were raised."""
    refs, flags = tables.message_refs.c, tables.flags.c
    joined = tables.message_refs.join(tables.flags, flags.number == refs.flag_number)
    this = and_(refs.adapter == adapter, refs.channel == channel, refs.external_id == external_id)
    query = select(refs.flag_number).select_from(joined).where(this).order_by(flags.raised_at, flags.number)
    async with store.reading() as connection:
        return tuple(await connection.scalars(query))


async def flags_by_number(store: Store, numbers: Sequence[str]) -> Sequence[FlagRow]:
    """These flags, in the order in which they were raised."""
    table = tables.flags
    query = select(*(table.c[name] for name in FlagRow.__dataclass_fields__))
    query = query.where(table.c.number.in_(numbers)).order_by(table.c.raised_at, table.c.number)
    async with store.reading() as connection:
        return [FlagRow(*row) for row in await connection.execute(query)]
