"""Who may open a still: a named person whom policy allows, for this agent. Pure."""

from typing import Final

from atdesk_core.identity import Directory
from atdesk_core.policy import SitePolicy

LEAD: Final = "lead"
"""Whoever leads the agent."""
SECOND_REVIEWER: Final = "second_reviewer"
"""Whoever leads others at the agent's site, but not this agent."""


def may_view(directory: Directory, policy: SitePolicy | None, agent_id: str, viewer_id: str) -> bool:
    """Whether this person may open stills of this agent.

    Args:
        directory: Who is who.
        policy: That applies to the agent; None: nobody may.
        agent_id: Whose still.
        viewer_id: Id of the reviewer in the directory.
    """
    if policy is None or viewer_id not in directory.people:
        return False
    viewers = policy.stills.viewers
    named = viewer_id in viewers - {LEAD, SECOND_REVIEWER}
    leads = LEAD in viewers and viewer_id in directory.lead_ids(agent_id)
    return named or leads or (SECOND_REVIEWER in viewers and _is_second(directory, agent_id, viewer_id))


def _is_second(directory: Directory, agent_id: str, viewer_id: str) -> bool:
    agent = directory.people.get(agent_id)
    if agent is None or viewer_id == agent_id or viewer_id in directory.lead_ids(agent_id):
        return False
    here = (one.agent_id for one in directory.people.values() if one.site_id == agent.site_id)
    return any(viewer_id in directory.lead_ids(other) for other in here if other != agent_id)
