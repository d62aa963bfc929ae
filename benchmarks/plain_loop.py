"""Children of `cpu`: the loop a user would write today with `face_recognition` alone, and decoding alone.

python -m benchmarks.plain_loop {match,decode} VIDEO PHOTO
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import cv2


def every_second(video: str) -> Iterator[Any]:
    """One picture a second, as most tutorials do it: read all, keep some."""
    capture = cv2.VideoCapture(video)
    step, number = round(capture.get(cv2.CAP_PROP_FPS)), 0
    while capture.grab():
        if number % step == 0:
            whole, picture = capture.retrieve()
            if whole:
                yield picture
        number += 1


def decode(video: str) -> int:
    """Pictures that were read."""
    return sum(1 for _ in every_second(video))


def match(video: str, photo: str) -> int:
    """`face_locations` and `face_encodings` on every picture, at their default settings."""
    import face_recognition  # noqa: PLC0415  (start-up is measured apart)

    known = face_recognition.face_encodings(face_recognition.load_image_file(photo))
    count = 0
    for picture in every_second(video):
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        places = face_recognition.face_locations(rgb)
        for found in face_recognition.face_encodings(rgb, places):
            face_recognition.compare_faces(known, found)
        count += 1
    return count


def main(what: str, video: str, photo: str) -> None:
    cv2.setNumThreads(1)
    print(json.dumps({"pictures": decode(video) if what == "decode" else match(video, photo)}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
