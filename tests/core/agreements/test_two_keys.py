"""Where two keys are asked for, nothing is loosened without the works council; tightening needs nobody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.agreements import (
    AgreementError,
    Declared,
    Place,
    Refused,
    co_sign,
    site_scope,
    waiting_version,
)
from atdesk_core.agreements.agreements import Agreements
from atdesk_core.agreements.contents import content_json, parse_content
from atdesk_core.agreements.in_force import InForce, Policies
from atdesk_core.agreements.loosening import changes
from atdesk_core.agreements.versions import Draft, PolicyVersion
from atdesk_core.identity.signing import Signer
from atdesk_core.policy import Precondition
from atdesk_core.policy.jurisdictions import cap_of
from tests.core.agreements.desk import ANA, SITE, Signing, content

MADRID = site_scope("madrid")


async def agent_first_s(town: Signing) -> float | None:
    policy = (await town.load()).applied(ANA).policy
    return policy.absence.agent_first_s if policy else None


async def test_the_first_policy_waits_for_the_council(berlin: Signing) -> None:
    outcome = await berlin.sign(absence={"agent_first_s": 90})
    assert outcome.waits_for == ("madrid",)
    assert await agent_first_s(berlin) is None
    await berlin.co_sign()
    assert await agent_first_s(berlin) == 90
    assert Precondition.CO_SIGNATURE in (await berlin.load()).standing(ANA, 500.0).met


async def test_tightening_takes_force_at_once_and_loosening_waits(berlin: Signing) -> None:
    await berlin.sign(absence={"agent_first_s": 90})
    await berlin.co_sign()
    assert (await berlin.sign(absence={"agent_first_s": 120})).waits_for == ()
    assert await agent_first_s(berlin) == 120
    assert Precondition.CO_SIGNATURE in (await berlin.load()).standing(ANA, 500.0).met
    assert (await berlin.sign(absence={"agent_first_s": 100})).waits_for == ("madrid",)
    assert await agent_first_s(berlin) == 120
    await berlin.co_sign()
    assert await agent_first_s(berlin) == 100


async def test_what_waits_is_overtaken_by_a_later_version(berlin: Signing) -> None:
    await berlin.sign(absence={"agent_first_s": 90})
    await berlin.co_sign()
    await berlin.sign(absence={"agent_first_s": 80})
    await berlin.sign(absence={"agent_first_s": 100})
    with pytest.raises(AgreementError, match="no version of site:madrid waits"):
        await berlin.co_sign()
    assert await agent_first_s(berlin) == 100


async def test_leaving_the_jurisdiction_is_loosening(berlin: Signing) -> None:
    await berlin.sign(absence={"agent_first_s": 90})
    await berlin.co_sign()
    berlin.codes = ("PE",)
    assert (await berlin.sign(absence={"agent_first_s": 90})).waits_for == ("madrid",)
    assert await agent_first_s(berlin) is None


async def test_an_organisation_that_loosens_asks_the_councils_of_its_sites(berlin: Signing) -> None:
    await berlin.sign("organisation", absence={"agent_first_s": 150})
    await berlin.sign(absence={"agent_first_s": 90})
    await berlin.co_sign()
    assert await agent_first_s(berlin) == 150
    assert (await berlin.sign("organisation", absence={"agent_first_s": 120})).waits_for == ("madrid",)
    assert await agent_first_s(berlin) == 150


async def test_whoever_puts_it_in_force_in_the_database_gains_nothing(berlin: Signing) -> None:
    await berlin.sign(absence={"agent_first_s": 90})
    await berlin.meddle("UPDATE policy_versions SET in_force_from = 1")
    applied = (await berlin.load()).applied(ANA)
    assert applied.fault is not None
    assert applied.fault.why is Refused.NOT_CO_SIGNED
    assert Precondition.CO_SIGNATURE not in (await berlin.load()).standing(ANA, 500.0).met


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE policy_co_signatures SET signature = x'00'",
        "DELETE FROM policy_co_signatures",
        "UPDATE council_keys SET public_pem = 'none'",
        "UPDATE council_keys SET registered_by = 'Somebody Else'",
        "UPDATE policy_versions SET councils = '[]'",
    ],
)
async def test_a_council_cannot_be_signed_for_in_the_database(berlin: Signing, sql: str) -> None:
    await berlin.sign(absence={"agent_first_s": 90})
    await berlin.co_sign()
    assert await agent_first_s(berlin) == 90
    await berlin.meddle(sql)
    assert await agent_first_s(berlin) is None


async def test_only_the_councils_own_key_signs_for_it(berlin: Signing) -> None:
    await berlin.sign()
    version = await waiting_version(berlin.store, MADRID)
    stranger = Signer.create(berlin.folder / "stranger.pem")
    for signer in (stranger, berlin.signer):
        with pytest.raises(AgreementError, match="is not the one on record of the works council"):
            await co_sign(berlin.desk, MADRID, signer.sign(version.draft.document()), 1.0)
    with pytest.raises(AgreementError, match="does not hold"):
        await co_sign(berlin.desk, MADRID, berlin.council.sign({"kind": "something else"}), 1.0)
    assert await agent_first_s(berlin) is None


async def test_the_services_own_key_is_no_councils(town: Signing) -> None:
    town.council = town.signer
    with pytest.raises(AgreementError, match="the service's own key"):
        await town.register()


SECONDS = st.integers(60, 600)
LIVES = st.sampled_from([1, 2, 3])
NUMBERS = st.fixed_dictionaries(
    {
        "absence": st.fixed_dictionaries({"agent_first_s": SECONDS, "enabled": st.booleans()}),
        "looks": st.fixed_dictionaries(
            {"watch_every_s": st.integers(15, 60), "max_frames": st.integers(1, 6)}
        ),
        "stills": st.fixed_dictionaries({"life_days": LIVES, "enabled": st.booleans()}),
    }
)


@settings(max_examples=60, deadline=None)
@given(old=NUMBERS, new=NUMBERS)
def test_a_version_needs_the_council_exactly_when_somebody_could_be_looked_at_more(
    old: dict[str, dict[str, int]], new: dict[str, dict[str, int]]
) -> None:
    """Told apart from the code under test: by the numbers themselves."""
    before, after = (_in_force(says) for says in (old, new))
    policies, declared = Policies({MADRID: before}, {}), Declared({"madrid": ("DE",)})
    (change,) = changes(MADRID, after, policies, declared, ["madrid"], cap_of)
    assert change.needs_council is _loosens(old, new)


def _in_force(says: dict[str, dict[str, int]]) -> InForce:
    wish = content(MADRID, {**SITE, **says}, ("DE",))
    text = content_json(wish.level, wish.jurisdictions)
    version = PolicyVersion(Draft(MADRID, 1, text, (), "-", "-", 0.0), "", "", b"", 0.0)
    return InForce(version, parse_content(MADRID, text))


def _loosens(old: dict[str, dict[str, int]], new: dict[str, dict[str, int]]) -> bool:
    lower = [("absence", "agent_first_s"), ("looks", "watch_every_s")]
    higher = [("absence", "enabled"), ("looks", "max_frames"), ("stills", "life_days"), ("stills", "enabled")]
    return any(new[part][name] < old[part][name] for part, name in lower) or any(
        new[part][name] > old[part][name] for part, name in higher
    )


def test_the_snapshot_is_shared_by_those_under_the_same_policies() -> None:
    found = {MADRID: _in_force({})}
    agreements = Agreements(Policies(found, {}), (), Declared({"madrid": ("DE",)}))
    one, other = Place("madrid", "north", "ana"), Place("madrid", "south", "bo")
    assert agreements.applied(one) is agreements.applied(other)
