"""A faithful local Zoom: REST, webhooks, chatbot and RTMS V1 on loopback, with fault switches.

Programmatic use, in tests:

    async with ZoomSimulator() as sim:
        ann = await sim.room.join("Ann Agent", sample("a"), person_id="aGeNtAnn0000000000001")
        stream = sim.room.start_stream()

As a running service: `atdesk simulate zoom`, which calls `serve`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from atdesk_zoom.simulator.faults import Faults, OpenPoints
from atdesk_zoom.simulator.footage import Pictures, Scripted, Video, sample
from atdesk_zoom.simulator.journal import Entry, Journal
from atdesk_zoom.simulator.people import Credentials, Meeting, Participant, Person
from atdesk_zoom.simulator.server import ZoomSimulator
from atdesk_zoom.simulator.timing import Timing

__all__ = [
    "Credentials",
    "Entry",
    "Faults",
    "Journal",
    "Meeting",
    "OpenPoints",
    "Participant",
    "Person",
    "Pictures",
    "Scripted",
    "Timing",
    "Video",
    "ZoomSimulator",
    "sample",
    "serve",
]


async def serve(port: int, announce: Callable[[Mapping[str, object]], None]) -> None:
    """Run a Zoom with a meeting in it until cancelled.

    Two agents sit in the meeting with their cameras on and a stream waits for its app, for as long as it
    takes and as often as it comes. No webhook receiver is needed: `announce` has all that a client must know.

    Args:
        port: Of the HTTP side; 0 takes a free one.
        announce: Called once, when everything listens, with `platform`, `base_url`, `ws_url` (signaling),
            `client_id`, `client_secret`, `ca_file`, `control_url`, `agents` and `meeting`.

    Raises:
        OSError: The port is taken.
    """
    patient = Timing(signaling_return=None, media_return=None)
    async with ZoomSimulator(port=port, timing=patient) as sim:
        agents = list(sim.people.values())[:2]
        for agent, letter in zip(agents, "ab", strict=True):
            await sim.room.join(agent.name, sample(letter), person_id=agent.id)
        sim.room.start_stream()
        announce(_announcement(sim, agents))
        await asyncio.Event().wait()


def _announcement(sim: ZoomSimulator, agents: list[Person]) -> dict[str, object]:
    stream = sim.room.stream
    here = sim.room.meeting.participants.values()
    return {
        "platform": "zoom",
        "base_url": sim.base_url,
        "ws_url": f"{sim.address(secure=False)}/signaling/{stream.generation}",
        "client_id": sim.credentials.client_id,
        "client_secret": sim.credentials.client_secret,
        "ca_file": str(sim.ca_file),
        "control_url": f"{sim.base_url}/_sim",
        "agents": [{"id": one.id, "name": one.name} for one in agents],
        "meeting": {
            "uuid": sim.room.meeting.uuid,
            "stream_id": stream.stream_id,
            "participants": [{"user_id": one.user_id, "name": one.name} for one in here],
        },
    }
