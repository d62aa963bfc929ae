"""Promise 5's ground: an account is one person's, or nobody's."""

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.identity import Account, Directory, DirectoryRows, LinkHow, LinkStatus, Person, parse_plan
from atdesk_sdk import AccountRef
from tests.core.identity.town import SITES

ZOOM_ANA = AccountRef("zoom", "z1", "Z-ana")
GENESYS_LUZ = AccountRef("genesys", "acme", "g-luz")


def person(agent_id: str, **changes: str) -> Person:
    values = {"name": agent_id.title(), "email": f"{agent_id}@example.com", "language": "en", "team": "north"}
    return Person(agent_id, f"r-{agent_id}", **(values | {"site_id": "madrid"} | changes))


def link(agent_id: str, ref: AccountRef, status: LinkStatus = LinkStatus.CONFIRMED) -> Account:
    return Account(agent_id, ref, status, LinkHow.PLATFORM_ID, "Ines", 1.0)


def directory(*accounts: Account, leads: tuple[tuple[str, str], ...] = ()) -> Directory:
    people = [person(name) for name in ("ana", "bo", "luz")]
    plans = {"ana": parse_plan("Mon-Sun 00:00-24:00", "UTC")}
    rows = DirectoryRows(people, SITES.values(), accounts, leads, plans, ["ana"], ["bo"], 7)
    return Directory(rows)


def test_a_confirmed_account_is_its_agents() -> None:
    town = directory(link("ana", ZOOM_ANA))
    assert town.agent_of(ZOOM_ANA) == "ana"
    assert town.why_not_identified(ZOOM_ANA) == ""
    assert town.accounts_of("ana") == (ZOOM_ANA,)
    assert town.account_on("ana", "zoom") == ZOOM_ANA
    assert town.account_on("ana", "genesys") is None


def test_an_unknown_account_is_nobodys() -> None:
    assert directory().agent_of(ZOOM_ANA) is None
    assert "nobody's account" in directory().why_not_identified(ZOOM_ANA)


def test_a_proposed_account_is_nobodys_yet() -> None:
    town = directory(link("ana", ZOOM_ANA, LinkStatus.PROPOSED))
    assert town.agent_of(ZOOM_ANA) is None
    assert town.accounts_of("ana") == ()
    assert "atdesk agents link AGENT zoom:z1:Z-ana" in town.why_not_identified(ZOOM_ANA)


def test_an_account_of_two_people_is_nobodys() -> None:
    town = directory(link("ana", ZOOM_ANA), link("bo", ZOOM_ANA))
    assert town.agent_of(ZOOM_ANA) is None
    assert "ana and for bo" in town.why_not_identified(ZOOM_ANA)


def test_two_accounts_on_one_platform_are_no_single_one() -> None:
    other = AccountRef("zoom", "z2", "Z-ana")
    assert directory(link("ana", ZOOM_ANA), link("ana", other)).account_on("ana", "zoom") is None


def test_only_a_confirmed_account_of_a_lead_is_a_lead() -> None:
    town = directory(link("luz", GENESYS_LUZ), link("bo", ZOOM_ANA), leads=(("ana", "luz"),))
    assert town.is_lead(GENESYS_LUZ, "ana")
    assert not town.is_lead(GENESYS_LUZ, "bo")
    assert not town.is_lead(ZOOM_ANA, "ana")
    assert not town.is_lead(AccountRef("zoom", "z1", "nobody"), "nobody")
    assert town.leads_of("ana") == (GENESYS_LUZ,)
    proposed = directory(link("luz", GENESYS_LUZ, LinkStatus.PROPOSED), leads=(("ana", "luz"),))
    assert not proposed.is_lead(GENESYS_LUZ, "ana")


def test_facts_about_people() -> None:
    town = directory()
    assert town.on_shift("ana", 1e9)
    assert not town.on_shift("bo", 1e9)
    assert (town.has_consent("ana"), town.has_consent("bo")) == (True, False)
    assert (town.is_enrolled("ana"), town.is_enrolled("bo")) == (False, True)
    assert town.agent_ref("ana") == "r-ana"
    assert town.agent_by_ref("r-ana") == "ana"
    assert town.agent_by_email(" ANA@example.com ") == "ana"
    assert town.team("north") == ("ana", "bo", "luz")
    assert town.site_of("ana") == SITES["madrid"]
    assert town.site_of("nobody") is None


refs = st.builds(AccountRef, st.sampled_from(["zoom", "genesys"]), st.just("t"), st.sampled_from("abc"))
links = st.builds(link, st.sampled_from(["ana", "bo", "luz"]), refs, st.sampled_from(LinkStatus))


@given(st.lists(links, max_size=12))
def test_an_agent_is_found_exactly_when_one_person_has_it_confirmed(accounts: list[Account]) -> None:
    town = directory(*accounts)
    for ref in {account.ref for account in accounts}:
        confirmed = {
            one.agent_id for one in accounts if one.ref == ref and one.status is LinkStatus.CONFIRMED
        }
        found = town.agent_of(ref)
        assert ({found} if found else set()) == (confirmed if len(confirmed) == 1 else set())
        assert bool(town.why_not_identified(ref)) == (found is None)
        assert found is None or ref in town.accounts_of(found)
