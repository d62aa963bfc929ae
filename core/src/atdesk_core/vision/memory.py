"""What the pipeline remembers of one stream between two frames: small, frozen, picklable.

It travels with the frame to whichever worker is free, so the workers themselves remember nothing.
It holds no template, and no picture beyond 64x48 grey copies and corners of the background.
"""

from dataclasses import dataclass, replace

from atdesk_core.vision.quality import Thumbnail
from atdesk_core.vision.view import View
from atdesk_sdk.detector import Box, Face, MatchBand
from atdesk_sdk.findings import FindingKind


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The enrolled agent's template.

    Attributes:
        template: Mean of the vectors of the enrolment photos.
        encoder: Name of the encoder that made it; another one cannot read it.
    """

    template: tuple[float, ...]
    encoder: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a face-like pattern is seen, and whether it lives.

    Attributes:
        box: Where, when last seen.
        since: First seen, engine's clock.
        seen_at: Last seen.
        alive_at: Last time that it moved more than the background; None if it never did.
        frames: In how many searched frames it was seen.
    """

    box: Box
    since: float
    seen_at: float
    alive_at: float | None
    frames: int


@dataclass(frozen=True, slots=True)
class Track:
    """The face in the seat, followed from frame to frame.

    Attributes:
        box: Where, when last seen.
        seen_at: Last seen, engine's clock.
        cue: 8 x 8 colours of face and clothes at the last match (see `tracking.appearance`).
        last: The same of the previous frame.
        step: How unlike two frames in a row usually are.
        band: Outcome of the last match; None when there was none.
        streak: How many matches in a row ended in this band.
        matched_at: When the last match was made.
        usual: How unlike its last match this face may look and still be taken for the same.
        doubted: A match of this stream ended in another band than the agent's since two matches in
            a row said `same`.
    """

    box: Box
    seen_at: float
    cue: bytes
    last: bytes = b""
    step: float = 0.0
    band: MatchBand | None = None
    streak: int = 0
    matched_at: float = 0.0
    usual: float = 0.0
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A place of a thing that may be held.

    Attributes:
        box: Where, when last seen, with its score.
        seen_at: When, engine's clock.
        lively: Share of the sightings in which it moved by itself, the newest weighing most: 0..1.
    """

    box: Box
    seen_at: float
    lively: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that one frame leaves for the next.

    Attributes:
        thumbnail: Of the previous frame; None before the first.
        at: When that frame was received, engine's clock.
        noise: Usual difference of single pixels in the quiet part of a picture in which something
            lives; None until known.
        still_since: Since when the picture has been still to the pixel; None when it is not.
        lit: The last well-lit, usable picture.
        lit_sharpness: Usual sharpness of such pictures.
        backdrop: How often of late the background stayed the same to the bit while somebody moved
            before it, 0..1: a camera's never does, a virtual one does.
        view: The scene in which somebody was last seen; None before.
        spots: Face-like patterns seen lately.
        track: The face in the seat; None when there is none.
        seat_width: Usual width of the face in the seat, as a fraction; 0 until known.
        outcome: What the last search found: "face", "body", "nobody", or "" before the first.
        run: How many searches in a row found that, with nothing in the way between.
        searched_at: When the last search was made.
        searched: The picture of that search.
        empty: How many searches in a row found nothing that could be somebody.
        faces: What the last search found.
        near_at: When a second look found nobody close by; None when somebody was seen since, or before.
        things_at: When things in the hand were last looked for in this scene; None: not yet.
        things_scene: The picture in which that was; None before the first.
        anywhere_at: When things were last looked for in the whole picture; None before.
        anywhere_new: The scene is another one than it was then.
        things_faces: How many faces there were when bodies were last looked for.
        held: Places of things that may be held.
        whole_at: When the whole picture was last searched for faces beside the one in the seat.
    """

    thumbnail: Thumbnail | None = None
    at: float = 0.0
    noise: float | None = None
    still_since: float | None = None
    lit: Thumbnail | None = None
    lit_sharpness: float = 0.0
    backdrop: float = 0.0
    view: View | None = None
    spots: tuple[Spot, ...] = ()
    track: Track | None = None
    seat_width: float = 0.0
    outcome: str = ""
    run: int = 0
    searched_at: float = 0.0
    searched: Thumbnail | None = None
    empty: int = 0
    faces: tuple[Face, ...] = ()
    near_at: float | None = None
    things_at: float | None = None
    things_scene: Thumbnail | None = None
    anywhere_at: float | None = None
    anywhere_new: bool = True
    things_faces: int = 0
    held: tuple[Held, ...] = ()
    whole_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How thorough to be.

    Attributes:
        match_s: A face that was matched as the agent is matched again after this long, seconds.
        again_s: The same for a face that was not, once its outcome is confirmed.
        confirm: Matches in a row that confirm an outcome other than the agent.
        match_width_px: Narrower faces are not compared, pixels of the searched picture.
        match_luma: Darker faces are not compared, 0..255.
        match_asymmetry: Faces turned further are not compared.
        match_eyes_apart: With eyes closer together than this share of its width a face is never somebody
            else. Of 208 portraits two in a hundred are below it.
        carry_s: A picture in which nothing moved is searched again after this long.
        settled: That is allowed after so many searches with the same outcome.
        empty_s: As `carry_s` for a picture that is clearly empty, and is still the one that was searched.
        empty_settled: That is allowed after so many such searches: as many as make `absent`.
        picture_s: A small face-like pattern that never moved for so long is a picture.
        view_s: Corners of the background are taken anew after this long, while somebody is seen.
        gap_s: Frames further apart than this are not compared with each other.
        objects_s: Things are looked for again after this long, seconds; 0: on each frame; None: never.
        asked: What things are looked for: which of phone, food_or_drink, banned_object, extra_person.
        urgent: Of that, what is looked for on each frame.
        company: Persons beside the agent are to be counted, so a face that is followed is not enough.
        company_s: Then: the whole picture is searched again after this long, seconds.
    """

    match_s: float = 30.0
    again_s: float = 5.0
    confirm: int = 3
    match_width_px: int = 48
    match_luma: float = 40.0
    match_asymmetry: float = 0.7
    match_eyes_apart: float = 0.36
    carry_s: float = 2.5
    settled: int = 6
    empty_s: float = 10.0
    empty_settled: int = 4
    picture_s: float = 10.0
    view_s: float = 10.0
    gap_s: float = 3.0
    objects_s: float | None = None
    asked: frozenset[FindingKind] = frozenset(
        {FindingKind.PHONE, FindingKind.FOOD_OR_DRINK, FindingKind.BANNED_OBJECT, FindingKind.EXTRA_PERSON}
    )
    urgent: frozenset[FindingKind] = frozenset()
    company: bool = False
    company_s: float = 3.0

    def fresh(self) -> "Plan":
        """The same with nothing left out because an earlier frame has answered it."""
        objects_s = None if self.objects_s is None else 0.0
        return replace(self, match_s=0.0, again_s=0.0, carry_s=0.0, empty_s=0.0, objects_s=objects_s)
