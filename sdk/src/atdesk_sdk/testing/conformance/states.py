"""Checks of following and reading the state of accounts."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from atdesk_sdk.adapter import StateSource
from atdesk_sdk.errors import AdapterError
from atdesk_sdk.events import AccountRef, AgentState, AgentStateChanged
from atdesk_sdk.testing.conformance.case import AdapterCase, Running, close, given


class StateChecks:
    """A `StateSource` tells each state once, and its revisions tell changes apart."""

    async def test_follow_emits_each_state_at_once_and_once(self, case: AdapterCase) -> None:
        """Following gives one event for each account, and no second one while nothing changes."""
        account = case.account()
        async with case.running() as run:
            states = run.states
            await states.follow(case.accounts)
            for followed in case.accounts:
                await state_of(run, is_of(followed))
            await run.quiet()
        told = [event.state.account for event in run.host.of(AgentStateChanged)]
        assert account in told
        assert sorted(told) == sorted(case.accounts), "each followed account once, nobody else"

    async def test_a_change_is_emitted_with_a_new_revision(self, case: AdapterCase) -> None:
        """What a person does at the platform arrives, complete, and counts as another change."""
        set_state, account = given(case, StateSource, case.set_state, "set_state"), case.account()
        async with case.running() as run:
            await run.states.follow([account])
            before = await state_of(run)
            await set_state(account, case.other_presence)
            after = await state_of(run, lambda state: state.presence is case.other_presence)
            await run.quiet()
        assert after.revision != before.revision, "somebody's change must carry a revision of its own"
        _assert_no_repeats(run)

    async def test_follow_means_exactly_these(self, case: AdapterCase) -> None:
        """An account that is no longer followed is no longer told about."""
        set_state, account = given(case, StateSource, case.set_state, "set_state"), case.account()
        async with case.running() as run:
            await run.states.follow([account])
            await state_of(run)
            await run.states.follow([])
            mark = len(run.host.events)
            await set_state(account, case.other_presence)
            await run.quiet()
            assert run.host.of(AgentStateChanged, mark) == []

    async def test_read_is_fresh(self, case: AdapterCase) -> None:
        """`read` asks the platform: a change made this moment is in it."""
        set_state, account = given(case, StateSource, case.set_state, "set_state"), case.account()
        async with case.running() as run:
            before = await run.states.read(account)
            await set_state(account, case.other_presence)
            after = await run.states.read(account)
        assert isinstance(after, AgentState)
        assert after.account == account
        assert after.presence is case.other_presence
        assert after.revision != before.revision

    async def test_one_state_has_one_revision(self, case: AdapterCase) -> None:
        """An event and a read of the same state agree on its revision, however often it is asked."""
        account = case.account()
        async with case.running() as run:
            states = run.states
            await states.follow([account])
            told = await state_of(run)
            read = [await states.read(account) for _ in range(2)]
        assert told.revision, "a revision is never empty"
        assert {told.revision, *(state.revision for state in read)} == {told.revision}

    async def test_an_unknown_account_is_a_verdict(self, case: AdapterCase) -> None:
        """Reading an account that does not exist raises an `AdapterError`, not whatever came along."""
        unknown = given(case, StateSource, case.unknown_account, "unknown_account")
        async with case.running() as run:
            with pytest.raises(AdapterError):
                await run.states.read(unknown)

    async def test_an_outage_is_a_verdict(self, case: AdapterCase) -> None:
        """A platform that fails gives an `AdapterError`, never a state: down is not away."""
        outage, account = given(case, StateSource, case.outage, "outage"), case.account()
        async with case.running() as run:
            states = run.states
            await outage()
            with pytest.raises(AdapterError):
                await states.read(account)

    async def test_state_events_carry_both_times(self, case: AdapterCase) -> None:
        """The platform's time and the engine's, in seconds since the epoch; accounts are its own."""
        account = case.account()
        began = case.now()
        async with case.running() as run:
            await run.states.follow([account])
            await state_of(run)
        for event in run.host.of(AgentStateChanged):
            assert began <= event.received_at <= case.now(), "received_at is the engine's clock: host.now()"
            assert event.occurred_at > 1e9, "occurred_at is in seconds since the epoch"
            assert event.state.since > 1e9, "since is in seconds since the epoch"
            whose = (event.state.account.platform, event.state.account.tenant)
            assert whose == (run.adapter.platform, run.adapter.tenant)

    async def test_nothing_is_emitted_after_close(self, case: AdapterCase) -> None:
        """A closed adapter is silent, whatever the platform does."""
        set_state, account = given(case, StateSource, case.set_state, "set_state"), case.account()
        async with case.running() as run:
            await run.states.follow([account])
            await state_of(run)
            await close(run.adapter, case.patience_s)
            events, reports = len(run.host.events), len(run.host.reports)
            await set_state(account, case.other_presence)
            await run.quiet()
            assert run.host.events[events:] == []
            assert run.host.reports[reports:] == []


async def state_of(
    run: Running, where: Callable[[AgentState], bool] = lambda state: True, since: int = 0
) -> AgentState:
    """Wait for an emitted state that fits."""
    event = await run.host.wait_for(
        AgentStateChanged, lambda event: where(event.state), since=since, timeout_s=run.case.patience_s
    )
    return event.state


def is_of(account: AccountRef) -> Callable[[AgentState], bool]:
    """Whether a state is that of an account."""
    return lambda state: state.account == account


def _assert_no_repeats(run: Running) -> None:
    """Two events in a row that differ in nothing but their source are one event too many."""
    last: dict[AccountRef, AgentState] = {}
    for event in run.host.of(AgentStateChanged):
        state = replace(event.state, source="")
        assert last.get(state.account) != state, "a state that did not change was emitted again"
        last[state.account] = state
