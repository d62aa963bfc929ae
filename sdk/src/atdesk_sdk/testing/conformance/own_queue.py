"""Checks of the way back On Queue: the agent's own sign-in, and no other."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from atdesk_sdk.adapter import OwnQueue
from atdesk_sdk.errors import AdapterError
from atdesk_sdk.events import AccountRef, Presence
from atdesk_sdk.testing.conformance.case import AdapterCase, Running, given

_MADE_UP = "a-token-that-nobody-was-given"


class OwnQueueChecks:
    """An `OwnQueue` acts for the person who signed in, and for nobody else."""

    async def test_an_agent_goes_back_on_queue(self, case: AdapterCase) -> None:
        """With the person's own token; what is given back is what the platform has."""
        sign_in = given(case, OwnQueue, case.sign_in, "sign_in")
        async with case.running() as run:
            state = await run.own_queue.back_on_queue(case.account(), await sign_in(case.account()))
            now = await run.states.read(case.account())
        assert state.account == case.account()
        assert state.presence is now.presence is Presence.ON_QUEUE
        assert state.revision == now.revision

    async def test_a_sign_in_of_somebody_else_is_refused(self, case: AdapterCase) -> None:
        """A colleague's token moves neither the one nor the other."""
        sign_in = given(case, OwnQueue, case.sign_in, "sign_in")
        if len(case.accounts) < 2:
            pytest.skip("the case gives one account: this check needs two")
        async with case.running() as run:
            await assert_refused(run, case.accounts[0], await sign_in(case.accounts[1]))

    async def test_no_sign_in_is_refused(self, case: AdapterCase) -> None:
        """Nobody goes On Queue by what the adapter itself is allowed."""
        given(case, OwnQueue, case.sign_in, "sign_in")
        async with case.running() as run:
            for token in (_MADE_UP, "", "two words", "a\r\nheader: of one's own", "\N{SNOWMAN}"):
                await assert_refused(run, case.account(), token)

    async def test_a_sign_in_is_a_secret(self, case: AdapterCase) -> None:
        """No token is in a log line or an error message, whether it was good or not."""
        sign_in = given(case, OwnQueue, case.sign_in, "sign_in")
        async with case.running() as run:
            good = await sign_in(case.account())
            with overheard() as lines:
                await run.own_queue.back_on_queue(case.account(), good)
                with pytest.raises(AdapterError) as refused:
                    await run.own_queue.back_on_queue(case.account(), _MADE_UP)
        assert not [line for line in lines if good in line or _MADE_UP in line], "a token was logged"
        assert _MADE_UP not in str(refused.value), "the error message holds the token"

    async def test_an_outage_on_the_way_back_is_a_verdict(self, case: AdapterCase) -> None:
        """A platform that fails gives an `AdapterError`."""
        sign_in, outage = (
            given(case, OwnQueue, case.sign_in, "sign_in"),
            given(case, OwnQueue, case.outage, "outage"),
        )
        async with case.running() as run:
            token = await sign_in(case.account())
            await outage()
            with pytest.raises(AdapterError):
                await run.own_queue.back_on_queue(case.account(), token)


async def assert_refused(run: Running, account: AccountRef, token: str) -> None:
    """Ask, and fail unless it is refused and nobody's state changed."""
    everybody = run.case.accounts
    before = [(await run.states.read(each)).revision for each in everybody]
    with pytest.raises(AdapterError):
        await run.own_queue.back_on_queue(account, token)
    after = [(await run.states.read(each)).revision for each in everybody]
    assert after == before, "somebody's state was changed"


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, as text."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter().format(record))

    ear = Ear()
    logging.getLogger().addHandler(ear)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(ear)
