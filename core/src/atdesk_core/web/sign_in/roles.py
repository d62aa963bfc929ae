"""Who may be what: agent and lead by the directory, the rest by the configuration."""

from collections.abc import Callable, Collection, Mapping

from atdesk_core.identity import Directory
from atdesk_core.web.sign_in.who import Role


class RoleBook:
    """The roles that somebody has now. Asked at every request, so that a change counts at once.

    Args:
        directory: The newest snapshot.
        named: Person ids of the reviewers, integrators and auditors.
    """

    def __init__(
        self, directory: Callable[[], Directory], named: Mapping[Role, Collection[str]] | None = None
    ) -> None:
        self._directory = directory
        self._named = {role: frozenset(ids) for role, ids in (named or {}).items()}
        self._leads: tuple[Directory | None, frozenset[str]] = (None, frozenset())

    def roles_of(self, person_id: str) -> frozenset[Role]:
        """Empty for whoever is not in the directory, or has left."""
        directory = self._directory()
        if person_id not in directory.people or directory.has_left(person_id):
            return frozenset()
        named = {role for role, ids in self._named.items() if person_id in ids}
        leads = {Role.LEAD} if person_id in self._leading(directory) else set()
        return frozenset({Role.AGENT} | leads | named)

    def _leading(self, directory: Directory) -> frozenset[str]:
        """Everybody who leads somebody, or covers for who does; found once for each snapshot."""
        if self._leads[0] is not directory:
            leads = {lead for agent_id in directory.people for lead in directory.lead_ids(agent_id)}
            covers = {cover for lead in leads for cover in directory.cover_ids(lead)}
            self._leads = (directory, frozenset(leads | covers))
        return self._leads[1]
