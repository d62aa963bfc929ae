"""Random looks that can be checked: committed to before the shift, drawn by arithmetic, revealed after it.

The recipe, in whole milliseconds and SHA-256 alone, so that anybody can repeat it in any language:

    seed_hash   = SHA-256("atdesk-draws-1/seed" + seed)
    commitment  = SHA-256(JSON ["atdesk-draws-1", seed, shift, agent_ref, starts_ms, ends_ms, count])
    key         = HMAC-SHA-256(seed, "atdesk-draws-1/mix" + nonce)
    draw number i, from 0: starts_ms + (ends_ms - starts_ms) * top53(HMAC-SHA-256(key, i as 4 bytes)) / 2^53

JSON without spaces; seed, hashes and nonce in lower-case hexadecimal there, as raw bytes elsewhere. Each
draw takes a hash of its own, so one that has shown itself says nothing of the next.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final

ALGORITHM: Final = "atdesk-draws-1"
SEED_BYTES: Final = 32

LATE_S: Final = 60.0
"""A draw that could not be looked at for so long is used up, and not made up for later."""


@dataclass(frozen=True, slots=True)
class DrawPlan:
    """What is committed to beside the seed.

    Attributes:
        shift_id: Local begin of the shift; public.
        agent_ref: The agent's random id in the decision log.
        starts_at: From when draws may fall, seconds since the epoch: the begin of the shift, or the
            moment of the commitment where that came later.
        ends_at: Until when.
        count: How many: the cap on random looks in this shift.
    """

    shift_id: str
    agent_ref: str
    starts_at: float
    ends_at: float
    count: int

    @property
    def window_ms(self) -> tuple[int, int]:
        """Begin and end in whole milliseconds since the epoch."""
        return round(self.starts_at * 1000), round(self.ends_at * 1000)


def seed_hash(seed: bytes) -> str:
    """What is told of a seed while it is a secret."""
    return hashlib.sha256(f"{ALGORITHM}/seed".encode() + seed).hexdigest()


def commit(seed: bytes, plan: DrawPlan) -> str:
    """The seal on the draws of one shift, 64 hexadecimal digits."""
    content = [ALGORITHM, seed.hex(), plan.shift_id, plan.agent_ref, *plan.window_ms, plan.count]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def nonce_of(text: str) -> str:
    """What an agent says, of any length, as a nonce: 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def default_nonce(shift_id: str) -> str:
    """The nonce of an agent who gave none: the hash of the shift's public id."""
    return nonce_of(shift_id)


def mix(seed: bytes, nonce: str) -> bytes:
    """The key of a shift's draws, 32 bytes; neither seed nor nonce gives it alone.

    Args:
        seed: Of the shift.
        nonce: Hexadecimal.
    """
    return hmac.digest(seed, f"{ALGORITHM}/mix".encode() + bytes.fromhex(nonce), hashlib.sha256)


def draw(key: bytes, plan: DrawPlan) -> tuple[float, ...]:
    """Times of the random looks of one shift, in order, seconds since the epoch.

    With a smaller `count` some of the same draws come, and no others.

    Returns:
        `count` times within the shift; none when it has no length.
    """
    start, end = plan.window_ms
    if end <= start:
        return ()
    return tuple(sorted(_draw_ms(key, index, start, end) / 1000 for index in range(plan.count)))


def _draw_ms(key: bytes, index: int, start: int, end: int) -> int:
    """Uniform in [start, end): whole numbers only, so that it is the same everywhere."""
    digest = hmac.digest(key, index.to_bytes(4, "big"), hashlib.sha256)
    return start + ((end - start) * (int.from_bytes(digest[:8], "big") >> 11) >> 53)
