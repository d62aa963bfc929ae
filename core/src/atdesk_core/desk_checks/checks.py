"""The words of a desk check, and how its answers are read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class DeskCheckError(Exception):
    """It cannot be done. The message says why and what to do."""


class Status(StrEnum):
    """Where a desk check stands.

    `missed` and `lapsed` are no finding: nothing follows from them. `lapsed`: the agent could not be told in
    time, the policy does not ask for it any more, or nobody has answered it.
    """

    PLANNED = "planned"
    ANNOUNCED = "announced"
    DONE = "done"
    MISSED = "missed"
    LAPSED = "lapsed"


OPEN: Final = (Status.PLANNED, Status.ANNOUNCED)
ANSWERED: Final = (Status.DONE, Status.MISSED)


ANSWER_WITHIN_S: Final = 24 * 3600.0
"""An answer that comes later is none: nobody remembers a desk for so long."""


class Outcome(StrEnum):
    """What the human saw of one item of the list. A code, so that no free text gets into the log."""

    NOTHING_SEEN = "nothing_seen"
    SEEN = "seen"
    COULD_NOT_TELL = "could_not_tell"


Answer = Mapping[str, Outcome]
"""Outcome by item of the policy's list."""


@dataclass(frozen=True, slots=True)
class DeskCheck:
    """One desk check of one agent.

    Attributes:
        check_id: Random, short.
        agent_id: Whose desk.
        at: When the call is, seconds since the epoch.
        scheduled_by: Agent id of the lead who scheduled it.
        scheduled_at: When that was.
        moved: The agent has moved it; that can be done once.
        status: A `Status`.
        announced_at: When a channel of the agent's took the announcement; None before.
        answered_by: Agent id of the lead who looked; None before.
        answered_at: When; None before.
    """

    check_id: str
    agent_id: str
    at: float
    scheduled_by: str
    scheduled_at: float
    moved: bool = False
    status: str = Status.PLANNED
    announced_at: float | None = None
    answered_by: str | None = None
    answered_at: float | None = None


def parse_answers(said: Sequence[str], items: Sequence[str]) -> dict[str, Outcome]:
    """Answers as they are typed, such as `phone=nothing_seen`, for every item of the list.

    Raises:
        DeskCheckError: One cannot be read, is not on the list, or is missing.
    """
    answers: dict[str, Outcome] = {}
    for text in said:
        item, equals, outcome = (part.strip() for part in text.partition("="))
        if item not in items or not equals or outcome not in tuple(Outcome):
            raise DeskCheckError(
                f"{text!r} is no answer: write ITEM=OUTCOME, with an item of {', '.join(items)} and an "
                f"outcome of {', '.join(Outcome)}"
            )
        answers[item] = Outcome(outcome)
    if missing := [item for item in items if item not in answers]:
        raise DeskCheckError(f"{', '.join(missing)} is not answered: the whole list is, or nothing of it")
    return answers
