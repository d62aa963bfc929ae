"""`--events FILE`: what happened beside the picture, one JSON object a line.

{"at_s": 30, "interaction": "customer_call"}
{"at_s": 90, "interaction": "none"}
{"at_s": 120, "presence": "break"}
{"at_s": 200, "paused": true}
{"at_s": 260, "input_idle": true}
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from atdesk_core.policy.model import describe
from atdesk_core.runtime.rehearsal import Desk
from atdesk_core.session import Input
from atdesk_sdk import (
    AgentStateChanged,
    ConfigError,
    InputActivity,
    Interaction,
    PauseChanged,
    PausedBy,
    Presence,
)

Happening = tuple[float, Callable[[Desk], Input]]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    at_s: float = Field(ge=0)
    presence: Presence | None = None
    interaction: Interaction | None = None
    paused: bool | None = None
    input_idle: bool | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "_Line":
        of_state = self.presence is not None or self.interaction is not None
        if sum((of_state, self.paused is not None, self.input_idle is not None)) != 1:
            raise ValueError("give presence and interaction, or paused, or input_idle")
        return self


def read_happenings(path: Path) -> list[Happening]:
    """Read the file.

    Raises:
        ConfigError: Names the line, and what is wrong with it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    return [_happening(path, number, text) for number, text in enumerate(lines, 1) if text.strip()]


def _happening(path: Path, number: int, text: str) -> Happening:
    try:
        line = _Line.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError(f"{path}, line {number}: {describe(error)}") from None
    return line.at_s, lambda desk: _event(line, desk)


def _event(line: _Line, desk: Desk) -> Input:
    at = line.at_s
    if line.paused is not None:
        return PauseChanged(desk.account, line.paused, PausedBy.AGENT, at, at)
    if line.input_idle is not None:
        return InputActivity(desk.account, line.input_idle, 0.0, at, at)
    if line.presence is not None:
        desk.state = replace(desk.state, presence=line.presence, since=at, revision=f"own-{at}")
    if line.interaction is not None:
        desk.state = replace(desk.state, interaction=line.interaction)
    return AgentStateChanged(desk.state, at, at)
