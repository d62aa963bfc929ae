"""Decisions of the agent's session as lines of the story; what was decided before it began opens it."""

from atdesk_core.session import Record, RecordKind
from atdesk_core.web.live import Feed, told
from examples.demo.clock import Clock
from examples.demo.setting import AGENT

_LOOKS = (RecordKind.LOOK_OPENED, RecordKind.LOOK_ENDED)
_SAID_BY_EPISODE = ("absent", "different_person")
"""A decision that leads to something is one line, not two."""


class Teller:
    """Told of every row of the decision log.

    Args:
        feed: Where the lines go.
        clock: Of the story.
    """

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._early: dict[RecordKind, tuple[str, str]] = {}

    def __call__(self, agent_id: str, record: Record) -> None:
        """See `atdesk_core.runtime.service.OnRecord`."""
        if agent_id != AGENT.agent_id:
            return
        if record.kind in _LOOKS:
            opened = record.kind is RecordKind.LOOK_OPENED
            self._feed.publish("look", open=opened, at_s=round(self._clock(), 1))
            return
        line = told(record)
        if line is None or (
            record.kind is RecordKind.FINDING and record.data.get("what") in _SAID_BY_EPISODE
        ):
            return
        if self._clock.running:
            self._line(line)
        else:
            self._early[record.kind] = line

    def begin(self) -> None:
        """Say what was found before the story began: it is still so."""
        early = self._early.pop(RecordKind.FINDING, None)
        if early is not None:
            self._line(early)

    def _line(self, line: tuple[str, str]) -> None:
        self._feed.publish("line", at_s=round(self._clock(), 1), tone=line[0], text=line[1])
