"""Makes the film and the enrolment photos of the demo. Run it only to change them.

    python -m examples.demo.make_footage ../shared/data

The argument is a folder with `clips/grid_a_1.mp4`, `grid_a_2.mp4` and `grid_b.mp4`; see
footage/SOURCES.md for where they come from and under which licence.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from examples.demo.keying import Picture, cut_out
from examples.demo.room import HEIGHT, WIDTH, draw_room
from examples.demo.stage import FOOTAGE
from examples.demo.story import DARK, ENDS_S, LIGHT, SCENES, Seat, scene_at

FPS = 10
MOVE_S = 1.1
DIM_S = 1.6
DARKEST = 0.045
NOISE = 2.2
PHOTOS = 3
TALL = 0.93


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m examples.demo.make_footage FOLDER", file=sys.stderr)
        return 2
    clips = Path(arguments[0]) / "clips"
    agent, other = (cut_out(_read(clips / f"{name}.mp4")) for name in ("grid_a_1", "grid_b"))
    FOOTAGE.mkdir(exist_ok=True)
    _write_film(FOOTAGE / "film.mp4", _film(agent, other))
    _write_photos(_read(clips / "grid_a_2.mp4"))
    return 0


def _read(path: Path) -> list[Picture]:
    capture = cv2.VideoCapture(str(path))
    step = max((capture.get(cv2.CAP_PROP_FPS) or 25.0) / FPS, 1.0)
    frames: list[Picture] = []
    number = 0
    while (found := capture.read())[0]:
        if number >= len(frames) * step - 1e-6:
            frames.append(np.asarray(found[1], np.uint8))
        number += 1
    capture.release()
    if not frames:
        raise SystemExit(f"{path} cannot be read as a video")
    return frames


def _film(agent: Sequence[Picture], other: Sequence[Picture]) -> Iterator[Picture]:
    room, rng = draw_room(4), np.random.default_rng(7)
    for number in range(round(ENDS_S * FPS)):
        at_s = number / FPS
        picture = room.copy()
        for seat, people in ((Seat.AGENT, agent), (Seat.OTHER, other)):
            out = _out_of_seat(seat, at_s)
            if out < 1.0:
                _paste(picture, _swaying(people, number), out, at_s)
        yield _camera(picture, at_s, rng)


def _out_of_seat(seat: Seat, at_s: float) -> float:
    """0 in the seat, 1 out of the picture, between while coming or going; smooth at both ends."""
    now, before = scene_at(at_s), scene_at(at_s - MOVE_S)
    here, was_here = now.seat is seat, before.seat is seat
    if here and was_here:
        return 0.0
    since = min((at_s - now.starts_s) / MOVE_S, 1.0)
    # Whoever comes waits until whoever goes is gone.
    since = max(0.0, 2 * since - 1) if before.seat is not Seat.NOBODY and here else min(1.0, 2 * since)
    eased = since * since * (3 - 2 * since)
    return 1.0 - eased if here else eased if was_here else 1.0


def _swaying(frames: Sequence[Picture], number: int) -> Picture:
    """Forwards and backwards for ever, so that there is no jump."""
    turn = number % (2 * len(frames) - 2)
    return frames[min(turn, 2 * len(frames) - 2 - turn)]


def _paste(picture: Picture, person: Picture, out: float, at_s: float) -> None:
    high = int(HEIGHT * TALL)
    wide = int(person.shape[1] * high / person.shape[0])
    scaled = cv2.resize(person, (wide, high), interpolation=cv2.INTER_AREA)
    left = int((WIDTH - wide) / 2 + 5 * np.sin(at_s * 0.7) + out * (WIDTH + wide) / 2)
    top = HEIGHT - high + int(3 + 2 * np.sin(at_s * 0.45) + 14 * np.sin(np.pi * out))
    first, last = max(0, -left), min(wide, WIDTH - left)
    below = min(high, HEIGHT - top)
    if first >= last:
        return
    part = scaled[:below, first:last]
    share = part[..., 3:].astype(np.float32) / 255
    place = picture[top : top + below, left + first : left + last]
    place[:] = (part[..., :3] * share + place * (1 - share)).astype(np.uint8)


def _camera(picture: Picture, at_s: float, rng: np.random.Generator) -> Picture:
    """The light goes out and on again where the story says so; and the sensor's noise."""
    dark_for_s = min(at_s - DARK.starts_s, LIGHT.starts_s + DIM_S - at_s)
    dim = float(np.clip(dark_for_s / DIM_S, 0.0, 1.0))
    lit = picture.astype(np.float32) * (1 - dim * (1 - DARKEST))
    noise = rng.normal(0, NOISE * (1 - 0.4 * dim), picture.shape[:2]).astype(np.float32)
    return np.asarray(np.clip(lit + noise[..., None], 0, 255), np.uint8)


def _write_film(path: Path, frames: Iterator[Picture]) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for frame in frames:
        writer.write(frame)
    writer.release()
    moments = [scene.name for scene in SCENES]
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB; {', '.join(moments)}")


def _write_photos(frames: Sequence[Picture]) -> None:
    for number in range(PHOTOS):
        frame = frames[number * (len(frames) - 1) // (PHOTOS - 1)]
        larger = cv2.resize(frame, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        path = FOOTAGE / f"agent_{number + 1}.jpg"
        cv2.imwrite(str(path), larger, [cv2.IMWRITE_JPEG_QUALITY, 90])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
