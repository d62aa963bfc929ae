"""The numbers of the judge: how many frames, how sure, how long."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atdesk_core.judging.object_rules import ObjectRules
from atdesk_core.judging.votes import VoteRules


class JudgingRules(BaseModel):
    """How evidence becomes a verdict. Defaults are for about one frame a second.

    Entering and leaving a finding have thresholds of their own: it takes several frames to say that
    the agent is gone, and one frame that matches the agent to take it back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_n: int = Field(default=5, ge=2, le=20, description="Newest frames that are weighed (count).")
    absent_k: int = Field(
        default=4,
        ge=2,
        le=20,
        description="Frames of the window with nobody in them before `absent` (count).",
    )
    other_k: int = Field(
        default=3,
        ge=2,
        le=20,
        description="Frames matched as somebody else before `different_person` (count).",
    )
    present_k: int = Field(
        default=2,
        ge=1,
        le=20,
        description="Frames with somebody in them before `present`, unmatched (count).",
    )
    back_k: int = Field(
        default=2, ge=1, le=20, description="Frames matched as the agent that end `different_person` (count)."
    )
    blocked_k: int = Field(
        default=2, ge=1, le=20, description="Unusable frames in a row before `could_not_tell` (count)."
    )
    gap_s: float = Field(
        default=3.0, gt=0, le=3.0, description="Evidence from before a longer gap is never added (seconds)."
    )
    step_s: float = Field(
        default=0.8, ge=0, le=3, description="Frames closer together count as one, the kinder one (seconds)."
    )
    carry_s: float = Field(
        default=5.0, gt=0, le=15, description="How long unsearched frames may carry `present` on (seconds)."
    )
    hidden_s: float = Field(
        default=15.0, gt=0, le=120, description="How long `different_person` stands with no face (seconds)."
    )
    visits_needed: int = Field(
        default=1,
        ge=1,
        le=5,
        description="Separate looks that must each find nobody before `absent` (count).",
    )
    visit_span_s: float = Field(
        default=180.0, gt=0, le=3600, description="How far apart those looks may be (seconds)."
    )
    face_score: float = Field(
        default=0.6, ge=0, le=1, description="Score from which a face-like pattern is somebody (0..1)."
    )
    other_face_score: float = Field(
        default=0.75, ge=0, le=1, description="Score below which a face is never somebody else (0..1)."
    )
    other_face_px: int = Field(
        default=48, ge=24, le=400, description="Width below which a face is never somebody else (pixels)."
    )
    other_asymmetry: float = Field(
        default=0.7,
        gt=0,
        le=2,
        description="Turned further than this, a face is never somebody else (ratio).",
    )
    body_score: float = Field(
        default=0.35, ge=0, le=1, description="Score from which a body is somebody (0..1)."
    )
    body_doubt: float = Field(
        default=0.20, ge=0, le=1, description="Score from which a picture is no longer empty (0..1)."
    )
    small_body_doubt: float = Field(
        default=0.30, ge=0, le=1, description="The same for a body too small to sit in the seat (0..1)."
    )
    small_body_area: float = Field(
        default=0.05, ge=0, le=0.5, description="Bodies up to this share of the picture are small (0..1)."
    )

    objects: ObjectRules = Field(default_factory=ObjectRules, description="Scores of things.")
    object_votes: VoteRules = Field(
        default=VoteRules(k=3, n=5, leave_k=4), description="Pictures that a thing takes."
    )
    company_votes: VoteRules = Field(
        default=VoteRules(k=3, n=4, leave_k=2), description="Pictures that company takes."
    )

    @model_validator(mode="after")
    def _fits_window(self) -> Self:
        for name in ("absent_k", "other_k", "present_k", "back_k", "blocked_k"):
            if getattr(self, name) > self.window_n:
                msg = (
                    f"{name} is {getattr(self, name)}, but only window_n = {self.window_n} frames are weighed"
                )
                raise ValueError(msg)
        if max(self.body_doubt, self.small_body_doubt) > self.body_score:
            msg = f"body_doubt and small_body_doubt must not lie above body_score ({self.body_score})"
            raise ValueError(msg)
        return self
