"""Checks of what concerns a whole channel: several flags in one message, and who reads it."""

import re
from dataclasses import replace

import pytest

from atdesk_sdk.adapter import ChannelMembers, DigestSink
from atdesk_sdk.errors import AdapterError
from atdesk_sdk.events import AccountRef
from atdesk_sdk.flags import FlagDigest, FlagView, MessageRef
from atdesk_sdk.testing.conformance.case import AdapterCase, Running, given
from atdesk_sdk.testing.conformance.messages import FINDINGS


class DigestChecks:
    """A `DigestSink` lists what it was given, each flag with its own link, and nothing beyond."""

    async def test_a_digest_can_be_referred_to(self, case: AdapterCase) -> None:
        """`post_digest` tells where the message stands, and two messages are two."""
        async with case.running() as run:
            first = await run.digests.post_digest(digest(run, "A1", "B2"))
            second = await run.digests.post_digest(digest(run, "C3"))
        assert isinstance(first, MessageRef)
        assert first.adapter == second.adapter == run.adapter.name
        assert first != second, "two messages have one reference"

    async def test_a_digest_shows_each_flag(self, case: AdapterCase) -> None:
        """Name, number and link of each; without details nothing of what was found in anybody."""
        shown = given(case, DigestSink, case.shown, "shown")
        async with case.running() as run:
            several = digest(run, "A1", "B2", "C3")
            bare = replace(several, flags=tuple(replace(flag, details=None) for flag in several.flags))
            text = await shown(await run.digests.post_digest(bare))
        for flag in bare.flags:
            longest = max(re.findall(r"\w+", flag.agent_name), key=len)
            assert text.count(longest) >= len(bare.flags), "a name is missing"
            assert flag.number in text, f"the number {flag.number} is missing"
            assert flag.link in text, f"the link {flag.link} is missing"
        leaked = FINDINGS.search(text)
        assert leaked is None, f"the message says {leaked.group() if leaked else ''!r}"

    async def test_a_digest_is_updated(self, case: AdapterCase) -> None:
        """Another flag joins where the sink can edit; elsewhere what was posted stays as it is."""
        shown = given(case, DigestSink, case.shown, "shown")
        async with case.running() as run:
            ref = await run.digests.post_digest(digest(run, "A1", "B2"))
            before = await shown(ref)
            await run.digests.update_digest(ref, digest(run, "A1", "B2", "C3"))
            after = await shown(ref)
        if run.adapter.capabilities.flag_edit:
            assert "C3" in after, "it says flag_edit, but the flag that joined is not shown"
        else:
            assert after == before, "it does not say flag_edit, and yet the message changed"

    async def test_an_outage_while_posting_a_digest_is_a_verdict(self, case: AdapterCase) -> None:
        """A platform that fails gives an `AdapterError`."""
        outage = given(case, DigestSink, case.outage, "outage")
        async with case.running() as run:
            several = digest(run, "A1", "B2")
            await outage()
            with pytest.raises(AdapterError):
                await run.digests.post_digest(several)


class ChannelChecks:
    """A `ChannelMembers` says who reads, or says that it does not know."""

    async def test_members_are_accounts_of_the_tenant(self, case: AdapterCase) -> None:
        """By the platform's own ids, so that they can be compared with the leads."""
        async with case.running() as run:
            members = await run.channel.members()
        for member in members or ():
            assert isinstance(member, AccountRef)
            assert (member.platform, member.tenant) == (run.adapter.platform, run.adapter.tenant)
            assert member.external_id

    async def test_an_outage_says_nothing_about_members(self, case: AdapterCase) -> None:
        """A platform that fails gives an `AdapterError`, or None: never a channel with nobody in it."""
        outage = given(case, ChannelMembers, case.outage, "outage")
        async with case.running() as run:
            await outage()
            try:
                members = await run.channel.members()
            except AdapterError:
                return
        assert members is None, "the platform was down, and yet it said who reads the channel"


def digest(run: Running, *numbers: str) -> FlagDigest:
    """Flags of one team with these numbers, each with a link of its own."""
    _ = run.digests  # skips before anything is made
    return FlagDigest("Billing", tuple(_numbered(run.flag(number)) for number in numbers))


def _numbered(flag: FlagView) -> FlagView:
    return replace(flag, link=f"https://atdesk.example/flags/{flag.number}")
