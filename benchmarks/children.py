"""Child processes measured from outside: the kernel's own account of their CPU time."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.results import CannotMeasure

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took.

    Attributes:
        cpu_s: User and system time of it and of what it started and waited for, seconds.
        wall_s: From its start to its end.
        peak_mb: Largest resident set, megabytes.
        out: What it printed.
    """

    cpu_s: float
    wall_s: float
    peak_mb: float
    out: str


def one_core() -> int | None:
    """The core that children are pinned to: the last one this process may use; None without pinning."""
    if not hasattr(os, "sched_getaffinity") or shutil.which("taskset") is None:
        return None
    return max(os.sched_getaffinity(0))


def measure(command: Sequence[str], core: int | None = None, env: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end.

    Args:
        command: What to run.
        core: The one core it may use; None: any.
        env: Added to the environment.

    Raises:
        CannotMeasure: It failed. The message holds the end of what it wrote.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        whole = command if core is None else ["taskset", "-c", str(core), *command]
        child = subprocess.Popen(whole, stdout=out, stderr=err, env={**os.environ, **(env or {})})
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            last = err.read().strip().splitlines()[-1:]
            raise CannotMeasure(f"{command[0]} ended with {child.returncode}: {' '.join(last)}")
        return Spent(_cpu_s(used), wall_s, used.ru_maxrss / 1024, out.read())


def _cpu_s(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def python(*arguments: str) -> list[str]:
    """A command for this Python."""
    return [sys.executable, *arguments]


def atdesk(*arguments: str) -> list[str]:
    """A command for the command line of this installation."""
    return [os.path.join(os.path.dirname(sys.executable), "atdesk"), *arguments]
