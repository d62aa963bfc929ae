"""When to look: triggers, the watch with its two rates, random draws, budgets, rotation."""

from atdesk_core.looking.randomly import draw
from atdesk_core.looking.rotation import Waiting, next_look, revisit_s

__all__ = ["Waiting", "draw", "next_look", "revisit_s"]
