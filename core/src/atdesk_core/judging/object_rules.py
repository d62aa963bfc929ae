"""The numbers for things: from which score a thing counts, and where it must be."""

from pydantic import BaseModel, ConfigDict, Field


class ObjectRules(BaseModel):
    """Scores are those of the object model, 0..1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone_score: float = Field(default=0.25, ge=0, le=1, description="A phone within reach counts (0..1).")
    remote_score: float = Field(
        default=0.35, ge=0, le=1, description="What looks like a remote control counts as a phone (0..1)."
    )
    food_score: float = Field(default=0.35, ge=0, le=1, description="Food or drink at the mouth (0..1).")
    banned_score: float = Field(default=0.40, ge=0, le=1, description="A thing of the site's list (0..1).")
