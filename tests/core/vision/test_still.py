"""The picture of a still: redacted, cropped to the agent, JPEG, or the reason why there is none."""

import cv2
import numpy as np
import pytest

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory, Plan
from atdesk_core.vision.redaction import Refusal, Refused
from atdesk_core.vision.still import StillPicture, still_of
from atdesk_core.vision.worker import Job, take_still
from tests.core.vision.bystanders import agent_picture, eyes, side_by_side, stranger_picture
from tests.core.vision.footage import agent, clip, frame, jpeg, jpeg_frame, models, room


def _taken(pixels: Pixels) -> StillPicture:
    """With the room, where a policy asks for it."""
    outcome = still_of(frame(pixels), agent(), eyes(), room=True)
    assert isinstance(outcome, StillPicture)
    return outcome


def _decoded(taken: StillPicture) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(taken.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_it_is_cropped_to_the_agent_and_nobody_else_is_left_in_it() -> None:
    picture = side_by_side(clip("grid_a_1")[5], clip("grid_b")[5])
    taken = _taken(picture)
    left = _decoded(taken)
    assert taken.agent_shown
    assert left.shape[1] < picture.shape[1]
    assert len(models().faces.detect(left)) == 1


def test_unless_a_policy_asks_for_it_nothing_of_the_room_is_left() -> None:
    picture = agent_picture()
    with_room, without = _taken(picture), still_of(frame(picture), agent(), eyes())
    assert isinstance(without, StillPicture)
    assert without.agent_shown
    shown, left = _decoded(with_room), _decoded(without)
    assert shown.shape == left.shape
    (face,) = models().faces.detect(left)
    body = np.abs(shown.astype(int) - left.astype(int)).sum(axis=2)
    height, width = body.shape
    top, left_edge = int(face.box.y * height), int(face.box.x * width)
    middle = body[
        top : top + int(face.box.height * height), left_edge : left_edge + int(face.box.width * width)
    ]
    rim = np.concatenate([body[:, :4].ravel(), body[:, -4:].ravel()])
    assert middle.mean() < 12, "the agent's face stays"
    assert rim.mean() > 2 * middle.mean()


@pytest.mark.parametrize("pixels", [room(), stranger_picture()], ids=["empty seat", "somebody else"])
def test_without_the_room_there_is_no_picture_of_a_seat_in_which_the_agent_is_not(pixels: Pixels) -> None:
    assert still_of(frame(pixels), agent(), eyes()) == Refused(Refusal.NO_AGENT)


def test_an_empty_seat_is_a_picture_too() -> None:
    taken = _taken(room())
    assert not taken.agent_shown
    assert _decoded(taken).shape == room().shape


def test_somebody_else_in_the_seat_is_destroyed() -> None:
    taken = _taken(stranger_picture())
    assert not taken.agent_shown
    assert taken.regions > 0
    assert not models().faces.detect(_decoded(taken))


def test_without_a_template_the_agent_is_destroyed_too() -> None:
    taken = still_of(frame(agent_picture()), None, eyes(), room=True)
    assert isinstance(taken, StillPicture)
    assert not models().faces.detect(_decoded(taken))


def test_what_is_refused_is_no_picture() -> None:
    dark = np.full((512, 640, 3), 4, np.uint8)
    assert still_of(frame(dark), agent(), eyes()) == Refused(Refusal.TOO_DARK)
    assert still_of(jpeg_frame(b"no picture"), agent(), eyes()) == Refused(Refusal.BAD_PICTURE)


def test_a_worker_makes_the_same() -> None:
    job = Job.of(jpeg_frame(jpeg(agent_picture())), Memory(), agent(), Plan())
    made = take_still(job)
    assert made == still_of(job.frame, agent(), eyes())
    assert isinstance(made, StillPicture)


def test_the_file_holds_nothing_but_pixels() -> None:
    """No time, no camera, no comment: application and comment segments are not there, but for JFIF."""
    data = _taken(agent_picture()).jpeg
    head = data[: data.index(b"\xff\xda")]
    assert data[:2] == b"\xff\xd8"
    assert b"Exif" not in head
    assert b"\xff\xfe" not in head
