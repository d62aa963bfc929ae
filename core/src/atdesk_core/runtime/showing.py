"""Flags on their way to the sinks: what each sink may be told, and whether a flag shares a message.

A finding is named where the leads alone read it, can answer it, and it can be taken back. Every other sink
gets number, name, time and a link, and afterwards nothing but that it is over.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol, runtime_checkable

from atdesk_core import reviewing
from atdesk_core.reviewing import FlagLinks
from atdesk_core.runtime.digest import JOIN_S, WINDOW_S, Alone, Gather, Join, Listing, Raised, placed
from atdesk_core.runtime.evidence_words import evidence_in_words
from atdesk_core.runtime.outbox import Outcome
from atdesk_core.runtime.planning import FLAG, flag_of
from atdesk_core.runtime.profile import Profile
from atdesk_core.session import OpenFlag
from atdesk_core.store import (
    OPEN_STATUSES,
    DigestRow,
    FlagRow,
    MessageRefRow,
    OutboxRow,
    OutboxStatus,
    Store,
    Unit,
)
from atdesk_sdk import (
    Adapter,
    DigestSink,
    FlagDetails,
    FlagDigest,
    FlagSink,
    FlagStatus,
    FlagView,
    GiveUp,
    MessageRef,
    TryLater,
)

NEVER_SHOWN: Final = (FlagStatus.EXPIRED.value, FlagStatus.WITHDRAWN.value)
"""What ended like this before anybody was told of it is told to nobody."""


@runtime_checkable
class GatheringSink(Adapter, FlagSink, DigestSink, Protocol):
    """An adapter that can show several flags in one message."""


class Agents(Protocol):
    """What is asked about the agents."""

    def profile(self, agent_id: str) -> Profile:
        """Names and addresses."""
        ...

    def policy_version(self, agent_id: str) -> str:
        """Of the policy that applies."""
        ...

    def asked(self, agent_id: str) -> tuple[str, ...]:
        """Names of those who are asked to answer a flag of this agent now."""
        ...


class FlagShow:
    """Posts and changes the messages of flags.

    Args:
        store: What is kept of flags and messages.
        agents: Names and addresses.
        links: To the flags' pages.
        is_open: Whether somebody reads a sink, by its name, who leads nobody.
        now: Engine's clock.
    """

    def __init__(
        self,
        store: Store,
        agents: Agents,
        links: FlagLinks,
        is_open: Callable[[str], bool],
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._agents = agents
        self._links = links
        self._is_open = is_open
        self._now = now
        self._just_told: dict[tuple[str, str], float] = {}

    def view(self, flag: OpenFlag, agent_id: str, link: str, *, findings: bool, language: str) -> FlagView:
        """A flag as a sink may show it.

        Args:
            flag: As it stands.
            agent_id: Whose.
            link: To its page; empty for none.
            findings: Whether the sink may name the finding; see `Capabilities.shows_findings`.
            language: In which it says on what the finding rests.
        """
        profile = self._agents.profile(agent_id)
        return FlagView(
            number=flag.number,
            agent_name=profile.name,
            team=profile.team,
            since=flag.since,
            status=flag.status if findings else _open_or_over(flag),
            link=link,
            time_zone=profile.time_zone,
            details=self._details(flag, agent_id, language) if findings else None,
        )

    async def post(self, sink: Adapter, row: OutboxRow) -> Outcome:
        """Show a flag for the first time.

        Raises:
            AdapterError: With its verdict.
        """
        if not isinstance(sink, FlagSink):
            raise GiveUp(f"{sink.name} cannot show flags")
        flag, agent_id = FLAG.validate_json(row.payload), row.agent_id or ""
        kept = await self._store.flag(flag.number)
        if kept is not None and kept.status in NEVER_SHOWN:
            return Outcome(OutboxStatus.STALE, detail="over before it was shown")
        if isinstance(sink, GatheringSink) and kept is not None:
            shared = await self._post_with_others(sink, kept)
            if shared is not None:
                return shared
        link = await self._links.make(flag.number)
        ref = await sink.post(self._view_for(sink, flag, agent_id, link))
        return Outcome(OutboxStatus.SENT, ref=ref)

    async def update(self, sink: Adapter, row: OutboxRow) -> Outcome:
        """Show how a flag stands now, where it is shown.

        Raises:
            AdapterError: With its verdict; `TryLater` while the message itself is on its way.
        """
        if not isinstance(sink, FlagSink):
            raise GiveUp(f"{sink.name} cannot show flags")
        flag, agent_id = FLAG.validate_json(row.payload), row.agent_id or ""
        findings = self._findings(sink)
        if not sink.capabilities.flag_edit:
            return Outcome(OutboxStatus.STALE, detail="one way")
        if not findings and flag.closed_at is None and not self._is_open(sink.name):
            return Outcome(OutboxStatus.STALE, detail="nothing that may be said")
        # Asked before the messages: a post and its message are kept in one, maybe between the two questions.
        on_its_way = await self._is_on_its_way(flag.number, sink.name)
        refs = [one for one in await self._store.message_refs(flag.number) if one.adapter == sink.name]
        if not refs:
            return _no_message(on_its_way)
        digest = await reviewing.digest_at(self._store, refs[0])
        if digest is not None and isinstance(sink, GatheringSink):
            return await self._update_digest(sink, digest)
        link = await self._links.make(flag.number)
        await sink.update(_ref(refs[0]), self._view_for(sink, flag, agent_id, link))
        return Outcome(OutboxStatus.SENT)

    def _view_for(self, sink: Adapter, flag: OpenFlag, agent_id: str, link: str) -> FlagView:
        language = sink.capabilities.flag_language
        return self.view(flag, agent_id, link, findings=self._findings(sink), language=language)

    def _findings(self, sink: Adapter) -> bool:
        return sink.capabilities.shows_findings and not self._is_open(sink.name)

    async def _is_on_its_way(self, number: str, adapter: str) -> bool:
        entry = await self._store.outbox_entry(f"flag-{number}-post@{adapter}")
        return entry is not None and entry.status in OPEN_STATUSES

    # ---- several in one message --------------------------------------------------------------------------

    async def _post_with_others(self, sink: GatheringSink, flag: FlagRow) -> Outcome | None:
        """Into a message of several, or known to be in one; None when it gets its own."""
        now = self._now()
        raised = await reviewing.raised_since(self._store, flag.team, now - WINDOW_S)
        told = await self._told(sink.name, [one.number for one in raised])
        if flag.number in told:
            return Outcome(OutboxStatus.SENT, detail="in a digest")
        place = placed(
            flag.number,
            [Raised(one.number, one.agent_id, one.raised_at, one.number in told) for one in raised],
            await self._listings(sink.name, flag.team, now - JOIN_S),
            now,
            can_join=sink.capabilities.flag_edit,
        )
        match place:
            case Alone():
                return None
            case Join(listing):
                return await self._join(sink, flag, listing)
            case Gather(numbers):
                return await self._gather(sink, flag, numbers)

    async def _join(self, sink: GatheringSink, flag: FlagRow, listing: Listing) -> Outcome:
        await sink.update_digest(
            listing.ref, await self._digest(sink, flag.team, (*listing.numbers, flag.number))
        )
        return Outcome(OutboxStatus.SENT, ref=listing.ref, detail="joined a digest")

    async def _gather(self, sink: GatheringSink, flag: FlagRow, numbers: Sequence[str]) -> Outcome:
        ref = await sink.post_digest(await self._digest(sink, flag.team, numbers))
        now, others = self._now(), [number for number in numbers if number != flag.number]
        self._just_told = {key: at for key, at in self._just_told.items() if now - at <= WINDOW_S * 2}
        self._just_told.update({(sink.name, number): now for number in others})
        where = (ref.adapter, ref.channel, ref.external_id)
        also = Unit(
            message_refs=tuple(MessageRefRow(number, *where) for number in others),
            digests=(DigestRow(*where, flag.team, now),),
        )
        return Outcome(OutboxStatus.SENT, ref=ref, detail="opened a digest", also=also)

    async def _update_digest(self, sink: GatheringSink, digest: DigestRow) -> Outcome:
        where = (digest.adapter, digest.channel, digest.external_id)
        numbers = await reviewing.members_of(self._store, *where)
        await sink.update_digest(MessageRef(*where), await self._digest(sink, digest.team, numbers))
        return Outcome(OutboxStatus.SENT)

    async def _digest(self, sink: Adapter, team: str, numbers: Collection[str]) -> FlagDigest:
        now = self._now()
        flags = await reviewing.flags_by_number(self._store, tuple(numbers))
        views = [
            self._view_for(sink, flag_of(one, None, now), one.agent_id, await self._links.make(one.number))
            for one in flags
        ]
        return FlagDigest(team, tuple(views))

    async def _told(self, adapter: str, numbers: Sequence[str]) -> frozenset[str]:
        """What was told a moment ago may not be on the disk yet."""
        kept = await reviewing.told_in(self._store, adapter, numbers)
        return kept | {number for name, number in self._just_told if name == adapter}

    async def _listings(self, adapter: str, team: str, since: float) -> list[Listing]:
        found = await reviewing.digests_of(self._store, adapter, team, since)
        return [
            Listing(MessageRef(row.adapter, row.channel, row.external_id), row.opened_at, numbers)
            for row, numbers in found.items()
        ]

    def _details(self, flag: OpenFlag, agent_id: str, language: str) -> FlagDetails:
        return FlagDetails(
            finding=flag.finding,
            rule=flag.rule,
            confidence=flag.confidence,
            policy_version=flag.policy or self._agents.policy_version(agent_id),
            agent_reached=flag.reached,
            returned_at=flag.returned_at,
            evidence=evidence_in_words(flag.evidence, language),
            tries=flag.tries,
            paused_since=flag.paused_since,
            reason=flag.reason,
            asked=self._agents.asked(agent_id) if flag.closed_at is None else (),
        )


def _no_message(on_its_way: bool) -> Outcome:
    """A change waits for a message that is still on its way, and ends where there will be none."""
    if on_its_way:
        raise TryLater("the message itself is still on its way", retry_after_s=1.0)
    return Outcome(OutboxStatus.STALE, detail="no message to change")


def _open_or_over(flag: OpenFlag) -> FlagStatus:
    """What anybody may read of it: that it waits for an answer, or that it does not any more."""
    return FlagStatus.RAISED if flag.closed_at is None else FlagStatus.EXPIRED


def _ref(row: MessageRefRow) -> MessageRef:
    return MessageRef(row.adapter, row.channel, row.external_id)
