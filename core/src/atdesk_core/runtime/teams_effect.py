"""`[teams_effect]`: frames of the agent's own outgoing picture in Teams, and Microsoft's limit on their use.

Off until somebody has accepted the text below by its code. On, it works on the agent's own machine alone.
"""

import hashlib
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atdesk_sdk import Meeting

LIMIT: Final = (
    "Microsoft's rule for video effects in Teams: the frames of a person's camera, and anything that is "
    "calculated from them, are to be used on that person's own computer alone and are not to be uploaded. "
    "atdesk keeps the frames on the computer on which it runs, and takes them from that computer alone. What "
    "it finds in them (somebody is there, nobody is there) leads to a state in your contact centre or to a "
    "flag for a lead, which are not on that computer. Whether your organisation may do that under "
    "Microsoft's terms is a legal question that atdesk cannot answer. With the code below you record that "
    "your organisation has answered it, who did, and that the effect is a preview of Microsoft's, for the "
    "desktop client alone, which Microsoft may change or end."
)
"""What is accepted, to the letter. Another text has another code, and has to be accepted anew."""
CODE: Final = f"teams-effect-{hashlib.sha256(LIMIT.encode()).hexdigest()[:12]}"


class EffectMeeting(BaseModel):
    """`[[teams_effect.meeting]]`: what an effect cannot know of a meeting, and policy has to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(
        min_length=1, max_length=500, description="Id of the meeting, as the effect's page shows it."
    )
    participants: int = Field(ge=1, le=1000, description="How many take part, at most.")
    outside_guests: bool = Field(description="Whether people from outside may be in it.")

    def meeting(self) -> Meeting:
        """As the engine has it. Teams shows nobody that an app sees the picture: the agent's page has to."""
        return Meeting(self.id, self.id, self.participants, self.outside_guests, people_told=False)


class TeamsEffectTable(BaseModel):
    """`[teams_effect]`: see docs/teams-page.md. Off if left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accepted: str = Field("", description="Code of the text that `atdesk teams effect` shows; empty: off.")
    accepted_by: Annotated[str, Field(max_length=200)] = Field(
        "", description="Who accepted it for the organisation, and in what role."
    )
    meeting: tuple[EffectMeeting, ...] = Field((), description="Meetings whose picture may be looked at.")

    @property
    def is_on(self) -> bool:
        """Whether the text of now was accepted."""
        return self.accepted == CODE

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.accepted and self.accepted != CODE:
            raise ValueError(
                "`accepted` is not the code of the text that holds now: read it with `atdesk teams effect`, "
                "or leave `accepted` out, and the effect is off"
            )
        if self.accepted and not self.accepted_by.strip():
            raise ValueError("`accepted_by` has to say who accepted it for the organisation")
        return self

    def meeting_of(self, meeting_id: str) -> Meeting | None:
        """What is known of this meeting; None: it is not listed."""
        return next((one.meeting() for one in self.meeting if one.id == meeting_id), None)
