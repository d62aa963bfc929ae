"""Who may say something about a flag, and what becomes of it: one flag at a time, by a named person.

There is no call that answers several flags, and whoever confirms one flag within moments of another has
not looked at it: the second confirmation is refused. A dismissal is never too quick.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Final

from atdesk_core.identity import Directory, standing_of
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import FlagAnswered, OpenFlag, refusal
from atdesk_sdk import ConfirmReason, FlagStatus, LeadAction

log = logging.getLogger(__name__)

LEAST_BETWEEN_S: Final = 5.0
"""Seconds between two confirmations by one person, of different flags."""


class Refused(StrEnum):
    """Why an answer changed nothing."""

    NOT_OPEN = "not_open"
    NO_LEAD = "no_lead"
    TOO_QUICK = "too_quick"
    CONFIRMED_ALREADY = "confirmed_already"
    SAME_PERSON = "same_person"
    REASON_MISSING = "reason_missing"


class Answering:
    """Takes the answers of people to open flags.

    Args:
        room: The sessions.
        world: The directory.
        now: Engine's clock.
    """

    def __init__(self, room: SessionRoom, world: LiveWorld, now: Callable[[], float]) -> None:
        self.counts: Counter[str] = Counter()
        self.reviewed_sites: set[str] = set()
        self._room = room
        self._world = world
        self._now = now
        self._last_confirmed: dict[str, tuple[float, str]] = {}

    def answer(
        self, person_id: str | None, number: str, action: LeadAction, reason: str | None
    ) -> Refused | None:
        """Take an answer of a person of the directory.

        Args:
            person_id: Who; None when an account is nobody's.
            number: Of the flag.
            action: What they say.
            reason: A code; a confirmation without one stands for "as shown".

        Returns:
            Why it changed nothing; None when it was taken.
        """
        agent_id = self.agent_of(number)
        if agent_id is None:
            self.counts["answer_to_no_flag"] += 1
            return Refused.NOT_OPEN
        flag = self._flag(agent_id, number)
        if person_id is None or not self._may(person_id, agent_id, flag):
            self.counts["answer_by_no_lead"] += 1
            log.warning("flag %s was answered by somebody who leads nobody there", number)
            return Refused.NO_LEAD
        return self._take(person_id, agent_id, flag, action, reason)

    def agent_of(self, number: str) -> str | None:
        """The agent with this flag open; None when nobody has."""
        return next((one for one in self._room.agent_ids if self.is_open(one, number)), None)

    def is_open(self, agent_id: str, number: str) -> bool:
        """Whether this agent has this flag open."""
        return any(flag.number == number for flag in self._room.session(agent_id).flags)

    def _flag(self, agent_id: str, number: str) -> OpenFlag:
        return next(flag for flag in self._room.session(agent_id).flags if flag.number == number)

    def _may(self, person_id: str, agent_id: str, flag: OpenFlag) -> bool:
        """A lead of the agent, or who covers for one; for the second confirmation any lead of the site."""
        directory = self._world.directory
        if standing_of(directory, person_id, agent_id, self._world.on_shift) is not None:
            return True
        second = flag.status is FlagStatus.AWAITING_SECOND
        return second and may_review(directory, person_id, agent_id, self._world.reviewers)

    def _take(
        self, person_id: str, agent_id: str, flag: OpenFlag, action: LeadAction, reason: str | None
    ) -> Refused | None:
        now, by = self._now(), self._world.directory.agent_ref(person_id) or ""
        if action is LeadAction.ACKNOWLEDGE:
            reason = reason or ConfirmReason.AS_SHOWN.value
            if self._too_quick(by, flag.number, now):
                self.counts["answer_too_quick"] += 1
                return Refused.TOO_QUICK
        event = FlagAnswered(flag.number, action, reason, by, now)
        why = refusal(flag, event)
        self._room.send(agent_id, event)
        if why is None and action is not LeadAction.OPEN:
            self._taken(agent_id, by, flag, action, now)
        return Refused(why) if why else None

    def _too_quick(self, by: str, number: str, now: float) -> bool:
        at, last = self._last_confirmed.get(by, (0.0, number))
        return last != number and now - at < LEAST_BETWEEN_S

    def _taken(self, agent_id: str, by: str, flag: OpenFlag, action: LeadAction, now: float) -> None:
        if action is LeadAction.ACKNOWLEDGE:
            self._last_confirmed[by] = (now, flag.number)
        site = self._world.directory.site_of(agent_id)
        if site is not None:
            self.reviewed_sites.add(site.site_id)


def may_review(
    directory: Directory, person_id: str, agent_id: str, reviewers: Collection[str] = frozenset()
) -> bool:
    """Whether a person may review a flag of this agent: a lead of somebody at the site, or a named reviewer.

    Nobody reviews a flag of their own, and nobody who has left reviews any.
    """
    site = directory.site_of(agent_id)
    if person_id == agent_id or site is None or directory.has_left(person_id):
        return False
    return (person_id in reviewers and person_id in directory.people) or any(
        person_id in directory.lead_ids(other)
        for other, person in directory.people.items()
        if person.site_id == site.site_id
    )
