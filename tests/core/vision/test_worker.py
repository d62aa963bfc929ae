"""The worker: a job travels to another process and its answer comes back the same."""

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

from atdesk_core.vision import worker
from atdesk_core.vision.memory import Memory
from tests.core.vision.footage import PLAN, agent, clip, frame, jpeg, jpeg_frame, watch


def test_a_worker_process_measures_what_this_one_does() -> None:
    job = worker.Job.of(jpeg_frame(jpeg(clip("grid_a_1")[0]), 5.0), Memory(), agent(), PLAN)
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned, initializer=worker.start) as pool:
        there = pool.submit(worker.measure, job).result(timeout=60)
    assert there == worker.measure(job)
    assert there[0].match is not None


def test_a_job_gives_the_frame_back() -> None:
    raw = frame(clip("grid_a_1")[0], 3.0)
    again = pickle.loads(pickle.dumps(worker.Job.of(raw, Memory(), None, PLAN))).frame  # noqa: S301 - our own
    assert bytes(again.data) == bytes(raw.data)
    assert (again.width, again.height, again.stride, again.received_at) == (640, 512, 1920, 3.0)


def test_the_memory_that_travels_is_small() -> None:
    _, memory = watch(list(clip("grid_a_1")[:3]), enrolment=agent())
    assert len(pickle.dumps(memory)) < 32_000


def test_models_are_loaded_once() -> None:
    assert worker.load_models() is worker.load_models()
