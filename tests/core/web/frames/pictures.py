"""JPEGs as a camera gives them, and as one does not."""

import cv2
import numpy as np


def jpeg(width: int = 320, height: int = 240, quality: int = 70) -> bytes:
    """A picture with a little noise in it, as of a room."""
    noise = np.random.default_rng(width * height).integers(90, 130, (height, width, 3), np.uint8)
    whole, data = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert whole
    return data.tobytes()


def claims(data: bytes, width: int, height: int) -> bytes:
    """The same bytes with another size in the JPEG's own header: a small file that decodes to a huge one."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 4 :]
