"""A hold for a dispute: bounded, in the agent's log, over at its end."""

from typing import Any

import pytest

from atdesk_core.evidence import HoldReason, StillError
from atdesk_core.store.writer import Job
from atdesk_sdk import FlagStatus
from tests.core.evidence.case import AT, DAY_S, LIFE_S, POLICY, Case

DISPUTE_S = POLICY.review.dispute_days * DAY_S


async def _disputed(case: Case) -> None:
    await case.still()
    await case.flag("FLAG01", FlagStatus.DISPUTED)


async def _hold(case: Case, until: float, reason: HoldReason = HoldReason.DISPUTE) -> None:
    await case.holds.hold("s1", until, "ref_luz", reason, POLICY)


async def test_what_is_held_outlives_its_time_until_the_hold_ends(case: Case) -> None:
    await _disputed(case)
    case.now = AT + LIFE_S - 1
    await _hold(case, case.now + DISPUTE_S)
    assert await case.evidence.due_in_s() == DISPUTE_S
    case.now = AT + LIFE_S + DAY_S
    assert await case.evidence.purge() == ()
    case.now = AT + LIFE_S - 1 + DISPUTE_S
    assert [one.still_id for one in await case.evidence.purge()] == ["s1"]
    assert [row["why"] for row in await case.rows("still_purged")] == ["hold_ended"]


async def test_the_agents_log_says_that_it_is_held_until_when_by_whom_and_when_it_ended(case: Case) -> None:
    await _disputed(case)
    await _hold(case, AT + DAY_S)
    case.now = AT + DAY_S
    assert await case.evidence.purge() == ()
    rows = await case.rows("hold")
    assert [(row["what"], row.get("until"), row.get("by")) for row in rows] == [
        ("placed", AT + DAY_S, "ref_luz"),
        ("ended", None, None),
    ]
    assert {row["whose"] for row in rows} == {(await case.town()).agent_ref("ana")}
    (still,) = await case.evidence.find()
    assert (still.hold_until, still.expires_at) == (None, AT + LIFE_S)


@pytest.mark.parametrize("until", [AT, AT - 1, AT + DISPUTE_S + 1])
async def test_a_hold_is_no_longer_than_policy_has_it(case: Case, until: float) -> None:
    await _disputed(case)
    with pytest.raises(StillError, match="at most 14 days from now"):
        await _hold(case, until)


async def test_without_a_policy_nothing_is_held(case: Case) -> None:
    await _disputed(case)
    with pytest.raises(StillError, match="at most 0 days"):
        await case.holds.hold("s1", AT + 1, "ref_luz", HoldReason.DISPUTE, None)
    await case.holds.hold_all("FLAG01", "ref_ana", None)
    assert await case.rows("hold") == []


@pytest.mark.parametrize(
    ("status", "reason", "good"),
    [
        ("disputed", HoldReason.DISPUTE, True),
        ("awaiting_second", HoldReason.SECOND_REVIEW, True),
        ("raised", HoldReason.DISPUTE, False),
        ("upheld", HoldReason.DISPUTE, False),
        ("disputed", HoldReason.SECOND_REVIEW, False),
    ],
)
async def test_only_while_its_flag_is_in_dispute(
    case: Case, status: str, reason: HoldReason, good: bool
) -> None:
    await case.still()
    await case.flag("FLAG01", status)
    if good:
        await _hold(case, AT + 1, reason)
    else:
        with pytest.raises(StillError, match=f"flag FLAG01 is {status}"):
            await _hold(case, AT + 1, reason)
    assert len(await case.rows("hold")) == good


async def test_a_hold_cannot_be_begun_or_made_longer_once_its_time_is_over(case: Case) -> None:
    """So no chain of holds keeps a still for ever."""
    await _disputed(case)
    await _hold(case, AT + DISPUTE_S)
    case.now = AT + LIFE_S
    with pytest.raises(StillError, match="cannot be held any more"):
        await _hold(case, case.now + DAY_S)
    with pytest.raises(StillError, match="there is no still s9"):
        await case.holds.hold("s9", case.now + 1, "ref_luz", HoldReason.DISPUTE, POLICY)


async def test_a_dispute_of_the_agents_holds_everything_of_the_flag_once(case: Case) -> None:
    await _disputed(case)
    await case.holds.hold_all("FLAG01", "ref_ana", POLICY)
    case.now += 10.0
    await case.holds.hold_all("FLAG01", "ref_ana", POLICY)
    (row,) = await case.rows("hold")
    assert (row["until"], row["by"]) == (AT + DISPUTE_S, "ref_ana")


async def test_settled_it_is_let_go(case: Case) -> None:
    await _disputed(case)
    await _hold(case, AT + DISPUTE_S)
    await case.holds.release_all("FLAG01", "ref_ana")
    (still,) = await case.evidence.find()
    assert (still.hold_until, still.expires_at) == (None, AT + LIFE_S)
    assert [row["what"] for row in await case.rows("hold")] == ["placed", "released"]


async def test_what_is_kept_of_a_flag_that_came_to_nothing_goes_at_once(case: Case) -> None:
    await _disputed(case)
    await _hold(case, AT + DISPUTE_S)
    case.now += 60.0
    await case.holds.release_all("FLAG01", "ref_ana", destroy=True)
    assert [one.still_id for one in await case.evidence.purge()] == ["s1"]


async def test_what_was_let_go_of_is_not_kept_longer_by_a_shorter_time(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flag is overturned between the look at what is kept too long, and the shortening of it."""
    await case.still()
    run = case.store.run

    async def released_first(job: Job[Any]) -> Any:
        monkeypatch.setattr(case.store, "run", run)
        case.now = AT + 1
        await case.holds.release_all("FLAG01", "the_review", destroy=True)
        return await run(job)

    monkeypatch.setattr(case.store, "run", released_first)
    await case.evidence.shorten(lambda _agent_id: DAY_S)
    assert [one.still_id for one in await case.evidence.purge()] == ["s1"]


async def test_what_another_reader_held_on_to_is_scrubbed_at_the_next_purge(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [False, False, True]

    async def scrub() -> bool:
        return answers.pop(0)

    monkeypatch.setattr(case.store, "scrub", scrub)
    await case.evidence.purge()  # what an earlier process had no time to scrub
    await case.still()
    case.now = AT + LIFE_S
    assert len(await case.evidence.purge()) == 1
    assert await case.evidence.purge() == ()
    assert answers == []
    assert await case.evidence.purge() == (), "nothing is left to scrub"
