"""The storm guard: many people who turn absent or different at once are one fault of the platform.

Four people and a fifth of a meeting, a team or an adapter within a minute do not leave their desks
together. Pure: the people, their groups and the times are passed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PEOPLE = 4
SHARE = 0.2
WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Storm:
    """A group in which too many people turned at once.

    Attributes:
        group: Such as "team:support" or "adapter:zoom".
        agent_ids: Everybody in the group: all of them are doubted.
        since: When the first of them turned.
    """

    group: str
    agent_ids: frozenset[str]
    since: float


@dataclass(frozen=True, slots=True)
class StormGuard:
    """Who turned in the last minute: (time, agent) in order of time."""

    turned: tuple[tuple[float, str], ...] = field(default=())

    def add(self, agent_id: str, at: float) -> "StormGuard":
        """Remember that this agent turned absent or different; forget who turned over a minute ago."""
        recent = tuple(pair for pair in self.turned if at - pair[0] <= WINDOW_S)
        return StormGuard((*recent, (at, agent_id)))

    def storms(self, groups: Mapping[str, frozenset[str]]) -> tuple[Storm, ...]:
        """The groups that are in a storm.

        Args:
            groups: Everybody who is watched now, by meeting, team and adapter.
        """
        turned = {agent_id for _, agent_id in self.turned}
        return tuple(
            Storm(group, members, min(at for at, agent_id in self.turned if agent_id in members))
            for group, members in sorted(groups.items())
            if len(turned & members) >= PEOPLE and len(turned & members) >= SHARE * len(members)
        )
