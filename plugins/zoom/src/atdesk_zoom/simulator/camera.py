"""Message 15: a participant's picture on the wire, with the faults a picture can have."""

from __future__ import annotations

import base64
import logging
from typing import Any

import cv2
import numpy as np

from atdesk_zoom.simulator.faults import Faults
from atdesk_zoom.simulator.footage import Video
from atdesk_zoom.simulator.people import Participant
from atdesk_zoom.simulator.timing import now_ms
from atdesk_zoom.vocabulary import Codec, MessageType

logger = logging.getLogger(__name__)

#: Start codes, a sequence and a picture parameter set: what the beginning of an H.264 stream looks like.
H264_BYTES = bytes.fromhex("0000000167640028acd940780227e5c0440000000168ebe3cb22c0000000016588840033ff")


def video_message(who: Participant, jpeg: bytes, faults: Faults, *, odd: bool) -> dict[str, Any]:
    """Build one message 15 [D-EV].

    Args:
        who: Whose picture it is.
        jpeg: The picture.
        faults: What is wrong with it.
        odd: Whether this is every other picture (for the resolution change).
    """
    data = _spoiled(jpeg, faults, odd=odd)
    text = "@@not base64@@" if faults.bad_base64 else base64.b64encode(data).decode()
    content = {"user_id": who.user_id, "user_name": who.name, "data": text, "length": len(data)}
    if faults.omit_length:
        del content["length"]
    content["timestamp"] = now_ms()
    return {"msg_type": int(MessageType.MEDIA_DATA_VIDEO), "content": content}


def coded_picture(who: Participant, codec: int, box: tuple[int, int], number: int) -> bytes | None:
    """What a camera shows now, in the codec that was agreed; None when it has nothing in it.

    Args:
        who: Whose camera. H.264 comes from footage that is an H.264 file only, at the connection's fps.
        codec: See `vocabulary.Codec`.
        box: Width and height that a picture must fit in.
        number: How many pictures went out on this connection before; H.264 goes on where it was.
    """
    if codec == Codec.H264:
        packets = who.footage.packets() if isinstance(who.footage, Video) else ()
        return packets[number % len(packets)] if packets else None
    try:
        jpeg = who.picture(box)
    except ValueError as problem:
        logger.warning("the camera of %s shows nothing: %s", who.user_id, problem)
        return None
    return jpeg if codec == Codec.JPG else _recoded(jpeg)


def _recoded(jpeg: bytes) -> bytes | None:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return None if image is None else bytes(cv2.imencode(".png", image)[1])


def _spoiled(jpeg: bytes, faults: Faults, *, odd: bool) -> bytes:
    if faults.h264_instead:
        return H264_BYTES
    if faults.shrink_picture and odd:
        jpeg = _halved(jpeg)
    if faults.truncated_jpg:
        jpeg = jpeg[: len(jpeg) // 2]
    return jpeg + bytes(max(0, faults.huge_jpg_bytes - len(jpeg)))


def _halved(jpeg: bytes) -> bytes:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        return jpeg
    small = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small)[1])
