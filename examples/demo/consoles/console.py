"""What the demo asks of a console: where the agent has a state, and where the lead sees a flag."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from examples.demo.received import Received
from examples.demo.setting import Member

HOST: Final = "127.0.0.1"


class NotReady(Exception):
    """The stage could not be set. The message says what failed, in one line."""


@dataclass(frozen=True, slots=True)
class Words:
    """What things are called where this console is played.

    Attributes:
        played: The platforms, as a step of setting up names them.
        state: Above the agent's state.
        cards: Above the leads' cards.
        group: Above messages that go one way; empty: there are none.
        lead: Where the lead sits.
        picture: By which way the frames come.
        says: What happens in a scene, by its name, where it differs from the script.
    """

    played: str
    state: str
    cards: str
    group: str
    lead: str
    picture: str
    says: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, str]:
        """What the views need of it."""
        return {"state": self.state, "cards": self.cards, "group": self.group, "lead": self.lead}


@dataclass(frozen=True, slots=True)
class State:
    """The agent's state as the platform shows it.

    Attributes:
        label: As people read it.
        presence: `Away`, `Available`, `On Queue`, or whatever else.
        writes: How often atdesk wrote it so far.
    """

    label: str
    presence: str
    writes: int


@dataclass(frozen=True, slots=True)
class Message:
    """Something that the agent, or the leads, can read."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A flag in the leads' channel, as it stands.

    Attributes:
        id: Of the message.
        version: Rises each time it is changed.
        head: Its first line.
        fields: Names and values, in their order.
        presses: Buttons: `text`, and the `value` that `Console.press` takes.
        link: To the flag's page; empty when there is none.
    """

    id: str
    version: int
    head: str
    fields: Sequence[tuple[str, str]]
    presses: Sequence[Mapping[str, str]]
    link: str


class Console(Protocol):
    """One console, with the simulators behind it."""

    words: Words
    flagged: tuple[str, ...]
    """Platforms that get each flag, as `Received.platform` names them."""
    page_films: bool
    """Frames of the film come from the agent's page; else from a meeting."""

    async def open(self, stack: AsyncExitStack) -> None:
        """Start the simulators; the agent is available for calls. The stack stops them."""
        ...

    def tenants(self) -> Mapping[str, set[str]]:
        """Platform -> tenants that the directory may name."""
        ...

    def accounts(self, member: Member) -> Mapping[str, str]:
        """Platform -> `TENANT:ID` of somebody."""
        ...

    def policy(self) -> str:
        """Where frames of the film may come from: more of the policy's `[looks]`, and what follows it."""
        ...

    def secrets(self) -> Mapping[str, str]:
        """Name -> secret. The configuration refers to the file NAME.secret."""
        ...

    def configure(self, folder: Path, origin: str) -> str:
        """The console's part of atdesk.toml.

        Args:
            folder: Where its secrets lie.
            origin: Where the pages will be, without a slash at the end.
        """
        ...

    async def connect(self, origin: str) -> None:
        """The service runs: tell the platforms where it listens.

        Raises:
            NotReady: It did not answer.
        """
        ...

    async def meet(self, stack: AsyncExitStack, camera: object) -> None:
        """The agent's camera is on from now on, and shows this."""
        ...

    def play(self, camera: object) -> None:
        """The agent's camera shows this, from its beginning."""
        ...

    def pause(self) -> None:
        """The agent takes a break by a click in the console."""
        ...

    def received(self, began_at: float) -> tuple[Received, ...]:
        """What the platforms took, in order of time; see `examples.demo.received`."""
        ...

    def state(self) -> State:
        """The agent's state now."""
        ...

    def told_agent(self) -> Sequence[Message]:
        """Messages to the agent, oldest first."""
        ...

    def cards(self) -> Sequence[Card]:
        """The leads' cards, oldest first."""
        ...

    def group(self) -> Sequence[Message]:
        """Messages that go one way, oldest first."""
        ...

    async def press(self, card_id: str, value: str) -> None:
        """The lead presses a button.

        Raises:
            KeyError: There is no such button.
        """
        ...
