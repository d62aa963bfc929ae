"""Checks of flags, notices and webhooks."""

import re
from dataclasses import replace

import pytest

from atdesk_sdk.adapter import AgentNotice, FlagSink, Ingress, RawRequest, Route
from atdesk_sdk.errors import AdapterError, OutcomeUnknown
from atdesk_sdk.findings import FindingKind
from atdesk_sdk.flags import FlagStatus, MessageRef
from atdesk_sdk.testing.conformance.case import AdapterCase, given
from atdesk_sdk.testing.samples import sample_notice

_GARBAGE = (
    b"",
    b"not json",
    b"{}",
    b"[]",
    b"null",
    b'{"event":',
    b"\xff\x00\xfe",
    b"[" * 5_000,
    b'{"event":7}',
)
FINDINGS = re.compile(
    "|".join(rf"\b{kind.replace('_', '[ _-]')}\b" for kind in FindingKind if kind is not FindingKind.PRESENT),
    re.IGNORECASE,
)
"""What a message without details must not say."""


class FlagChecks:
    """A `FlagSink` shows a lead what it was given, and nothing beyond."""

    async def test_a_posted_flag_can_be_referred_to(self, case: AdapterCase) -> None:
        """`post` tells where the message stands."""
        async with case.running() as run:
            ref = await run.sink.post(run.flag())
        assert isinstance(ref, MessageRef)
        assert ref.adapter == run.adapter.name

    async def test_what_is_shown(self, case: AdapterCase) -> None:
        """People read the name and get the link."""
        shown = given(case, FlagSink, case.shown, "shown")
        async with case.running() as run:
            flag = run.flag()
            text = await shown(await run.sink.post(flag))
        longest = max(re.findall(r"\w+", flag.agent_name), key=len)
        assert longest in text, "the agent's name is missing"
        assert flag.link in text, "the link is missing"

    async def test_no_details_no_finding(self, case: AdapterCase) -> None:
        """A flag without details must not let the finding show through in fixed words."""
        shown = given(case, FlagSink, case.shown, "shown")
        async with case.running() as run:
            text = await shown(await run.sink.post(replace(run.flag(), details=None)))
        leaked = FINDINGS.search(text)
        assert leaked is None, f"the message says {leaked.group() if leaked else ''!r}"

    async def test_a_flag_is_updated(self, case: AdapterCase) -> None:
        """A changed flag changes the message where the sink can edit, and is fine elsewhere."""
        async with case.running() as run:
            flag = run.flag()
            ref = await run.sink.post(flag)
            before = await case.shown(ref) if case.shown else ""
            await run.sink.update(ref, replace(flag, status=FlagStatus.ACKNOWLEDGED))
            after = await case.shown(ref) if case.shown else ""
        if case.shown and run.adapter.capabilities.flag_edit:
            assert after != before, "it says flag_edit, but the message did not change"
        elif case.shown:
            assert after == before, "it does not say flag_edit, and yet the message changed"

    async def test_a_flag_whose_answer_was_lost(self, case: AdapterCase) -> None:
        """The loss is told as `OutcomeUnknown`, and a `MessageLookup` finds the message."""
        lose_answer = given(case, FlagSink, case.lose_answer, "lose_answer")
        async with case.running() as run:
            flag = run.flag("LOST")
            _ = run.sink  # skips before the platform is told to lose anything
            await lose_answer()
            with pytest.raises(OutcomeUnknown):
                await run.sink.post(flag)
            found = await run.lookup.find("LOST")
        assert found is not None, "the platform has the message; find() did not find it"
        assert found.adapter == run.adapter.name

    async def test_a_flag_that_was_never_posted_is_not_found(self, case: AdapterCase) -> None:
        """`find` never guesses."""
        async with case.running() as run:
            assert await run.lookup.find("NONE") is None

    async def test_an_outage_while_posting_is_a_verdict(self, case: AdapterCase) -> None:
        """A platform that fails gives an `AdapterError`."""
        outage = given(case, FlagSink, case.outage, "outage")
        async with case.running() as run:
            _ = run.sink  # skips before the platform is told to fail
            await outage()
            with pytest.raises(AdapterError):
                await run.sink.post(run.flag())


class NoticeChecks:
    """An `AgentNotice` reaches the agent, and nobody else."""

    async def test_a_notice_is_delivered(self, case: AdapterCase) -> None:
        """The agent reads the text as it was written; no other account gets it."""
        account = case.account()
        async with case.running() as run:
            notice = sample_notice(account, since=run.host.now() - 30.0)
            ref = await run.notices.notify(notice)
            told = {each: await case.told(each) for each in case.accounts} if case.told else {}
        assert isinstance(ref, MessageRef)
        assert ref.adapter == run.adapter.name
        if told:
            assert [notice.text in text for text in told.pop(account)] == [True]
            assert not any(told.values()), "somebody else was told, too"

    async def test_a_notice_to_nobody_is_a_verdict(self, case: AdapterCase) -> None:
        """Returning means that the platform accepted it, so an unknown account must raise."""
        unknown = given(case, AgentNotice, case.unknown_account, "unknown_account")
        async with case.running() as run:
            with pytest.raises(AdapterError):
                await run.notices.notify(sample_notice(unknown, since=run.host.now()))

    async def test_an_outage_while_telling_is_a_verdict(self, case: AdapterCase) -> None:
        """A platform that fails gives an `AdapterError`: the agent was not told."""
        outage, account = given(case, AgentNotice, case.outage, "outage"), case.account()
        async with case.running() as run:
            _ = run.notices  # skips before the platform is told to fail
            await outage()
            with pytest.raises(AdapterError):
                await run.notices.notify(sample_notice(account, since=run.host.now()))


class IngressChecks:
    """An `Ingress` believes nobody without a signature."""

    async def test_its_routes(self, case: AdapterCase) -> None:
        """Each route is a method and a path below the adapter's own."""
        async with case.running() as run:
            routes = list(run.ingress.routes())
        assert routes, "an Ingress without routes is never called"
        assert len(set(routes)) == len(routes), "a route is given twice"
        for route in routes:
            assert route.method == route.method.upper()
            assert route.path.startswith("/")

    @pytest.mark.parametrize("body", _GARBAGE, ids=lambda body: repr(body[:12]))
    async def test_garbage_is_refused(self, case: AdapterCase, body: bytes) -> None:
        """What nobody signed gets a 4xx, raises nothing, and makes no event."""
        async with case.running() as run:
            for route in run.ingress.routes():
                mark = len(run.host.events)
                answer = await run.ingress.handle(_unsigned(route, body, run.host.now()))
                await run.quiet()
                assert 400 <= answer.status < 500, f"{route.path} answered {answer.status}"
                assert run.host.events[mark:] == []

    async def test_a_genuine_request_is_taken(self, case: AdapterCase) -> None:
        """What the platform signed is answered with success."""
        genuine = given(case, Ingress, case.genuine_request, "genuine_request")
        async with case.running() as run:
            answer = await run.ingress.handle(genuine())
        assert 200 <= answer.status < 300

    async def test_a_changed_request_is_refused(self, case: AdapterCase) -> None:
        """A single changed byte makes the signature void."""
        genuine = given(case, Ingress, case.genuine_request, "genuine_request")
        async with case.running() as run:
            request = genuine()
            answer = await run.ingress.handle(replace(request, body=request.body + b" "))
            await run.quiet()
            assert 400 <= answer.status < 500
            assert run.host.events == []


def _unsigned(route: Route, body: bytes, now: float) -> RawRequest:
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    return RawRequest(route.method, route.path, headers, {}, body, now)
