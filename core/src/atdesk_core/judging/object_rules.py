"""The numbers for things: from which score a thing counts, and where it must be.

Places are told against the face in the seat: across in widths of that face from its middle, down in
heights of it from its upper edge. So they hold for a camera near and far.
"""

from pydantic import BaseModel, ConfigDict, Field


class ObjectRules(BaseModel):
    """Scores are those of the object models, 0..1. They are low: the votes over pictures make them sure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone_score: float = Field(
        default=0.20, ge=0, le=1, description="A phone in the hand or at the ear counts (0..1)."
    )
    phone_score_faceless: float = Field(
        default=0.30, ge=0, le=1, description="The same where only a body, no face, is seen (0..1)."
    )
    remote_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Of the score of a remote control in the same place, added to a phone's (share).",
    )
    phone_across: float = Field(
        default=2.0,
        gt=0,
        le=5,
        description="Further to the side, no hand of the agent's holds it (face widths).",
    )
    phone_down: float = Field(
        default=2.5, gt=0, le=5, description="Further down it lies on the desk (face heights)."
    )
    handset_length: float = Field(
        default=0.85,
        gt=0,
        le=3,
        description="From this length a phone at the ear is a desk telephone's handset (face heights).",
    )
    food_score: float = Field(
        default=0.26, ge=0, le=1, description="Food or drink at the mouth or in the hand counts (0..1)."
    )
    food_across: float = Field(
        default=1.2, gt=0, le=5, description="Further to the side it is not at the mouth (face widths)."
    )
    food_down: float = Field(
        default=1.8, gt=0, le=5, description="Further down it stands on the desk (face heights)."
    )
    banned_score: float = Field(default=0.40, ge=0, le=1, description="A thing of the site's list (0..1).")
