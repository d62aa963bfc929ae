"""When to look: random draws that can be checked, and whose turn it is on a stream with one slot."""

from atdesk_core.looking.checking import Bound, Checked, DrawRecord, Logged, RandomLook, check
from atdesk_core.looking.draw_file import DrawFileError, read_draws, write_draws
from atdesk_core.looking.randomly import (
    ALGORITHM,
    LATE_S,
    SEED_BYTES,
    DrawPlan,
    commit,
    default_nonce,
    draw,
    mix,
    nonce_of,
    seed_hash,
)
from atdesk_core.looking.rotation import Waiting, next_look, revisit_s

__all__ = [
    "ALGORITHM",
    "LATE_S",
    "SEED_BYTES",
    "Bound",
    "Checked",
    "DrawFileError",
    "DrawPlan",
    "DrawRecord",
    "Logged",
    "RandomLook",
    "Waiting",
    "check",
    "commit",
    "default_nonce",
    "draw",
    "mix",
    "next_look",
    "nonce_of",
    "read_draws",
    "revisit_s",
    "seed_hash",
    "write_draws",
]
