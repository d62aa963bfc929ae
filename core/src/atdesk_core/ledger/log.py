"""Rows for the decision log, made so that they can outlive the people they are about.

A row holds a kind, a time, a site, the random id of an agent, and a few ids, codes and numbers. What
could name a person is turned into something that cannot, or withheld.
"""

import json
import re
from collections.abc import Callable, Mapping

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.store import LedgerEntry

Value = str | float | bool | None
"""What a row may hold: a code or id, a number, yes or no, nothing."""

WITHHELD = "withheld"
"""Stands for a text that is no code: it might hold a name."""

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CODE = re.compile(r"[A-Za-z0-9_.:/+=@#-]{1,80}")
_ACCOUNT = re.compile(r"([a-z0-9_-]+):[^:]+:.+")
_MOST_FIELDS = 16


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
        data: Ids, codes and numbers. A text with spaces is withheld.
        ref_of_account: The random id of the person behind `platform:tenant:id`. Where there is none,
            the platform's name alone is kept: an account id would outlive an erasure.

    Raises:
        ValueError: A field's name is none, or there are too many of them.
    """
    given = data or {}
    if len(given) > _MOST_FIELDS:
        raise ValueError(f"a {kind.value} row with {len(given)} fields: {_MOST_FIELDS} is the most")
    if strange := [name for name in given if not _FIELD.fullmatch(name)]:
        raise ValueError(f"a {kind.value} row with a field {strange[0]!r}: use lower_case names")
    kept = {name: _lasting(value, ref_of_account) for name, value in given.items()}
    content = json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return LedgerEntry(at, site, agent_ref, kind.value, content)


def _lasting(value: Value, ref_of_account: Callable[[str], str | None]) -> Value:
    if not isinstance(value, str):
        return value
    if account := _ACCOUNT.fullmatch(value):
        return ref_of_account(value) or account[1]
    return value if _CODE.fullmatch(value) else WITHHELD
