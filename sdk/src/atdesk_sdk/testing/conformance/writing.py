"""Checks of writing a state: read, check, write, verify."""

import itertools
from collections.abc import Callable

import pytest

from atdesk_sdk.adapter import StateChange, StateReceipt, StateWriter
from atdesk_sdk.errors import AdapterError, OutcomeUnknown
from atdesk_sdk.events import Presence
from atdesk_sdk.testing.conformance.case import AdapterCase, Running, given
from atdesk_sdk.testing.conformance.states import state_of

_numbers = itertools.count(1)
_NEVER_WRITTEN = [presence for presence in Presence if presence not in {Presence.AWAY, Presence.AVAILABLE}]


class WriteChecks:
    """A `StateWriter` never fights over a state, and never writes twice."""

    async def test_away_is_written_and_verified(self, case: AdapterCase) -> None:
        """The receipt of a write holds the state as the platform has it."""
        async with case.running() as run:
            change = await wish(run)
            receipt = await run.writer.write(change, _always)
            now = await run.states.read(change.account)
        assert receipt.written, f"withdrawn although nothing spoke against it: {receipt.reason}"
        assert receipt.state.presence is now.presence is Presence.AWAY
        assert receipt.state.account == change.account
        assert receipt.state.revision == now.revision != change.expected

    async def test_the_echo_carries_the_receipts_revision(self, case: AdapterCase) -> None:
        """The event that follows our write is recognised as ours."""
        async with case.running() as run:
            change = await wish(run)
            await run.states.follow([change.account])
            await state_of(run)
            mark = len(run.host.events)
            receipt = await run.writer.write(change, _always)
            echo = await state_of(run, lambda state: state.presence is Presence.AWAY, since=mark)
        assert echo.revision == receipt.state.revision

    async def test_another_change_carries_another_revision(self, case: AdapterCase) -> None:
        """What the person does after our write is never taken for ours, not even the same presence."""
        set_state = given(case, StateWriter, case.set_state, "set_state")
        async with case.running() as run:
            change = await wish(run)
            receipt = await run.writer.write(change, _always)
            await set_state(change.account, case.other_presence)
            other = await run.states.read(change.account)
            await set_state(change.account, Presence.AWAY)
            same = await run.states.read(change.account)
        assert len({receipt.state.revision, other.revision, same.revision}) == 3

    async def test_an_away_of_ours_is_undone(self, case: AdapterCase) -> None:
        """While the claim stands, Available is written back."""
        async with case.running() as run:
            away = await run.writer.write(await wish(run), _always)
            back = await run.writer.write(await wish(run, Presence.AVAILABLE), _always)
        assert away.written
        assert back.written, back.reason
        assert back.state.presence is Presence.AVAILABLE

    async def test_a_stale_wish_is_withdrawn(self, case: AdapterCase) -> None:
        """Somebody changed the state since the decision: their choice stays."""
        set_state = given(case, StateWriter, case.set_state, "set_state")
        async with case.running() as run:
            change = await wish(run)
            await set_state(change.account, case.other_presence)
            await assert_withdrawn(run, change, case.other_presence)

    async def test_a_wish_that_is_no_longer_wanted_is_withdrawn(self, case: AdapterCase) -> None:
        """`still_wanted` is asked, and its No is final."""
        async with case.running() as run:
            wanted = Wanted(case, answer=False)
            await assert_withdrawn(run, await wish(run), Presence.AVAILABLE, wanted)
        assert wanted.asked_at, "still_wanted was not asked"

    async def test_still_wanted_is_asked_before_a_write(self, case: AdapterCase) -> None:
        """Also when all is well: an agent may have come back while the request waited its turn."""
        wanted = Wanted(case, answer=True)
        async with case.running() as run:
            before = _count(case)
            await run.writer.write(await wish(run), wanted)
        assert wanted.asked_at, "still_wanted was not asked"
        assert wanted.asked_at[-1] == before, "still_wanted was asked after the request went out"

    async def test_a_live_call_is_not_disturbed(self, case: AdapterCase) -> None:
        """During a customer call nothing is written."""
        start_call = given(case, StateWriter, case.start_call, "start_call")
        async with case.running() as run:
            await start_call(case.account())
            state = await run.states.read(case.account())
            await assert_withdrawn(run, await wish(run), state.presence)

    async def test_a_repeat_is_no_second_write(self, case: AdapterCase) -> None:
        """A change that took effect and is asked for again is a success without a request."""
        async with case.running() as run:
            change = await wish(run)
            first = await run.writer.write(change, _always)
            before = _count(case)
            second = await run.writer.write(change, _always)
        assert second.written, f"a repeat of a change that took effect is a success: {second.reason}"
        assert second.state.revision == first.state.revision
        assert _count(case) == before, "the repeat was written again"

    async def test_a_repeat_does_not_undo_the_persons_choice(self, case: AdapterCase) -> None:
        """A repeat that comes after somebody changed the state leaves it alone."""
        set_state = given(case, StateWriter, case.set_state, "set_state")
        async with case.running() as run:
            change = await wish(run)
            await run.writer.write(change, _always)
            await set_state(change.account, Presence.AVAILABLE)
            before = _count(case)
            await run.writer.write(change, _always)
            now = await run.states.read(change.account)
        assert now.presence is Presence.AVAILABLE
        assert _count(case) == before, "the repeat was written again"

    async def test_a_lost_answer_is_settled(self, case: AdapterCase) -> None:
        """A fresh read settles whether the write took effect; a repeat never writes it again."""
        lose_answer = given(case, StateWriter, case.lose_answer, "lose_answer")
        async with case.running() as run:
            change = await wish(run)
            before = _count(case)
            await lose_answer()
            receipt = await _write_or_unknown(run, change)
            again = await run.writer.write(change, _always)
        assert receipt is None or receipt.written
        assert again.written, "a repeat of a change that took effect is a success"
        assert before is None or _count(case) == before + 1

    @pytest.mark.parametrize("presence", _NEVER_WRITTEN)
    async def test_nothing_but_away_and_available(self, case: AdapterCase, presence: Presence) -> None:
        """Nobody is ever put On Queue, or anywhere else."""
        async with case.running() as run:
            change = await wish(run, presence)
            before = _count(case)
            try:
                receipt = await run.writer.write(change, _always)
            except AdapterError:
                pass
            else:
                assert not receipt.written, f"{presence} was written"
            assert (await run.states.read(change.account)).revision == change.expected
            assert _count(case) == before

    async def test_an_outage_while_writing_is_a_verdict(self, case: AdapterCase) -> None:
        """A platform that fails gives an `AdapterError`."""
        outage = given(case, StateWriter, case.outage, "outage")
        async with case.running() as run:
            change = await wish(run)
            await outage()
            with pytest.raises(AdapterError):
                await run.writer.write(change, _always)


class Wanted:
    """A `still_wanted` that notes how many writes the platform had seen whenever it was asked."""

    def __init__(self, case: AdapterCase, *, answer: bool) -> None:
        self._case = case
        self._answer = answer
        self.asked_at: list[int | None] = []

    def __call__(self) -> bool:
        """Note the count, and give the fixed answer."""
        self.asked_at.append(_count(self._case))
        return self._answer


async def wish(run: Running, to: Presence = Presence.AWAY) -> StateChange:
    """A wish for the case's account, decided on its state of this moment."""
    _ = run.writer  # skips before the platform is asked
    state = await run.states.read(run.case.account())
    return StateChange(f"change-{next(_numbers)}", state.account, to, state.revision)


async def assert_withdrawn(
    run: Running, change: StateChange, stays: Presence, still_wanted: Callable[[], bool] | None = None
) -> None:
    """Write, and fail unless nothing was changed and the reason is told."""
    before = _count(run.case)
    receipt = await run.writer.write(change, still_wanted or _always)
    now = await run.states.read(change.account)
    assert not receipt.written, "it was written"
    assert receipt.reason, "a withdrawn wish has a reason, for the log"
    assert receipt.state.revision == now.revision, "the receipt holds the state as it is"
    assert now.presence is stays
    assert _count(run.case) == before, "a request went out"


async def _write_or_unknown(run: Running, change: StateChange) -> StateReceipt | None:
    try:
        return await run.writer.write(change, _always)
    except OutcomeUnknown:
        return None


def _always() -> bool:
    return True


def _count(case: AdapterCase) -> int | None:
    return case.write_count() if case.write_count else None
