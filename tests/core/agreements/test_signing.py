"""A policy takes force when a named person has signed it, and holds as long as nobody has touched it."""

from dataclasses import replace

import pytest

from atdesk_core.agreements import (
    AgreementError,
    Approval,
    LiveAgreements,
    Place,
    Refused,
    parse_scope,
    put_in_force,
    roll_back,
    site_scope,
    versions_of,
)
from atdesk_core.agreements.versions import PolicyVersion
from atdesk_core.identity import Vouching, import_roster, load_directory, read_roster
from atdesk_core.identity.signing import Signer
from atdesk_core.policy.explain import explain
from atdesk_core.store import Store
from tests.core.agreements.desk import ANA, Signing, content
from tests.core.identity.town import KNOWN

MADRID = site_scope("madrid")


async def versions(town: Signing, scope: str = "site:madrid") -> list[PolicyVersion]:
    async with town.store.reading() as connection:
        return await versions_of(connection, parse_scope(scope))


async def test_what_is_signed_is_in_force_with_a_row_of_the_log(town: Signing) -> None:
    outcome = await town.sign(absence={"agent_first_s": 90})
    applied = (await town.load()).applied(ANA)
    assert applied.policy is not None
    assert applied.policy.absence.agent_first_s == 90
    (row,) = await town.store.ledger_page(0)
    assert (row.kind, row.site) == ("policy", "madrid")
    assert f'"policy":"{outcome.version.version}"' in row.data
    assert "A. Person" not in row.data
    assert "a try" not in row.data


async def test_a_site_that_was_never_signed_has_no_policy_and_says_what_to_type(town: Signing) -> None:
    applied = (await town.load()).applied(ANA)
    assert applied.policy is None
    assert not applied.signed
    assert applied.fault is not None
    assert "atdesk policy sign site:madrid --by NAME --reason TEXT" in applied.fault.message


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE policy_versions SET content = replace(content, '90', '10') WHERE serial = 2", "altered"),
        ("UPDATE policy_versions SET reason = 'another'", "altered"),
        ("UPDATE policy_versions SET signed_by = 'Somebody Else'", "altered"),
        ("UPDATE policy_versions SET at = 1", "altered"),
        ("UPDATE policy_versions SET version = 'abcdefabcdef'", "altered"),
        ("UPDATE policy_versions SET content = '{'", "altered"),
        ("UPDATE policy_versions SET signature = x'00'", "altered"),
        ("UPDATE policy_versions SET key_id = '0000000000000000'", "altered"),
        ("UPDATE policy_versions SET councils = 'no list' WHERE serial = 2", "older"),
        ("UPDATE policy_versions SET councils = '7' WHERE serial = 2", "older"),
        ("DELETE FROM policy_versions WHERE serial = 2", "older"),
        ("DELETE FROM policy_versions", "older"),
        ("UPDATE policy_versions SET serial = 3 WHERE serial = 1", "altered"),
        (
            "INSERT INTO policy_versions SELECT scope, 7, version, content, councils, signed_by, reason, at, "
            "key_id, signature, in_force_from FROM policy_versions WHERE serial = 1",
            "altered",
        ),
    ],
)
async def test_what_somebody_has_touched_is_not_in_force(town: Signing, sql: str, why: str) -> None:
    await town.sign(absence={"agent_first_s": 30})
    await town.sign(absence={"agent_first_s": 90})
    assert (await town.load()).applied(ANA).policy is not None
    await town.meddle(sql)
    applied = (await town.load()).applied(ANA)
    assert applied.policy is None
    assert applied.fault is not None
    assert applied.fault.why == why


async def test_content_that_is_not_valid_any_more_is_no_policy(town: Signing) -> None:
    """As after an update of atdesk that knows a field no longer: signed, and of no use."""
    await town.sign()
    (kept,) = await versions(town)
    old = kept.draft.content.replace('"accountable"', '"old_field":"x","accountable"')
    draft = replace(kept.draft, content=old)
    signed = town.signer.sign(draft.document())
    await town.meddle(
        f"UPDATE policy_versions SET content='{old}', version='{draft.version}', "  # noqa: S608
        f"signature=x'{signed.signature.hex()}'"
    )
    applied = (await town.load()).applied(ANA)
    assert applied.policy is None
    assert applied.signed
    assert applied.fault is not None
    assert applied.fault.why is Refused.NOT_VALID
    assert "old_field: unknown key" in applied.fault.message


async def test_another_key_or_none_means_no_policy(town: Signing) -> None:
    await town.sign()
    town.key_file.unlink()
    without = (await town.load()).applied(ANA)
    assert without.fault is not None
    assert without.fault.why is Refused.NO_KEY
    assert "restore it from your backup" in without.fault.message
    Signer.create(town.key_file)
    other = (await town.load()).applied(ANA)
    assert other.fault is not None
    assert other.fault.why is Refused.ALTERED
    town.signer = Signer.open(town.key_file)
    assert (await town.sign()).is_new
    assert (await town.load()).applied(ANA).policy is not None


async def test_the_same_again_is_nothing_new(town: Signing) -> None:
    first = await town.sign()
    again = await town.sign(at=200.0)
    assert (first.is_new, again.is_new) == (True, False)
    assert len(await versions(town)) == 1


async def test_going_back_is_a_new_version_signed_anew(town: Signing) -> None:
    first = await town.sign(absence={"agent_first_s": 30})
    await town.sign(absence={"agent_first_s": 90})
    approval = Approval("B. Other", "the new one was wrong", 300.0)
    outcome = await roll_back(town.desk, MADRID, first.version.version, approval)
    assert (outcome.version.draft.serial, outcome.version.version) == (3, first.version.version)
    applied = (await town.load()).applied(ANA)
    assert applied.policy is not None
    assert applied.policy.absence.agent_first_s == 30
    kinds = [row.data.split('"what":')[1] for row in await town.store.ledger_page(0)]
    assert kinds == ['"in_force"}', '"in_force"}', '"rolled_back"}']
    with pytest.raises(AgreementError, match="has no one version '99'; it has: "):
        await roll_back(town.desk, MADRID, "99", approval)


@pytest.mark.parametrize(("by", "reason"), [("", "why"), ("A. Person", " "), ("A. Person", "x" * 501)])
async def test_a_named_person_signs_for_a_reason(town: Signing, by: str, reason: str) -> None:
    wish = {MADRID: content(MADRID, {"site": "madrid", "accountable": "A. Person"}, town.codes)}
    with pytest.raises(AgreementError):
        await put_in_force(town.desk, wish, Approval(by, reason, 1.0))
    assert await versions(town) == []


async def test_what_makes_no_policy_is_refused_and_nothing_is_written(town: Signing) -> None:
    wish = {MADRID: content(MADRID, {"site": "madrid"}, town.codes)}
    with pytest.raises(AgreementError, match="accountable"):
        await put_in_force(town.desk, wish, Approval("A. Person", "a try", 1.0))
    assert await versions(town) == []
    assert await town.store.ledger_bounds() is None


async def test_a_team_only_tightens_and_a_declared_one_needs_its_signature(town: Signing) -> None:
    await town.sign(absence={"agent_first_s": 60})
    town.teams = frozenset({"north"})
    assert (await town.load()).applied(ANA).policy is None
    await town.sign("team:north", absence={"agent_first_s": 120}, different_person={"enabled": False})
    policy = (await town.load()).applied(ANA).policy
    assert policy is not None
    assert (policy.absence.agent_first_s, policy.different_person.enabled) == (120, False)
    await town.sign("team:north", absence={"agent_first_s": 20})
    loosened = (await town.load()).applied(ANA).policy
    assert loosened is not None
    assert loosened.absence.agent_first_s == 60


async def test_a_site_moved_to_another_jurisdiction_is_to_be_signed_again(town: Signing) -> None:
    await town.sign()
    town.codes = ("PE", "NL")
    applied = (await town.load()).applied(ANA)
    assert applied.fault is not None
    assert applied.fault.why is Refused.OTHER_JURISDICTION
    await town.sign()
    assert (await town.load()).applied(ANA).policy is not None


async def test_a_running_service_knows_what_it_has_seen(town: Signing, store: Store) -> None:
    """An older copy of the database in place of the present one: what was seen is missed."""
    live = LiveAgreements(store, town.declared, town.key_file, lambda: 500.0)
    await town.sign()
    await town.sign(absence={"agent_first_s": 90})
    assert await live.refresh()
    assert live.current.applied(ANA).policy is not None
    await town.meddle("DELETE FROM policy_versions WHERE serial = 2")
    await town.meddle("UPDATE policy_seen SET serial = 1")
    await town.meddle("UPDATE agreements_revision SET number = 1")
    assert await live.refresh()
    fault = live.current.applied(ANA).fault
    assert fault is not None
    assert fault.why is Refused.OLDER


async def test_a_fault_is_told_once(town: Signing, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    live = LiveAgreements(store, town.declared, town.key_file, lambda: 500.0)
    await live.refresh()
    await town.meddle("INSERT INTO agreements_revision VALUES (1, 9)")
    assert await live.refresh()
    assert not await live.refresh()
    assert caplog.text.count("site:madrid: no policy is in force") == 1
    rows = [row.data for row in await store.ledger_page(0)]
    assert rows == ['{"because":"never_signed","level":"site","what":"refused"}']


async def test_where_an_agent_works_counts_beside_the_site_and_for_that_agent_alone(town: Signing) -> None:
    await town.sign()
    found = await town.load()
    in_tirana, at_the_site = found.applied(replace(ANA, jurisdiction="AL")), found.applied(ANA)
    assert at_the_site.policy is not None
    assert at_the_site.policy.camera
    assert in_tirana.policy is not None
    assert not in_tirana.policy.camera, "nothing of the site loosens it"
    assert in_tirana.resolved is not None
    assert any("the jurisdiction AL" in line for line in explain(in_tirana.resolved, "en"))
    no_tighter = found.applied(replace(ANA, jurisdiction="PE"))
    assert no_tighter.policy == at_the_site.policy


async def test_an_import_says_where_somebody_works_and_keeps_it_until_it_is_said_otherwise(
    town: Signing,
) -> None:
    await town.sign()
    header = "agent_id,name,team,site"

    async def camera_after(text: str) -> bool:
        rows = read_roster(text, KNOWN)
        await import_roster(town.store, rows, KNOWN, Vouching("H. R.", 100.0), lambda: "ref-of-nobody")
        person = (await load_directory(town.store)).people["ana"]
        policy = (await town.load()).applied(Place.of(person)).policy
        assert policy is not None
        return policy.camera

    assert not await camera_after(f"{header},jurisdiction\nana,Ana,north,madrid,AL\n")
    assert not await camera_after(f"{header}\nana,Ana,north,madrid\n")
    assert await camera_after(f"{header},jurisdiction\nana,Ana,north,madrid,\n")
