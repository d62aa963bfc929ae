"""What the runtime knows of one agent beside the session: names and addresses, which no log gets."""

from collections.abc import Mapping
from dataclasses import dataclass

from atdesk_sdk import AccountRef


@dataclass(frozen=True, slots=True)
class NoticeChannel:
    """A way to reach the agent.

    Attributes:
        adapter: Name of the adapter.
        account: The agent's account there.
        on_desk_screen: It shows on the screen at the desk and nowhere else.
    """

    adapter: str
    account: AccountRef
    on_desk_screen: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """Of one agent.

    Attributes:
        agent_id: Whose.
        agent_ref: The random id that stands for the agent in the decision log.
        name: For display to the agent's own leads.
        language: Of notices, such as "en".
        team: For display.
        site: For the log and the policy.
        time_zone: IANA name.
        state_writers: Name of the adapter that writes the state of each account that can be written.
        notice_channels: In order of preference.
        flag_sinks: (adapter, private) of every sink that the team's leads read.
        gathering: Those of them that can show several flags in one message.
    """

    agent_id: str
    agent_ref: str
    name: str
    language: str
    team: str
    site: str
    time_zone: str
    state_writers: Mapping[AccountRef, str]
    notice_channels: tuple[NoticeChannel, ...]
    flag_sinks: tuple[tuple[str, bool], ...]
    gathering: frozenset[str] = frozenset()
