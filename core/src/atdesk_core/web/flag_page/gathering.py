"""Everything that the page of one flag shows, read from the store."""

import asyncio
from dataclasses import dataclass

from atdesk_core import reviewing
from atdesk_core.evidence import EvidenceStore, Still
from atdesk_core.evidence.viewers import may_view
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.store import DisputeRow, FlagRow, GroundsRow, ReviewRow, Store
from atdesk_core.web.flag_page.story import BEFORE_S, Story, story_of


@dataclass(frozen=True, slots=True)
class Case:
    """One flag with all that is kept of it.

    Attributes:
        flag: As it stands.
        grounds: What it rests on; None for a flag of an earlier version.
        reviews: What people said.
        dispute: The agent's; None: there is none.
        paused: Whether the agent is paused now, by their own choice.
        story: What happened.
        still: A picture that this viewer may open; None: there is none, or not for them.
    """

    flag: FlagRow
    grounds: GroundsRow | None
    reviews: tuple[ReviewRow, ...]
    dispute: DisputeRow | None
    paused: bool
    story: Story
    still: Still | None


async def case_of(
    flag: FlagRow, viewer_id: str, store: Store, world: LiveWorld, evidence: EvidenceStore, now: float
) -> Case:
    """Read it all.

    Args:
        flag: Which.
        viewer_id: Who looks: policy names who may open a picture.
        store: The database.
        world: Directory and policies.
        evidence: The stills.
        now: Engine's clock.
    """
    ref = world.directory.agent_ref(flag.agent_id)
    grounds, reviews, dispute, pause = await asyncio.gather(
        reviewing.grounds_of(store, flag.number),
        reviewing.reviews_of(store, flag.number),
        reviewing.dispute_of(store, flag.number),
        reviewing.pause_of(store, flag.agent_id),
    )
    rows = [] if ref is None else await store.ledger(agent_ref=ref, start=flag.since - BEFORE_S, end=now + 1)
    return Case(
        flag,
        grounds,
        tuple(reviews),
        dispute,
        pause is not None,
        story_of(flag, rows),
        await _still(flag, viewer_id, world, evidence, now),
    )


async def _still(
    flag: FlagRow, viewer_id: str, world: LiveWorld, evidence: EvidenceStore, now: float
) -> Still | None:
    if not may_view(world.directory, world.facts(flag.agent_id).policy, flag.agent_id, viewer_id):
        return None
    found = (one for one in await evidence.find(flag.agent_id) if one.flag_number == flag.number)
    return next((one for one in found if one.gone_at > now), None)
