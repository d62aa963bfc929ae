"""From what a session wants to know to what the vision pipeline does about a frame."""

from dataclasses import replace
from typing import Final

from atdesk_core.session import Wanted
from atdesk_core.vision.memory import Plan
from atdesk_sdk import FindingKind

THINGS_EVERY_S: Final = 8.0
"""How often things are looked for while nothing hints at any: somebody on the phone stays for longer."""


def plan_for(wanted: Wanted, plan: Plan) -> Plan:
    """How thorough to be with the next frame.

    Args:
        wanted: What it is to be measured for.
        plan: The pool's own.
    """
    thorough = plan.fresh() if wanted.fresh else plan
    return replace(
        thorough,
        objects_s=THINGS_EVERY_S if wanted.asked else None,
        asked=wanted.asked,
        urgent=wanted.urgent,
        company=FindingKind.EXTRA_PERSON in wanted.asked,
    )
