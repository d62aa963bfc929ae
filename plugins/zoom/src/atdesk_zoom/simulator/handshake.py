"""What a handshake must hold, and the status it gets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from atdesk_zoom.signature import handshake_signature, same
from atdesk_zoom.simulator.people import Credentials
from atdesk_zoom.vocabulary import Codec, ContentType, DataOption, MediaType, Resolution, StatusCode

#: Where the signed id may stand: Zoom's samples use the product's own key, its client always the first one.
ID_KEYS = ("meeting_uuid", "engagement_id", "session_id")
_NOT_GRANTED = {
    MediaType.AUDIO: StatusCode.MEDIA_TYPE_AUDIO_NOT_SUPPORT,
    MediaType.VIDEO: StatusCode.MEDIA_TYPE_VIDEO_NOT_SUPPORT,
    MediaType.DESKSHARE: StatusCode.MEDIA_TYPE_DESKSHARE_NOT_SUPPORT,
    MediaType.TRANSCRIPT: StatusCode.MEDIA_TYPE_TRANSCRIPT_NOT_SUPPORT,
    MediaType.CHAT: StatusCode.MEDIA_TYPE_CHAT_NOT_SUPPORT,
}


class Refusal(Exception):
    """A handshake or request that is not accepted, with the status code it gets."""

    def __init__(self, status: StatusCode, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True, slots=True)
class VideoParams:
    """The video parameters in force on a media connection; the defaults are Zoom's [D-EV]."""

    content_type: int = ContentType.RAW_VIDEO
    codec: int = Codec.JPG
    resolution: int = Resolution.HD
    data_opt: int = DataOption.VIDEO_SINGLE_ACTIVE_STREAM
    fps: int = 5

    def as_json(self) -> dict[str, int]:
        """The wire form."""
        return {key: int(value) for key, value in asdict(self).items()}


def check_identity(message: Mapping[str, Any], credentials: Credentials, uuid: str, stream_id: str) -> None:
    """Check that a handshake names this meeting and stream and is signed for them.

    Raises:
        Refusal: 2 for another stream, 4 for a missing id, 3 for a wrong signature.
    """
    if message.get("rtms_stream_id") != stream_id:
        raise Refusal(StatusCode.INVALID_RTMS_STREAM_ID, "invalid rtms_stream_id")
    given = next((message[key] for key in ID_KEYS if message.get(key)), None)
    if not given:
        raise Refusal(StatusCode.INVALID_PAYLOAD, "meeting_uuid is missing")
    expected = handshake_signature(credentials.client_id, credentials.client_secret, uuid, stream_id)
    if given != uuid or not same(expected, str(message.get("signature", ""))):
        raise Refusal(StatusCode.INVALID_SIGNATURE, "invalid signature")


def check_media_type(message: Mapping[str, Any], scopes: frozenset[str]) -> None:
    """Check that the media type exists and was granted.

    Raises:
        Refusal: 14 for a number that is no media type, 9 to 13 for one without its scope.
    """
    try:
        wanted = MediaType(message.get("media_type", 0))
    except ValueError:
        raise Refusal(StatusCode.MEDIA_TYPE_INVALID_VALUE, "media_type is invalid") from None
    if wanted is not MediaType.ALL and wanted.name.lower() not in scopes:
        raise Refusal(_NOT_GRANTED[wanted], f"{wanted.name.lower()} is not supported")


def effective_video(message: Mapping[str, Any]) -> VideoParams:
    """The parameters in force for a media handshake [D-EV][D-MEDIA].

    JPG and PNG go with at most 5 fps, H264 with 6 to 30. fps above 5 without a codec falls back to JPG at 5.

    Raises:
        Refusal: 25 to 30, as the parameter at fault says.
    """
    params = message.get("media_params") or {}
    asked = params.get("video", {}) if isinstance(params, Mapping) else None
    if not isinstance(asked, Mapping):
        raise Refusal(StatusCode.INVALID_MEDIA_VIDEO_PARAMS, "media_params.video is no object")
    fields = VideoParams.__dataclass_fields__
    given = {key: asked[key] for key in fields if asked.get(key) is not None}
    if any(not isinstance(value, int) or isinstance(value, bool) for value in given.values()):
        raise Refusal(StatusCode.INVALID_MEDIA_VIDEO_PARAMS, "video parameters are whole numbers")
    if "codec" not in given and given.get("fps", 5) > 5:
        given["fps"] = 5
    wanted = VideoParams(**given)
    _check_video(wanted)
    return wanted


def _check_video(wanted: VideoParams) -> None:
    low, high = (6, 30) if wanted.codec == Codec.H264 else (1, 5)
    checks = (
        (wanted.content_type in (ContentType.RTP, ContentType.RAW_VIDEO), "CONTENT_TYPE"),
        (wanted.codec in tuple(Codec), "CODEC"),
        (wanted.resolution in tuple(Resolution), "RESOLUTION"),
        (wanted.data_opt in tuple(DataOption), "DATA_OPT"),
        (low <= wanted.fps <= high, "FPS"),
    )
    for good, name in checks:
        if not good:
            raise Refusal(StatusCode[f"INVALID_MEDIA_VIDEO_{name}"], f"invalid video {name.lower()}")
