"""`atdesk.frames.v1` without sockets: its messages, the header of a frame, its limits and its close codes.

The page of documentation is docs/frames.md; the JSON Schema (docs/contract/frames.schema.json) is made from
these models.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from atdesk_sdk import CouldNotTell

SUBPROTOCOL: Final = "atdesk.frames.v1"

MAX_FRAME_BYTES: Final = 256 * 1024
"""Header and picture together."""
MAX_TEXT_CHARS: Final = 16 * 1024
MAX_SIDE_PX: Final = 1280
"""Of what is taken; `max_side` of a look says what is wanted."""


class CloseCode(IntEnum):
    """Why the server closes."""

    TRY_LATER = 1013
    MALFORMED = 4400
    TOKEN = 4401
    NOT_ALLOWED = 4403
    SILENT = 4408
    SUPERSEDED = 4409
    TOO_LARGE = 4413
    TOO_FAST = 4429


class Closing(Exception):
    """The connection is to be closed.

    Attributes:
        code: With which code. Its name in lower case is the `code` of the `stop` before it.
        message: For the developer of the other side; holds nothing of what was sent.
    """

    def __init__(self, code: CloseCode, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Origin(StrEnum):
    """What sends the frames."""

    PAGE = "page"
    TEAMS_TAB = "teams-tab"
    TEAMS_EFFECT = "teams-effect"
    FORWARDER = "forwarder"


OWN_PAGES: Final = frozenset({Origin.PAGE, Origin.TEAMS_TAB})
"""Signed in by the agent; the others bring a token for one stream of one meeting."""


class GapReason(StrEnum):
    """Why there are no frames, as the sender knows it."""

    CAMERA_OFF = "camera_off"
    DENIED = "denied"
    IN_USE = "in_use"
    UNPLUGGED = "unplugged"
    MUTED = "muted"
    PAUSED = "paused"
    HIDDEN = "hidden"
    EFFECT_DISABLED = "effect_disabled"
    NOT_OUR_TURN = "not_our_turn"
    LOST = "lost"


COULD_NOT_TELL: Final = {
    GapReason.CAMERA_OFF: CouldNotTell.CAMERA_OFF,
    GapReason.DENIED: CouldNotTell.CAMERA_OFF,
    GapReason.IN_USE: CouldNotTell.CAMERA_OFF,
    GapReason.UNPLUGGED: CouldNotTell.CAMERA_OFF,
    GapReason.MUTED: CouldNotTell.CAMERA_OFF,
    GapReason.PAUSED: CouldNotTell.STREAM_PAUSED,
    GapReason.HIDDEN: CouldNotTell.NO_SIGNAL,
    GapReason.EFFECT_DISABLED: CouldNotTell.NO_SIGNAL,
    GapReason.NOT_OUR_TURN: CouldNotTell.NOT_OUR_TURN,
    GapReason.LOST: CouldNotTell.NO_SIGNAL,
}
"""What the engine says of each. None of them is absence."""


def could_not_tell(reason: GapReason, *, of_meeting: bool) -> CouldNotTell:
    """What the engine says of a reason.

    Args:
        reason: Of the sender.
        of_meeting: Whether the frames are of a meeting: there `no_signal` would say that the agent left it,
            and the page's camera could be opened beside a meeting that goes on.
    """
    said = COULD_NOT_TELL[reason]
    return CouldNotTell.ADAPTER_DOWN if of_meeting and said is CouldNotTell.NO_SIGNAL else said


class Drop(StrEnum):
    """Why one frame was not taken."""

    NO_LOOK = "no_look"
    ENDED = "ended"
    REPEATED = "repeated"
    TOO_EARLY = "too_early"
    BEYOND = "beyond"
    NOT_A_JPEG = "not_a_jpeg"
    SIZE = "size"
    REFUSED = "refused"


class _Message(BaseModel):
    """Unknown keys are passed over, so that a later version can add some; a wrong type is refused."""

    model_config = ConfigDict(frozen=True, strict=True, json_schema_serialization_defaults_required=True)


Short = Annotated[str, Field(max_length=200)]
Token = Annotated[str, Field(min_length=1, max_length=8192, repr=False)]


class Hello(_Message):
    """First message of the sender, within five seconds. Who it is, is in the token alone."""

    t: Literal["hello"]
    v: Literal[1]
    source: Annotated[Origin, Field(strict=False)]
    token: Token
    tab: Annotated[str, Field(max_length=200, repr=False)] = ""
    client: Annotated[dict[Short, Short], Field(max_length=16)] = {}


class NewToken(_Message):
    """The answer to `reauth`: a newer token of the same person, tab and meeting."""

    t: Literal["token"]
    token: Token
    tab: Annotated[str, Field(max_length=200, repr=False)] = ""


class Opened(_Message):
    """The camera is open for this look."""

    t: Literal["opened"]
    look_id: Short


class Refused(_Message):
    """The camera could not be opened, or not kept open, for this look."""

    t: Literal["refused"]
    look_id: Short
    reason: Annotated[GapReason, Field(strict=False)]


class Gap(_Message):
    """From now on no look can be served."""

    t: Literal["gap"]
    reason: Annotated[GapReason, Field(strict=False)]


class Resume(_Message):
    """The gap is over."""

    t: Literal["resume"]


class Pong(_Message):
    """The answer to `ping`."""

    t: Literal["pong"]


FromSender = Annotated[Hello | NewToken | Opened | Refused | Gap | Resume | Pong, Field(discriminator="t")]
"""Every text message that a sender may send."""


class Ready(_Message):
    """The hello was taken."""

    t: Literal["ready"] = "ready"
    stream: str
    fps: float
    max_side: int
    format: Literal["jpeg"] = "jpeg"
    ttl_s: int = Field(description="So long is the token good for; `reauth` comes before that.")


class LookStart(_Message):
    """Open the camera and send frames until `look_end`. `look` goes into the header of each frame."""

    t: Literal["look_start"] = "look_start"
    look: int = Field(ge=1, le=0xFFFFFFFF)
    look_id: str
    reason: str
    fps: float
    max_frames: int
    max_side: int


class LookEnd(_Message):
    """Close the camera."""

    t: Literal["look_end"] = "look_end"
    look_id: str


class Pace(_Message):
    """From now on so many frames a second."""

    t: Literal["pace"] = "pace"
    fps: float


class Dropped(_Message):
    """A frame was not taken. Nothing has to be done; many of them close the connection."""

    t: Literal["dropped"] = "dropped"
    seq: int
    why: Drop


class Ping(_Message):
    """Answer with `pong`. Comes while a look is open, every few seconds."""

    t: Literal["ping"] = "ping"


class Reauth(_Message):
    """The token ends soon: send a newer one. Without it the connection closes with 4401."""

    t: Literal["reauth"] = "reauth"
    within_s: int


class Stop(_Message):
    """The last message before the connection closes."""

    t: Literal["stop"] = "stop"
    code: str
    message: str


ToSender = Ready | LookStart | LookEnd | Pace | Dropped | Ping | Reauth | Stop
"""Every text message that the server may send."""

_FROM_SENDER: TypeAdapter[FromSender] = TypeAdapter(FromSender)


def read_message(text: str) -> FromSender:
    """A text message of a sender.

    Raises:
        Closing: It is none (4400), or too long (4413).
    """
    if len(text) > MAX_TEXT_CHARS:
        raise Closing(CloseCode.TOO_LARGE, f"a message may have {MAX_TEXT_CHARS} characters")
    try:
        return _FROM_SENDER.validate_json(text)
    except ValidationError as error:
        raise Closing(CloseCode.MALFORMED, _what_is_wrong(error)) from None


def _what_is_wrong(error: ValidationError) -> str:
    """The first thing, by the name of its field; never what was sent."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part in _FIELDS)
    return f"the message is none of this protocol: {where or 'its form'} is wrong ({first['type']})"


_FIELDS: Final = frozenset(
    name for model in (Hello, NewToken, Opened, Refused, Gap, Resume, Pong) for name in model.model_fields
)

_HEADER: Final = struct.Struct("<4sBBHHHIIQI")
HEADER_BYTES: Final = _HEADER.size
MAGIC: Final = b"ADF1"
JPEG: Final = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The 32 bytes before each picture.

    Attributes:
        width: Pixels, as in the picture itself.
        height: Pixels.
        look: `look` of the `look_start` that this frame is for.
        seq: Rises from frame to frame over the whole connection; a number that is left out is a frame
            that the sender gave up.
        capture_us: When the picture was taken: microseconds since the epoch, sender's clock.
        payload_bytes: Length of the picture.
    """

    width: int
    height: int
    look: int
    seq: int
    capture_us: int
    payload_bytes: int


def pack(header: Header) -> bytes:
    """The 32 bytes, little-endian."""
    return _HEADER.pack(
        MAGIC,
        JPEG,
        0,
        HEADER_BYTES,
        header.width,
        header.height,
        header.look,
        header.seq,
        header.capture_us,
        header.payload_bytes,
    )


def unpack(data: bytes) -> Header:
    """The header of a binary message.

    Raises:
        Closing: It is too large (4413), or no header of this version (4400).
    """
    if len(data) > MAX_FRAME_BYTES:
        raise Closing(CloseCode.TOO_LARGE, f"a frame may have {MAX_FRAME_BYTES} bytes, its header included")
    if len(data) < HEADER_BYTES:
        raise Closing(CloseCode.MALFORMED, f"a frame begins with a header of {HEADER_BYTES} bytes")
    magic, form, flags, header_bytes, *rest = _HEADER.unpack_from(data)
    if (magic, form, flags, header_bytes) != (MAGIC, JPEG, 0, HEADER_BYTES):
        raise Closing(CloseCode.MALFORMED, "the header is not that of a JPEG of version 1")
    header = Header(*rest)
    if header.payload_bytes != len(data) - HEADER_BYTES:
        raise Closing(CloseCode.MALFORMED, "payload_len is not the length of what follows the header")
    return header
