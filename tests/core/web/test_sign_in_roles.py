"""Who may be what: by the directory as it is now, and by the configuration."""

from dataclasses import replace

import pytest

from atdesk_core.identity import Directory, Person
from atdesk_core.identity.directory import DirectoryRows
from atdesk_core.web.sign_in import LiveGuard, NotSignedIn, Origins, Role, RoleBook

ROWS = DirectoryRows(
    people=[
        Person(one, f"ref-{one}", one.title(), "", "en", "support", "home")
        for one in ("ann", "lee", "cho", "rae")
    ],
    leads=[("ann", "lee")],
    covers=[("lee", "cho")],
)
NAMED = {Role.REVIEWER: ("rae",), Role.AUDITOR: ("not-there",)}


def test_leads_and_those_who_cover_for_them_are_leads_and_agents_are_agents() -> None:
    roles = RoleBook(lambda: Directory(ROWS), NAMED)

    assert roles.roles_of("ann") == {Role.AGENT}
    assert roles.roles_of("lee") == roles.roles_of("cho") == {Role.AGENT, Role.LEAD}
    assert roles.roles_of("rae") == {Role.AGENT, Role.REVIEWER}


def test_a_name_in_the_configuration_makes_nobody_of_whom_the_directory_knows_nothing() -> None:
    assert RoleBook(lambda: Directory(ROWS), NAMED).roles_of("not-there") == frozenset()


def test_a_change_of_the_directory_counts_at_once() -> None:
    now = [Directory(ROWS)]
    roles = RoleBook(lambda: now[0], NAMED)
    assert Role.LEAD in roles.roles_of("lee")

    now[0] = Directory(replace(ROWS, leads=[], covers=[]))

    assert roles.roles_of("lee") == roles.roles_of("cho") == {Role.AGENT}


class _NoShifts:
    def shift_at(self, _agent_id: str, _at: float) -> None:
        return None


async def test_whoever_has_left_is_signed_out_everywhere() -> None:
    now = [Directory(ROWS)]
    guard = LiveGuard(_NoShifts(), RoleBook(lambda: now[0], NAMED), Origins("", True), lambda: 0.0)
    one, other = guard.issue("ann", [Role.AGENT], "one tab"), guard.issue("ann", [Role.AGENT], "another")
    assert (await guard.check_token(one, "one tab", Role.AGENT)).person_id == "ann"

    now[0] = Directory(replace(ROWS, gone=["ann"]))
    with pytest.raises(NotSignedIn):
        await guard.check_token(one, "one tab", Role.AGENT)

    now[0] = Directory(ROWS)  # back again: that opens no old sign-in
    for token, tab in ((one, "one tab"), (other, "another")):
        with pytest.raises(NotSignedIn):
            await guard.check_token(token, tab, Role.AGENT)
    assert guard.refused["left"] == 1
