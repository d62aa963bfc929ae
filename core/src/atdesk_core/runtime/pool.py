"""The vision pool: frames are measured in processes of one core and one thread each, off the event loop.

The workers remember nothing. What one frame leaves for the next stays here, in memory, for each agent;
so do the templates while the service runs.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from atdesk_core.runtime.measuring import plan_for
from atdesk_core.runtime.workers import Workers
from atdesk_core.session import Wanted
from atdesk_core.vision import worker
from atdesk_core.vision.enrol import EnrolmentOutcome, Photo, PhotoCheck
from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_core.vision.redaction import Refused
from atdesk_core.vision.still import StillPicture
from atdesk_sdk import Frame, Observation

EnrolmentOf = Callable[[str], Awaitable[Enrolment | None]]


A = TypeVar("A")
T = TypeVar("T")


class VisionPool:
    """Implements `atdesk_core.runtime.broker.Eyes`.

    Args:
        workers: Processes.
        enrolment_of: Reads an agent's template; asked once for each agent until `forget`.
        plan: How thorough to be.
        encoder: The operator's own face encoder; None takes the default.
    """

    def __init__(
        self,
        workers: int,
        enrolment_of: EnrolmentOf,
        plan: Plan | None = None,
        encoder: BroughtEncoder | None = None,
    ) -> None:
        self._workers = Workers(workers, worker.begin, encoder)
        self._encoder = encoder
        self._enrolment_of = enrolment_of
        self._plan = plan or Plan()
        self._memories: dict[str, Memory] = {}
        self._enrolments: dict[str, Enrolment | None] = {}

    async def start(self) -> None:
        """Start the processes and load the models; takes a few seconds.

        Raises:
            ModelRefused: A model file is missing, altered, or has no licence.
            EncoderUnavailable: No face encoder can be built.
        """
        await self._workers.start(worker.start)

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """Measure one frame of one agent. Frames of one agent come one after the other."""
        memory = self._memories.get(agent_id, Memory())
        plan = plan_for(wanted, self._plan)
        enrolment = await self._enrolment(agent_id) if wanted.match else None
        job = worker.Job.of(frame, memory, enrolment, plan)
        observation, memory = await self._run(worker.measure, job)
        self._memories[agent_id] = memory
        return observation

    async def still(self, agent_id: str, frame: Frame, *, room: bool) -> StillPicture | Refused:
        """Redact a frame and crop it to the agent; takes most of a second of one process."""
        enrolment = await self._enrolment(agent_id)
        job = worker.Job.of(frame, Memory(), enrolment, self._plan)
        return await self._run(partial(worker.take_still, room=room), job)

    async def observe_alone(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """Measure one picture by itself: nothing of it is remembered, and nothing before it counts."""
        enrolment = await self._enrolment(agent_id) if wanted.match else None
        plan = plan_for(replace(wanted, fresh=True, urgent=wanted.asked), self._plan)
        observation, _ = await self._run(worker.measure, worker.Job.of(frame, Memory(), enrolment, plan))
        return observation

    async def check_photo(self, photo: Photo) -> PhotoCheck:
        """What speaks against a photo for a template; nothing of it is kept."""
        return await self._run(worker.check_photo, photo)

    async def make_template(self, photos: Sequence[Photo]) -> EnrolmentOutcome:
        """A template from photos. It is for the encrypted store alone."""
        return await self._run(worker.make_template, tuple(photos))

    def forget(self, agent_id: str) -> None:
        """Remember nothing of this agent; the template is read again."""
        self._enrolments.pop(agent_id, None)
        self._memories.pop(agent_id, None)

    def renew(self, keeps: Callable[[str], bool]) -> None:
        """Read all templates again, after the directory has changed.

        Args:
            keeps: Whether anything of an agent may stay in memory: without consent nothing may.
        """
        for agent_id in self.remembered:
            if not keeps(agent_id):
                self.forget(agent_id)
        self._enrolments.clear()

    @property
    def remembered(self) -> frozenset[str]:
        """Agents of whom something is in memory."""
        return frozenset((*self._memories, *self._enrolments))

    async def aclose(self) -> None:
        """Stop the processes. Closing twice is fine."""
        await self._workers.aclose()
        self._memories.clear()
        self._enrolments.clear()

    async def _enrolment(self, agent_id: str) -> Enrolment | None:
        if agent_id not in self._enrolments:
            self._enrolments[agent_id] = await self._enrolment_of(agent_id)
        return self._enrolments[agent_id]

    async def _run(self, work: Callable[[A, BroughtEncoder | None], T], job: A) -> T:
        return await self._workers.run(work, job, self._encoder)
