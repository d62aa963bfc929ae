"""What runs inside a worker process: models loaded once, one thread, no memory of its own.

A frame's `memoryview` cannot travel between processes, so a job carries bytes.
"""

import os
from dataclasses import dataclass
from functools import cache

from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.pipeline import Models, observe
from atdesk_sdk.detector import Frame, Observation, PixelFormat

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


@cache
def load_models() -> Models:
    """The default models, loaded once a process.

    Raises:
        ModelRefused: A file is missing, changed, or has no licence.
        EncoderUnavailable: No face encoder can be built.
    """
    # Imported here, after `start` has set the number of threads that these libraries read on import.
    from atdesk_core.vision.encoder import default_encoder  # noqa: PLC0415
    from atdesk_core.vision.faces import YuNet  # noqa: PLC0415
    from atdesk_core.vision.people import CenterNet  # noqa: PLC0415

    return Models(faces=YuNet(), people=CenterNet(), encoder=default_encoder())


def start() -> None:
    """Initializer of a worker process: one thread, models loaded."""
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    import cv2  # noqa: PLC0415 - after the environment is set

    cv2.setNumThreads(1)
    load_models()


def measure(job: Job) -> tuple[Observation, Memory]:
    """One frame, in the worker."""
    return observe(job.frame, job.memory, job.enrolment, job.plan, load_models())
