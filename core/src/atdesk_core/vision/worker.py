"""What runs inside a worker process: models loaded once, one thread, no memory of its own.

A frame's `memoryview` cannot travel between processes, so a job carries bytes.
"""

import contextlib
import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_core.vision.pipeline import Models, observe
from atdesk_sdk.detector import Frame, Observation, PixelFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atdesk_core.vision.enrol import EnrolmentOutcome, Photo, PhotoCheck
    from atdesk_core.vision.redaction import Eyes, Refused
    from atdesk_core.vision.still import StillPicture

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Job:
    """One frame to measure, picklable. The fields are those of `Frame`, plus what `observe` needs."""

    look_id: str
    data: bytes
    pixel_format: PixelFormat
    occurred_at: float
    received_at: float
    width: int
    height: int
    stride: int
    memory: Memory
    enrolment: Enrolment | None
    plan: Plan

    @classmethod
    def of(cls, frame: Frame, memory: Memory, enrolment: Enrolment | None, plan: Plan) -> "Job":
        """A job for a frame."""
        return cls(
            look_id=frame.look_id,
            data=bytes(frame.data),
            pixel_format=frame.pixel_format,
            occurred_at=frame.occurred_at,
            received_at=frame.received_at,
            width=frame.width,
            height=frame.height,
            stride=frame.stride,
            memory=memory,
            enrolment=enrolment,
            plan=plan,
        )

    @property
    def frame(self) -> Frame:
        """The frame again."""
        return Frame(
            look_id=self.look_id,
            data=memoryview(self.data),
            pixel_format=self.pixel_format,
            occurred_at=self.occurred_at,
            received_at=self.received_at,
            width=self.width,
            height=self.height,
            stride=self.stride,
        )


def load_models(encoder: BroughtEncoder | None = None) -> Models:
    """The models, loaded once a process.

    Args:
        encoder: The operator's own; None takes the default.

    Raises:
        ModelRefused: A file is missing, changed, or has no licence.
        EncoderUnavailable: No face encoder can be built.
    """
    return _loaded(encoder)


@cache
def _loaded(encoder: BroughtEncoder | None) -> Models:
    # Imported here, after `start` has set the number of threads that these libraries read on import.
    from atdesk_core.vision.encoder import build_encoder  # noqa: PLC0415
    from atdesk_core.vision.faces import YuNet  # noqa: PLC0415
    from atdesk_core.vision.nanodet import NanoDet  # noqa: PLC0415
    from atdesk_core.vision.objects import CenterNetInParts, CenterNetThings  # noqa: PLC0415
    from atdesk_core.vision.people import CenterNet  # noqa: PLC0415
    from atdesk_core.vision.things import MEALS  # noqa: PLC0415

    network = CenterNet()
    return Models(
        faces=YuNet(),
        people=network,
        encoder=build_encoder(encoder),
        objects=CenterNetThings(network),
        parts=CenterNetInParts(network),
        meals=NanoDet(MEALS),
    )


def start(encoder: BroughtEncoder | None = None) -> None:
    """Prepare a process: one thread, models loaded.

    Args:
        encoder: As in `load_models`.

    Raises:
        ModelRefused: As `load_models` says.
        EncoderUnavailable: Likewise.
    """
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    import cv2  # noqa: PLC0415 - after the environment is set

    cv2.setNumThreads(1)
    load_models(encoder)


def begin(encoder: BroughtEncoder | None = None) -> None:
    """Initializer of a worker process: `start`, whose refusal is kept for the first job.

    What an initializer raises breaks the pool and prints a traceback; the first job is refused for the
    same reason, and tells it to whoever waits.
    """
    with contextlib.suppress(Exception):
        start(encoder)


def take_still(
    job: Job, encoder: BroughtEncoder | None = None, *, room: bool = False
) -> "StillPicture | Refused":
    """One frame, redacted and cropped, in the worker. Of the job, frame and enrolment count."""
    from atdesk_core.vision.still import still_of  # noqa: PLC0415 - as in `_loaded`

    return still_of(job.frame, job.enrolment, _sharper_eyes(encoder), room=room)


@cache
def _sharper_eyes(encoder: BroughtEncoder | None) -> "Eyes":
    from atdesk_core.vision.redaction import Eyes  # noqa: PLC0415 - as in `_loaded`

    return Eyes.of(load_models(encoder))


def measure(job: Job, encoder: BroughtEncoder | None = None) -> tuple[Observation, Memory]:
    """One frame, in the worker."""
    return observe(job.frame, job.memory, job.enrolment, job.plan, load_models(encoder))


def check_photo(photo: "Photo", encoder: BroughtEncoder | None = None) -> "PhotoCheck":
    """What speaks against a photo for a template, in the worker."""
    from atdesk_core.vision.enrol import check  # noqa: PLC0415 - as in `_loaded`

    return check(photo, load_models(encoder).faces)


def make_template(photos: "Sequence[Photo]", encoder: BroughtEncoder | None = None) -> "EnrolmentOutcome":
    """A template from photos, in the worker; what is unfit is named."""
    from atdesk_core.vision.enrol import enrol  # noqa: PLC0415 - as in `_loaded`

    models = load_models(encoder)
    assert models.encoder is not None  # noqa: S101  (loading ends with an error where there is none)
    return enrol(photos, models.faces, models.encoder)
