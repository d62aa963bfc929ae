"""Every fault of a file is told at once, by line and column."""

import pytest

from atdesk_core.identity import RosterError, parse_account, read_roster
from atdesk_sdk import AccountRef
from tests.core.identity.town import KNOWN, ROSTER

HEADER = "agent_id,name,email,team,site,language,lead,genesys,zoom,shift\n"


def faults(text: str) -> list[str]:
    with pytest.raises(RosterError) as caught:
        read_roster(text, KNOWN)
    return [str(fault) for fault in caught.value.faults]


def test_a_good_file_is_read() -> None:
    ana, bo, luz = read_roster(ROSTER, KNOWN)
    assert (ana.email, ana.language, ana.leads) == ("ana@example.com", "es", ("luz",))
    assert ana.accounts["genesys"] == (AccountRef("genesys", "acme", "g-ana"),)
    assert (bo.name, bo.language) == ("Bo, Jr.", "en")
    assert bo.accounts["zoom"] == (AccountRef("zoom", "z1", "Z-bo"), AccountRef("zoom", "z2", "Z-bo2"))
    assert (luz.leads, luz.shift) == ((), "")
    assert "teams" not in luz.accounts


def test_a_guid_is_kept_in_lower_case_and_any_other_id_as_it_is() -> None:
    guid = "6B1F0000-ABCD-4000-8000-00000000000F"
    (row,) = read_roster(HEADER + f"ana,Ana,,n,madrid,,,{guid},z1:Z-Ana,\n", KNOWN)
    assert row.accounts["genesys"] == (AccountRef("genesys", "acme", guid.lower()),)
    assert row.accounts["zoom"] == (AccountRef("zoom", "z1", "Z-Ana"),)
    assert parse_account(f"teams:t1:{guid}") == AccountRef("teams", "t1", guid.lower())


def test_semicolons_and_another_order_are_fine() -> None:
    (row,) = read_roster("Site;Team;Name;Agent_ID\nmadrid;north;Ana, R.;ana\n", KNOWN)
    assert (row.agent_id, row.name, row.leads, row.shift, row.accounts) == ("ana", "Ana, R.", None, None, {})


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",Ana,,n,madrid,,,,,", "line 2, agent_id: is empty, and is needed"),
        ("a b,Ana,,n,madrid,,,,,", "line 2, agent_id: 'a b' is no id"),
        ("ana,,,n,madrid,,,,,", "line 2, name: is empty, and is needed"),
        (
            "ana,Ana,,n,paris,,,,,",
            "line 2, site: 'paris' is not a site of the configuration (there: lima, madrid)",
        ),
        ("ana,Ana,at-home,n,madrid,,,,,", "line 2, email: 'at-home' is no e-mail address"),
        ("ana,Ana,,n,madrid,Spanish,,,,", "line 2, language: 'Spanish' is no language code"),
        ("ana,Ana,,n,madrid,,ana,,,", "line 2, lead: ana cannot lead themselves"),
        (
            "ana,Ana,,n,madrid,,,other:1,,",
            "line 2, genesys: 'other' is no tenant of genesys here (configured: acme)",
        ),
        ("ana,Ana,,n,madrid,,,,Z1,", "line 2, zoom: 'Z1' does not say which tenant: write tenant:id"),
        ("ana,Ana,,n,madrid,,,acme:,,", "line 2, genesys: 'acme:' holds no account id behind the tenant"),
        ("ana,Ana,,n,madrid,,,,,Mon 9-5", "line 2, shift: 'Mon 9-5' is no shift"),
        ("ana,Ana", "line 2, line: has 2 cells; the header has 10"),
        ('ana,"Ana,,n', "line 2, line: cannot be read as CSV"),
    ],
)
def test_a_fault_is_named_by_line_and_column(line: str, fault: str) -> None:
    assert faults(HEADER + line + "\n")[0].startswith(fault)


def test_all_faults_are_told_at_once_and_in_order() -> None:
    text = HEADER + "ana,Ana,a@b.c,n,madrid,,,g1,,\nana,,A@B.C,n,paris,,,g1,,\n"
    assert [fault.partition(":")[0] for fault in faults(text)] == [
        "line 3, site",
        "line 3, name",
        "line 3, agent_id",
        "line 3, email",
        "line 3, genesys",
    ]


def test_the_header_is_checked_first() -> None:
    assert faults("agent_id,name,team,colour,team\n") == [
        "line 1, site: this column is missing, and is needed",
        "line 1, colour: unknown column; there are agent_id, name, team, site, email, language, "
        "jurisdiction, lead, shift, ends_on, genesys, zoom, teams",
        "line 1, team: this column is there twice",
    ]
    assert len(faults("")) == 4


def test_a_platform_without_a_tenant_is_named() -> None:
    text = "agent_id,name,team,site,teams\nana,Ana,n,madrid,acme:x\n"
    assert faults(text) == [
        "line 2, teams: 'acme' is no tenant of teams here (no [[teams]] table is configured)"
    ]


@pytest.mark.parametrize(("cell", "code"), [("al", "AL"), ("US-IL", "US-IL"), ("", "")])
def test_where_somebody_works_is_a_code(cell: str, code: str) -> None:
    (row,) = read_roster(f"agent_id,name,team,site,jurisdiction\nana,Ana,n,madrid,{cell}\n", KNOWN)
    assert row.jurisdiction == code


def test_what_is_no_code_is_refused() -> None:
    said = faults("agent_id,name,team,site,jurisdiction\nana,Ana,n,madrid,Albania\n")
    expected = "line 2, jurisdiction: 'Albania' is no jurisdiction: write an ISO code such as AL or US-IL"
    assert said == [expected]
