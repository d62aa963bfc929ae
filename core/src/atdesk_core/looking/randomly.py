"""Random looks: seeded and capped, so that the draws of a shift can be repeated and checked.

Each draw takes its own hash of the shift's seed, so one revealed draw says nothing of the next.
"""

import hashlib


def draw(seed: bytes, starts_at: float, ends_at: float, count: int) -> tuple[float, ...]:
    """Times of the random looks of one shift, in order.

    Args:
        seed: Of the shift; the same seed gives the same draws.
        starts_at: Begin of the shift, seconds since the epoch.
        ends_at: Its end.
        count: How many, capped by policy.

    Returns:
        `count` times within the shift; none when it has no length.
    """
    length = ends_at - starts_at
    if length <= 0:
        return ()
    return tuple(sorted(starts_at + length * _fraction(seed, index) for index in range(count)))


def _fraction(seed: bytes, index: int) -> float:
    """Uniform in [0, 1): the top 53 bits of a keyed hash fill the mantissa of a float."""
    digest = hashlib.blake2b(index.to_bytes(4, "big"), key=seed[:64], digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)
