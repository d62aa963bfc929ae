"""A vision worker with all models loaded: what it holds. It imports nothing that a worker does not.

python -m benchmarks.vision.worker_memory FOLDER_OF_PICTURES
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.worker import Job, load_models, measure, start
from atdesk_sdk import Frame, PixelFormat

FRAMES = 100


def work(folder: Path) -> dict[str, Any]:
    """Megabytes with all models loaded, and after 100 frames with every step on."""
    began = time.perf_counter()
    start()
    loaded_s, loaded_mb, models = time.perf_counter() - began, resident_mb(), load_models()
    # No face is like nought, so each one is compared again and again.
    nobody = Enrolment((0.0,) * 128, models.encoder.name) if models.encoder else None
    memory, plan, count = Memory(), replace(Plan().fresh(), objects_s=0.0, company=True), 0
    for count, photo in enumerate(sorted(folder.glob("*.jpg"))[:FRAMES], 1):
        data = memoryview(photo.read_bytes())
        frame = Frame("loop", data, PixelFormat.JPEG, float(count), float(count))
        _, memory = measure(Job.of(frame, memory, nobody, plan))
    return {
        "frames": count,
        "load_s": loaded_s,
        "loaded_mb": loaded_mb,
        "after_mb": resident_mb(),
        "loaded_once": load_models() is models,
    }


def resident_mb() -> float:
    """What this process holds now; the most it ever held where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        import resource  # noqa: PLC0415 - not everywhere

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[1]))))
