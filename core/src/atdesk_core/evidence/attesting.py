"""A signed statement that no frame of a site was opened in a time, computed from the verified log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from atdesk_core.identity import Signed, Signer
from atdesk_core.ledger import Cut, LedgerKind, Verified, verify
from atdesk_core.store import LedgerBounds, Store, tables

STATEMENT: Final = "atdesk.no-frame-opened"
LONGEST_LOOK_S: Final = 3600.0
"""No look is open for longer: one whose end is not in the log (the service was killed) has ended by then."""


_OF_A_MOMENT: Final = frozenset({LedgerKind.DROPPED, LedgerKind.ENROLMENT})
"""Rows of pictures without a length: before the period they say nothing about it."""


class NotAttestedError(Exception):
    """The statement cannot be signed. The message says which of its conditions does not hold."""


@dataclass(frozen=True, slots=True)
class Period:
    """A site and a time.

    Attributes:
        site: Id of the site.
        start: Seconds since the epoch.
        end: Seconds since the epoch, exclusive.
    """

    site: str
    start: float
    end: float


async def attest_off(store: Store, signer: Signer, period: Period, now: float) -> Signed:
    """Sign that no frame of the site was opened in the period.

    Args:
        store: The database.
        signer: Whose word it is.
        period: Of what.
        now: Seconds since the epoch.

    Raises:
        NotAttestedError: A look was opened, the log is not whole, or it does not cover the period.
    """
    if not period.start < period.end <= now:
        raise NotAttestedError("the period has to begin before it ends, and to be over")
    checked = await verify(store)
    bounds = await store.ledger_bounds()
    _check_log(checked, bounds, await _first_at(store), period)
    await _check_looks(store, period)
    return signer.sign(
        {
            "kind": STATEMENT,
            "version": 1,
            "site": period.site,
            "from": period.start,
            "from_utc": _utc(period.start),
            "to": period.end,
            "to_utc": _utc(period.end),
            "signed_at_utc": _utc(now),
            "looks_opened": 0,
            "ledger": {"rows_verified": checked.rows, "last_hash": checked.last_hash},
        }
    )


def _check_log(
    checked: Verified, bounds: LedgerBounds | None, first_at: float | None, period: Period
) -> None:
    if checked.faults:
        raise NotAttestedError(
            f"the log is not whole, so that nothing can be said about it: {checked.faults[0].message}. See "
            "atdesk ledger verify"
        )
    if bounds is None or first_at is None or not _covers(checked.cut, first_at, period.start):
        begins = "is empty" if first_at is None else f"begins at {_utc(first_at)}"
        raise NotAttestedError(f"the log does not cover the period: it {begins}")


def _covers(cut: Cut | None, first_at: float, start: float) -> bool:
    """Rows were written before the period began, or all that were are known to be older than it."""
    return first_at <= start or (cut is not None and cut.until <= start)


async def _first_at(store: Store) -> float | None:
    table = tables.ledger.c
    async with store.reading() as connection:
        first: float | None = await connection.scalar(select(table.at).order_by(table.seq).limit(1))
    return first


async def _check_looks(store: Store, period: Period) -> None:
    kinds = (LedgerKind.LOOK_OPENED, LedgerKind.LOOK_ENDED, LedgerKind.CLOCK_JUMPED, *_OF_A_MOMENT)
    table = tables.ledger.c
    query = select(table.at, table.kind, table.data).where(
        table.at >= period.start - LONGEST_LOOK_S,
        table.at < period.end,
        table.kind.in_([kind.value for kind in kinds]),
        # Of somebody who has left, the site is not known any more: it may have been this one.
        table.site.in_((period.site, "")),
    )
    async with store.reading() as connection:
        found = [tuple(row) for row in await connection.execute(query.order_by(table.seq))]
    _check_found(found, period)


def _check_found(found: Sequence[tuple[float, str, str]], period: Period) -> None:
    """Looks that were opened in the period, or were open when it began, the agents' own too. Pure."""
    still_open: set[str] = set()
    for at, kind, data in found:
        if kind == LedgerKind.CLOCK_JUMPED:
            raise NotAttestedError(f"the clock jumped at {_utc(at)}: times in the log cannot be relied on")
        if kind == LedgerKind.ENROLMENT and at >= period.start:
            raise NotAttestedError(
                f"a template was made at {_utc(at)}, in the period, out of pictures that were opened for it: "
                "see atdesk log"
            )
        look_id = _look_id(data)
        if kind == LedgerKind.LOOK_ENDED and at < period.start:
            still_open.discard(look_id)
        elif kind == LedgerKind.LOOK_OPENED and at < period.start:
            still_open.add(look_id)
        elif kind not in _OF_A_MOMENT or at >= period.start:
            raise NotAttestedError(f"a look was open at {_utc(at)}, in the period: see atdesk log")
    if still_open:
        raise NotAttestedError("a look was open when the period began: begin it later")


def _look_id(data: str) -> str:
    content = json.loads(data)
    return str(content.get("look_id")) if isinstance(content, dict) else ""


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
