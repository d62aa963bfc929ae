"""Enrolment refuses each unfit photo by name and reason."""

import cv2
import numpy as np
import pytest

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.enrol import EnrolmentOutcome, Photo, Unfit, enrol
from tests.core.vision.footage import clip, jpeg, models, room

GOOD = clip("grid_a_1")[0]
OTHER = clip("grid_b")[0]


def _small() -> Pixels:
    picture = room().copy()
    picture[100:196, 300:420] = cv2.resize(GOOD, (120, 96), interpolation=cv2.INTER_AREA)
    return picture


def _enrol(**photos: bytes) -> EnrolmentOutcome:
    loaded = models()
    assert loaded.encoder is not None
    return enrol([Photo(name, data) for name, data in photos.items()], loaded.faces, loaded.encoder)


@pytest.mark.parametrize(
    ("data", "unfit"),
    [
        (b"not a picture", Unfit.UNREADABLE),
        (jpeg(GOOD)[:-3000], Unfit.UNREADABLE),
        (jpeg(room()), Unfit.NO_FACE),
        (jpeg(np.hstack([GOOD, OTHER])), Unfit.TWO_FACES),
        (jpeg(_small()), Unfit.TOO_SMALL),
        (jpeg((GOOD * 0.2).astype(np.uint8)), Unfit.TOO_DARK),
        (jpeg(np.asarray(cv2.GaussianBlur(GOOD, (0, 0), 9), np.uint8)), Unfit.BLURRED),
    ],
)
def test_an_unfit_photo_is_refused_with_its_reason(data: bytes, unfit: Unfit) -> None:
    outcome = _enrol(good=jpeg(GOOD), bad=data)
    assert [(photo.name, photo.unfit) for photo in outcome.photos] == [("good", None), ("bad", unfit)]
    assert outcome.enrolment is not None


def test_a_photo_of_somebody_else_is_refused() -> None:
    outcome = _enrol(one=jpeg(GOOD), two=jpeg(clip("grid_a_2")[3]), other=jpeg(OTHER))
    assert [photo.unfit for photo in outcome.photos] == [None, None, Unfit.ANOTHER_PERSON]


def test_two_photos_of_two_people_enrol_nobody() -> None:
    outcome = _enrol(one=jpeg(GOOD), other=jpeg(OTHER))
    assert outcome.enrolment is None
    assert {photo.unfit for photo in outcome.photos} == {Unfit.NO_MAJORITY}


def test_the_template_is_the_mean_and_names_its_encoder() -> None:
    single = [_enrol(one=jpeg(picture)).enrolment for picture in (GOOD, clip("grid_a_2")[3])]
    both = _enrol(one=jpeg(GOOD), two=jpeg(clip("grid_a_2")[3])).enrolment
    assert both is not None
    assert single[0] is not None
    assert single[1] is not None
    assert np.allclose(both.template, np.mean([single[0].template, single[1].template], axis=0))
    assert both.encoder == "dlib-resnet-128"


def test_no_photo_at_all_enrols_nobody() -> None:
    assert _enrol() == EnrolmentOutcome(None, ())
