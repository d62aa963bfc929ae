"""One real vision pool for the tests of this folder: it takes seconds to start."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from atdesk_core.identity import Templates
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.vision.encoder import bands
from atdesk_core.vision.memory import Enrolment


@dataclass
class Vision:
    """The pool, and the templates of the service that uses it now."""

    templates: Templates | None = None
    pool: VisionPool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = VisionPool(1, self._enrolment_of)

    async def _enrolment_of(self, agent_id: str) -> Enrolment | None:
        template = await self.templates.load(agent_id, bands.NAME) if self.templates else None
        return Enrolment(template.vector, template.encoder) if template else None


@pytest.fixture(scope="session")
def vision() -> Iterator[Vision]:
    made = Vision()
    asyncio.run(made.pool.start())
    yield made
    asyncio.run(made.pool.aclose())
