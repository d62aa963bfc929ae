"""The processes of the vision pool: what waits for one of them can still be taken back.

`ProcessPoolExecutor` hands out more jobs than it has processes, and what was handed out cannot be cancelled:
a frame that waited there would be opened after its look was closed. So jobs wait here, in the event loop.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Workers:
    """Processes that work off jobs, one each at a time.

    Args:
        count: How many.
        begin: Run in each process before its first job; picklable, like every job.
        arguments: Of `begin`.
    """

    def __init__(self, count: int, begin: Callable[..., None], *arguments: object) -> None:
        self._count = count
        self._begin = begin
        self._arguments = arguments
        self._pool: ProcessPoolExecutor | None = None
        self._free = asyncio.Semaphore(count)

    async def start(self, warm_up: Callable[..., object]) -> None:
        """Start the processes and have each of them do this first. Raises what it raises."""
        self._pool = self._new_pool()
        loop = asyncio.get_running_loop()
        with _deaf_to_interrupts():
            jobs = [loop.run_in_executor(self._pool, warm_up, *self._arguments) for _ in range(self._count)]
        await asyncio.gather(*jobs)

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """One job, as soon as a process is free. Cancelled while it waits, it is never begun.

        Raises:
            BrokenProcessPool: A process died; there are new ones for what comes next.
            RuntimeError: Nothing is running.
        """
        await self._free.acquire()
        pool = self._pool
        try:
            return await self._begin_in(pool, work, *arguments)
        except BrokenProcessPool:
            self._replace(pool)
            raise

    async def aclose(self) -> None:
        """Stop the processes. Closing twice is fine."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    def _begin_in(
        self, pool: ProcessPoolExecutor | None, work: Callable[..., T], *arguments: object
    ) -> "asyncio.Future[T]":
        try:
            if pool is None:
                raise RuntimeError("the vision pool is not running")
            future = pool.submit(work, *arguments)
        except BaseException:
            self._free.release()
            raise
        # Not when the waiting ends: a job that was begun keeps its process until it is done.
        future.add_done_callback(self._freed_by(asyncio.get_running_loop()))
        return asyncio.wrap_future(future)

    def _freed_by(self, loop: asyncio.AbstractEventLoop) -> Callable[[object], None]:
        def freed(_job: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(self._free.release)

        return freed

    def _replace(self, broken: ProcessPoolExecutor | None) -> None:
        """Several jobs may learn of one death: the first of them replaces what broke."""
        if broken is None or self._pool is not broken:
            return
        log.error("a vision process died; the pool is started anew and the look goes without this frame")
        with contextlib.suppress(Exception):
            broken.shutdown(wait=False)
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # `spawn`: forking a process with an event loop and threads in it is not safe.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(
            self._count, mp_context=context, initializer=self._begin, initargs=self._arguments
        )


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that start here ignore the terminal's Ctrl-C: this process tells them when to end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
