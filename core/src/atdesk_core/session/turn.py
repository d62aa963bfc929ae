"""The working copy of one step: the session so far, and what it wants done. Lives for one step only."""

from dataclasses import replace
from typing import Any

from atdesk_core.judging import Verdict, interrupt, verdict
from atdesk_core.session.commands import Command, Record, RecordKind
from atdesk_core.session.facts import Facts
from atdesk_core.session.state import Session
from atdesk_sdk import CouldNotTell


class Turn:
    """One step under way. Nothing outside the step sees it."""

    def __init__(self, session: Session, facts: Facts, now: float) -> None:
        self.session = session
        self.facts = facts
        self.now = now
        self.commands: list[Command] = []

    @property
    def verdict(self) -> Verdict:
        """What the judging amounts to so far."""
        return verdict(self.session.judge)

    def change(self, **fields: Any) -> None:
        """Put new values into the session."""
        self.session = replace(self.session, **fields)

    def do(self, command: Command) -> None:
        """Ask for something."""
        self.commands.append(command)

    def record(self, kind: RecordKind, **data: str | float | bool | None) -> None:
        """Write a row of the decision log."""
        self.commands.append(Record(kind, self.now, data))

    def number(self, what: str) -> str:
        """A new id, unique for this agent: the serial never goes back, not even over a restart."""
        self.change(serial=self.session.serial + 1)
        return f"{what}-{self.facts.agent_ref}-{self.session.serial}"

    def lose_sight(self, reason: CouldNotTell) -> None:
        """What was seen so far is no evidence of what comes now."""
        self.change(judge=interrupt(self.session.judge, reason, self.now))
