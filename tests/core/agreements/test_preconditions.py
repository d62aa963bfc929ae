"""What is on record holds from its date until it lapses or is ended, and what comes next is known ahead."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.agreements import (
    Entry,
    OnRecord,
    Scope,
    ScopeKind,
    lapse_precondition,
    record_precondition,
    site_scope,
    standing,
)
from atdesk_core.cli.agreements_check import agreement_lines
from atdesk_core.policy import Precondition
from tests.core.agreements.desk import ANA, Signing

MADRID, KIND = site_scope("madrid"), Precondition.IMPACT_ASSESSMENT
DAY_S = 86_400.0

TIMES = st.integers(0, 100).map(float)
RECORDS = st.lists(
    st.builds(
        lambda kind, given_on, life, ended: OnRecord(
            "r", kind, MADRID, "D-1", given_on, given_on + life if life else None, "H. R.", given_on, ended
        ),
        st.sampled_from(Precondition),
        TIMES,
        st.one_of(st.none(), st.integers(1, 50)),
        st.one_of(st.none(), TIMES),
    ),
    max_size=6,
)


@given(RECORDS, TIMES)
def test_nothing_is_both_met_and_lapsed_and_what_is_met_has_a_record_that_stands(
    records: list[OnRecord], at: float
) -> None:
    now = standing(records, at)
    assert not now.met & now.lapsed
    assert now.met == {one.kind for one in records if one.stands(at)}
    assert now.lapsed <= {one.kind for one in records if one.given_on <= at}


@given(RECORDS, TIMES)
def test_until_the_time_that_is_named_nothing_changes_by_itself(records: list[OnRecord], at: float) -> None:
    unended = [one for one in records if one.ended_at is None]
    now = standing(unended, at)
    later = now.until - 0.5 if now.until is not None else 1000.0
    then = standing(unended, max(at, later))
    assert (then.met, then.lapsed) == (now.met, now.lapsed)


async def test_of_the_site_and_of_the_agent(town: Signing) -> None:
    mine = Scope(ScopeKind.AGENT, "ana")
    await record_precondition(town.store, MADRID, KIND, Entry("D-1", 10.0, 500.0, "H. R."), 20.0)
    release = Entry("R-7", 10.0, None, "H. R.")
    await record_precondition(town.store, mine, Precondition.WRITTEN_RELEASE, release, 20.0)
    agreements = await town.load()
    both = {KIND, Precondition.WRITTEN_RELEASE}
    assert agreements.standing(ANA, 100.0).met == both
    assert agreements.standing(ANA, 100.0).until == 500.0
    assert agreements.standing(ANA, 500.0).lapsed == {KIND}
    refs = [row.agent_ref for row in await town.store.ledger_page(0)]
    assert (refs[0], refs[1] is None) == (None, False)


async def test_renewing_ends_the_earlier_one_and_the_log_has_no_reference(town: Signing) -> None:
    await record_precondition(town.store, MADRID, KIND, Entry("DPIA-1", 10.0, 50.0, "H. R."), 20.0)
    await record_precondition(town.store, MADRID, KIND, Entry("DPIA-2", 30.0, 900.0, "H. R."), 60.0)
    agreements = await town.load()
    assert [one.reference for one in agreements.records if one.ended_at is None] == ["DPIA-2"]
    assert agreements.standing(ANA, 100.0).met == {KIND}
    assert not [row.data for row in await town.store.ledger_page(0) if "DPIA" in row.data]


async def test_ended_by_hand_it_counts_as_lapsed(town: Signing) -> None:
    await record_precondition(town.store, MADRID, KIND, Entry("D-1", 10.0, None, "H. R."), 20.0)
    await lapse_precondition(town.store, MADRID, KIND, "H. R.", 100.0)
    now = (await town.load()).standing(ANA, 100.0)
    assert not now.met
    assert now.lapsed == {KIND}


async def test_a_kind_that_this_version_does_not_know_meets_nothing(town: Signing) -> None:
    await record_precondition(town.store, MADRID, KIND, Entry("D-1", 10.0, None, "H. R."), 20.0)
    await town.meddle("UPDATE preconditions SET kind = 'of_the_future'")
    assert (await town.load()).standing(ANA, 100.0).met == frozenset()


@pytest.mark.parametrize(
    ("left_s", "says"),
    [
        (40 * DAY_S, None),
        (29 * DAY_S, "will lapse on 1970-"),
        (-1.0, "lapsed on 1970-"),
    ],
)
async def test_the_doctor_says_what_lapses_within_thirty_days(
    town: Signing, left_s: float, says: str | None
) -> None:
    now = 50 * DAY_S
    await town.sign()
    entry = Entry("DPIA-1", 10.0, now + left_s, "H. R.")
    await record_precondition(town.store, MADRID, KIND, entry, 20.0)
    lines = list(agreement_lines(await town.load(), ["madrid"], now))
    about = [line for line in lines if line[0] == "precondition of site:madrid"]
    if says is None:
        assert about == []
    else:
        ((_, is_well, text),) = about
        assert (is_well, says in text, "renew it" in text) == (False, True, True)


async def test_the_doctor_says_what_is_missing_and_what_to_type(town: Signing) -> None:
    lines = list(agreement_lines(await town.load(), ["madrid"], 100.0))
    assert [(what, well) for what, well, _ in lines] == [("policy of site:madrid", False)]
    assert "atdesk policy sign site:madrid --by NAME --reason TEXT" in lines[0][2]
    await town.sign()
    texts = [text for _, _, text in agreement_lines(await town.load(), ["madrid"], 100.0)]
    assert "is in force, signed by A. Person on 1970-01-01" in texts[0]
    assert any("atdesk preconditions record site:madrid lawful_basis" in text for text in texts)


async def test_the_end_of_shadow_mode_is_a_part_of_what_is_signed(town: Signing) -> None:
    until = datetime(2026, 12, 24, tzinfo=UTC)
    await town.sign(shadow_until=until)
    policy = (await town.load()).applied(ANA).policy
    assert policy is not None
    assert policy.shadow_until == until.timestamp()
