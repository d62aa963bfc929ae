"""A simulated tenant in a process of its own, in which people come and go; ends when its input does.

Prints one line of JSON once it listens: what `atdesk simulate teams --json` prints.
"""

import argparse
import asyncio
import json
import random
import sys

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.presence import AVAILABLE, IN_CALL, IN_MEETING, Pair

_WHAT = (AVAILABLE, IN_CALL, IN_MEETING, Pair("BeRightBack", "BeRightBack"), Pair("Busy", "Busy"))
_TICKS_S = 0.1


async def _serve(people: int, changes_per_s: float) -> None:
    users = [(user_id(number), f"Agent {number}") for number in range(people)]
    async with TeamsSimulator(people=users, leads=()) as tenant:
        print(json.dumps(tenant.announcement() | {"agents": []}), flush=True)
        async with asyncio.TaskGroup() as life:
            living = life.create_task(_live(tenant, [user for user, _ in users], changes_per_s))
            await asyncio.to_thread(sys.stdin.read)
            living.cancel()


def user_id(number: int) -> str:
    """The id of an agent of the benchmark."""
    return f"aaaaaaaa-0000-4000-8000-{number:012d}"


async def _live(tenant: TeamsSimulator, users: list[str], changes_per_s: float) -> None:
    chance, owed = random.Random(1), 0.0  # noqa: S311 - who does what
    while True:
        await asyncio.sleep(_TICKS_S)
        owed += changes_per_s * _TICKS_S
        while owed >= 1:
            owed -= 1
            tenant.world.in_client(chance.choice(users), chance.choice(_WHAT))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("people", type=int)
    parser.add_argument("changes_per_s", type=float)
    given = parser.parse_args()
    asyncio.run(_serve(given.people, given.changes_per_s))
