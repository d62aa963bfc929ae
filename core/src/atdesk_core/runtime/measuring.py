"""From what a session wants to know to what the vision pipeline does about a frame."""

from dataclasses import replace
from typing import Final

from atdesk_core.session import Effort, Wanted
from atdesk_core.vision.memory import Plan
from atdesk_sdk import FindingKind

THINGS_EVERY_S: Final = 6.0
"""How often things are looked for while nothing hints at any: somebody on the phone stays for longer."""

_THINGS_S: Final = {Effort.NEVER: None, Effort.NOW_AND_THEN: THINGS_EVERY_S, Effort.EVERY_FRAME: 0.0}


def plan_for(wanted: Wanted, plan: Plan) -> Plan:
    """How thorough to be with the next frame.

    Args:
        wanted: What it is to be measured for.
        plan: The pool's own.
    """
    thorough = plan.fresh() if wanted.fresh else plan
    return replace(
        thorough,
        objects_s=_THINGS_S[wanted.things],
        asked=wanted.asked,
        company=FindingKind.EXTRA_PERSON in wanted.asked,
    )
