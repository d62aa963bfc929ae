"""The file that a works council checks random looks from: plain JSON, no database. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from atdesk_core.looking.checking import Bound, DrawRecord, Logged, RandomLook
from atdesk_core.looking.randomly import ALGORITHM, SEED_BYTES, DrawPlan

T = TypeVar("T")

_HEX = frozenset("0123456789abcdef")
_MOST_DRAWS = 10_000


class DrawFileError(ValueError):
    """The file says too little, or what it says cannot be read. The message names the key."""


def write_draws(record: DrawRecord) -> str:
    """The file of one shift, JSON."""
    plan = record.plan
    content = {
        "algorithm": ALGORITHM,
        "shift": plan.shift_id,
        "agent_ref": plan.agent_ref,
        "window": {"starts_at": plan.starts_at, "ends_at": plan.ends_at},
        "budget": plan.count,
        "commitment": {"hash": record.commitment, **_place(record.committed)},
        "revealed": {"seed": record.seed.hex(), **_place(record.revealed)},
        "nonce": record.nonce,
        "own_nonce": _own(record.bound),
        "draws": list(record.draws),
        "looks": [{"look_id": look.look_id, **_place(look.logged)} for look in record.looks],
    }
    return json.dumps(content, indent=2) + "\n"


def read_draws(text: str) -> DrawRecord:
    """Read such a file.

    Raises:
        DrawFileError: A key is missing or holds what it cannot hold.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise DrawFileError("the file is not JSON") from None
    if not isinstance(content, dict):
        raise DrawFileError("the file holds no JSON object")
    if content.get("algorithm") != ALGORITHM:
        raise DrawFileError(f"algorithm: this program checks {ALGORITHM} alone")
    window, commitment, revealed = (
        _of(content, key, _object) for key in ("window", "commitment", "revealed")
    )
    return DrawRecord(
        plan=DrawPlan(
            shift_id=_of(content, "shift", _text),
            agent_ref=_of(content, "agent_ref", _text),
            starts_at=_of(window, "starts_at", _number),
            ends_at=_of(window, "ends_at", _number),
            count=_of(content, "budget", _count),
        ),
        seed=_of(revealed, "seed", _seed),
        nonce=_of(content, "nonce", _nonce),
        commitment=_of(commitment, "hash", _hash),
        committed=_logged(commitment),
        revealed=_logged(revealed),
        looks=tuple(_look(one) for one in _of(content, "looks", _list)),
        draws=tuple(_number(one) for one in _of(content, "draws", _list)),
        bound=_bound(content.get("own_nonce")),
    )


def _place(logged: Logged) -> dict[str, Any]:
    return {"row": logged.seq, "at": logged.at}


def _own(bound: Bound | None) -> dict[str, Any] | None:
    if bound is None:
        return None
    return {"nonce": bound.nonce, "seed_hash": bound.seed_hash, **_place(bound.logged)}


def _bound(content: object) -> Bound | None:
    if content is None:
        return None
    own = _object(content)
    return Bound(_of(own, "nonce", _nonce), _of(own, "seed_hash", _hash), _logged(own))


def _look(content: object) -> RandomLook:
    look = _object(content)
    return RandomLook(_of(look, "look_id", _text), _logged(look))


def _logged(content: Mapping[str, Any]) -> Logged:
    return Logged(_of(content, "row", _count), _of(content, "at", _number))


def _of(content: Mapping[str, Any], key: str, read: Callable[[object], T]) -> T:
    if key not in content:
        raise DrawFileError(f"{key}: is missing")
    try:
        return read(content[key])
    except DrawFileError as error:
        raise DrawFileError(f"{key}: {error}") from None


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DrawFileError("is no JSON object")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MOST_DRAWS:
        raise DrawFileError("is no list, or a far too long one")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise DrawFileError("is no text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise DrawFileError("is no time in seconds since 1970")
    return float(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**15:
        raise DrawFileError("is no whole number")
    return value


def _nonce(value: object) -> str:
    text = _text(value)
    if not set(text) <= _HEX or len(text) % 2:
        raise DrawFileError("is not hexadecimal")
    return text


def _hash(value: object) -> str:
    text = _nonce(value)
    if len(text) != 64:
        raise DrawFileError("is no SHA-256 hash of 64 digits")
    return text


def _seed(value: object) -> bytes:
    text = _nonce(value)
    if len(text) != 2 * SEED_BYTES:
        raise DrawFileError(f"is no seed of {2 * SEED_BYTES} digits")
    return bytes.fromhex(text)
