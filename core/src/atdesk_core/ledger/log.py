"""Rows for the decision log, made so that they can outlive the people they are about.

A row holds a kind, a time, a site, the random id of an agent, and a few ids, codes and numbers. What
each kind may hold is in `ledger.schema`; anything else is refused here, before it is written.
"""

import json
import re
from collections.abc import Callable, Mapping

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.schema import shape_of
from atdesk_core.ledger.shapes import Value, number
from atdesk_core.store import LedgerEntry

_ACCOUNT = re.compile(r"([a-z0-9_-]+):[^:]+:.+", re.DOTALL)
_REF = re.compile(r"[A-Za-z0-9_]{1,64}")


class RowRefusedError(ValueError):
    """The row holds what the log does not know: a fault in the code that made it."""


def nobody(_account: str) -> str | None:
    """A look-up for places where no account is known."""
    return None


def entry(
    kind: LedgerKind,
    at: float,
    site: str,
    agent_ref: str | None,
    data: Mapping[str, Value] | None = None,
    *,
    ref_of_account: Callable[[str], str | None] = nobody,
) -> LedgerEntry:
    """A row for a `Unit`.

    Args:
        kind: What happened.
        at: When, engine's clock.
        site: Where.
        agent_ref: The agent's random id; None when it is about nobody.
        data: Ids, codes and numbers, as `ledger.schema` has them for this kind.
        ref_of_account: The random id of the person behind `platform:tenant:id`. Where there is none,
            the platform's name alone is kept: an account id would outlive an erasure.

    Raises:
        RowRefusedError: A field that this kind does not have, or a value that does not fit.
    """
    if agent_ref is not None and not _REF.fullmatch(agent_ref):
        raise RowRefusedError(f"a {kind.value} row about somebody who is not named by a random id")
    number(at)
    kept = {name: _kept(kind, name, value, ref_of_account) for name, value in (data or {}).items()}
    content = json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return LedgerEntry(at, site, agent_ref, kind.value, content)


def _kept(kind: LedgerKind, name: str, value: Value, ref_of_account: Callable[[str], str | None]) -> Value:
    shape = shape_of(kind, name)
    if shape is None:
        raise RowRefusedError(f"a {kind.value} row has no field {name!r}: see atdesk_core.ledger.schema")
    if value is None:
        return None
    if isinstance(value, str) and (account := _ACCOUNT.fullmatch(value)):
        value = ref_of_account(value) or account[1].replace("-", "_")
    try:
        return shape(value)
    except ValueError as error:
        # The value itself is not shown: it may be the very name that must not get anywhere.
        raise RowRefusedError(f"{name} of a {kind.value} row {error}") from None
