"""From a row of the outbox to a call of an adapter, and its answer to an outcome."""

import json
from collections.abc import Mapping
from typing import Protocol

from atdesk_core.runtime.integrator import post_notice
from atdesk_core.runtime.outbox import Outcome
from atdesk_core.runtime.planning import FLAG, NOTICE, WRITE
from atdesk_core.runtime.profile import Profile
from atdesk_core.runtime.wording import code_text, desk_check_text, notice_text
from atdesk_core.session import OpenFlag
from atdesk_core.store import OPEN_STATUSES, MessageRefRow, OutboxEntry, OutboxKind, OutboxRow, OutboxStatus
from atdesk_sdk import (
    Adapter,
    AgentNotice,
    FlagDetails,
    FlagSink,
    FlagView,
    GiveUp,
    MessageLookup,
    MessageRef,
    Notice,
    NoticeKind,
    StateChange,
    StateWriter,
    TryLater,
    resolve_secret,
)


class Rows(Protocol):
    """What delivery reads of the store."""

    async def message_refs(self, flag_number: str) -> list[MessageRefRow]:
        """Where a flag's messages stand."""
        ...

    async def outbox_entry(self, row_id: str) -> OutboxEntry | None:
        """One row as it is kept."""
        ...


class Agents(Protocol):
    """What delivery asks about the agents."""

    def profile(self, agent_id: str) -> Profile:
        """Names and addresses."""
        ...

    def policy_version(self, agent_id: str) -> str:
        """Of the policy that applies."""
        ...

    def write_wanted(self, agent_id: str, change_id: str) -> bool:
        """Whether a state write is still wanted."""
        ...

    async def vetoes_write(self, change: StateChange) -> bool:
        """Whether a plugin objects to it."""
        ...


class PlatformDelivery:
    """Delivers to the running adapters.

    Args:
        adapters: By name.
        rows: The store.
        agents: The room and the directory.
        public_url: For links; empty for none.
        integrator: Where the address for notices to whoever runs this lies; None for none.
    """

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        rows: Rows,
        agents: Agents,
        public_url: str,
        integrator: str | None = None,
    ) -> None:
        self._adapters = adapters
        self._rows = rows
        self._agents = agents
        self._public_url = public_url.rstrip("/")
        self._integrator = integrator

    async def deliver(self, row: OutboxRow, *, sent_before: bool) -> Outcome:
        """One row. See `atdesk_core.runtime.outbox.Delivery`."""
        if row.kind is OutboxKind.INTEGRATOR_NOTICE:
            return await self._tell_integrator(row)
        adapter = self._adapters.get(row.adapter)
        if adapter is None:
            raise GiveUp(f"there is no adapter {row.adapter!r} any more: see the configuration")
        match row.kind:
            case OutboxKind.STATE_WRITE:
                return await self._write(adapter, row, sent_before)
            case OutboxKind.NOTICE:
                return await self._notify(adapter, row)
            case OutboxKind.ENROL_CODE | OutboxKind.DESK_CHECK:
                return await self._tell_alone(adapter, row)
            case OutboxKind.FLAG_POST:
                return await self._post(adapter, row)
            case _:
                return await self._update(adapter, row)

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        """Find a flag's message whose answer was lost."""
        adapter = self._adapters.get(row.adapter)
        if not isinstance(adapter, MessageLookup):
            return None
        return await adapter.find(FLAG.validate_json(row.payload).number)

    async def _tell_integrator(self, row: OutboxRow) -> Outcome:
        if self._integrator is None:
            return Outcome(OutboxStatus.STALE, detail="no address")
        await post_notice(resolve_secret(self._integrator), row)
        return Outcome(OutboxStatus.SENT)

    async def _write(self, adapter: Adapter, row: OutboxRow, sent_before: bool) -> Outcome:
        if not isinstance(adapter, StateWriter):
            raise GiveUp(f"{adapter.name} cannot write a state")
        wish = WRITE.validate_json(row.payload)
        agent_id = row.agent_id or ""
        if not sent_before and not self._agents.write_wanted(agent_id, wish.change_id):
            return Outcome(OutboxStatus.STALE, detail="not wanted any more")
        change = StateChange(wish.change_id, wish.account, wish.to, wish.expected, sent_before)
        if not sent_before and await self._agents.vetoes_write(change):
            return Outcome(OutboxStatus.STALE, detail="vetoed")
        receipt = await adapter.write(change, lambda: self._agents.write_wanted(agent_id, wish.change_id))
        return Outcome(OutboxStatus.SENT if receipt.written else OutboxStatus.STALE, receipt=receipt)

    async def _notify(self, adapter: Adapter, row: OutboxRow) -> Outcome:
        if not isinstance(adapter, AgentNotice):
            raise GiveUp(f"{adapter.name} cannot reach agents")
        wish = NOTICE.validate_json(row.payload)
        profile = self._agents.profile(row.agent_id or "")
        channel = next((one for one in profile.notice_channels if one.adapter == adapter.name), None)
        if channel is None:
            raise GiveUp(f"the agent has no account on {adapter.name} any more")
        text = notice_text(wish, profile.time_zone)
        notice = Notice(wish.notice_id, channel.account, wish.kind, text, wish.since, wish.lead_sees_at)
        return Outcome(OutboxStatus.SENT, ref=await adapter.notify(notice))

    async def _tell_alone(self, adapter: Adapter, row: OutboxRow) -> Outcome:
        """What only the agent gets, and no session waits for: a code, or when a desk check is."""
        profile = self._agents.profile(row.agent_id or "")
        channel = next((one for one in profile.notice_channels if one.adapter == adapter.name), None)
        if channel is None or not isinstance(adapter, AgentNotice):
            raise GiveUp(f"{adapter.name} cannot reach this agent")
        content = json.loads(row.payload)
        if row.kind is OutboxKind.ENROL_CODE:
            text = code_text(content["code"], content["expires_at"], profile.time_zone)
            notice = Notice(row.row_id, channel.account, NoticeKind.ENROL_CODE, text, row.created_at)
        else:
            text = desk_check_text(content["at"], profile.time_zone)
            notice = Notice(row.row_id, channel.account, NoticeKind.DESK_CHECK, text, content["at"])
        return Outcome(OutboxStatus.SENT, ref=await adapter.notify(notice))

    async def _post(self, adapter: Adapter, row: OutboxRow) -> Outcome:
        if not isinstance(adapter, FlagSink):
            raise GiveUp(f"{adapter.name} cannot show flags")
        return Outcome(
            OutboxStatus.SENT,
            ref=await adapter.post(self.view(row, private=adapter.capabilities.flag_private)),
        )

    async def _update(self, adapter: Adapter, row: OutboxRow) -> Outcome:
        if not isinstance(adapter, FlagSink):
            raise GiveUp(f"{adapter.name} cannot show flags")
        view = self.view(row, private=adapter.capabilities.flag_private)
        refs = [one for one in await self._rows.message_refs(view.number) if one.adapter == adapter.name]
        if not refs:
            return await self._no_message(view.number, adapter.name)
        ref = MessageRef(refs[0].adapter, refs[0].channel, refs[0].external_id)
        await adapter.update(ref, view)
        return Outcome(OutboxStatus.SENT)

    async def _no_message(self, number: str, adapter: str) -> Outcome:
        """A change waits for a message that is still on its way, and ends where there will be none."""
        entry = await self._rows.outbox_entry(f"flag-{number}-post@{adapter}")
        if entry is not None and entry.status in OPEN_STATUSES:
            raise TryLater("the message itself is still on its way", retry_after_s=1.0)
        return Outcome(OutboxStatus.STALE, detail="no message to change")

    def view(self, row: OutboxRow, *, private: bool) -> FlagView:
        """A flag as a sink may show it: one that is not private gets no details."""
        flag = FLAG.validate_json(row.payload)
        agent_id = row.agent_id or ""
        profile = self._agents.profile(agent_id)
        return FlagView(
            number=flag.number,
            agent_name=profile.name,
            team=profile.team,
            since=flag.since,
            status=flag.status,
            link=f"{self._public_url}/flags/{flag.number}" if self._public_url else "",
            time_zone=profile.time_zone,
            details=_details(flag, self._agents.policy_version(agent_id)) if private else None,
        )


def _details(flag: OpenFlag, policy_version: str) -> FlagDetails:
    return FlagDetails(
        finding=flag.finding,
        rule=flag.rule,
        confidence=flag.confidence,
        policy_version=flag.policy or policy_version,
        agent_reached=flag.reached,
        returned_at=flag.returned_at,
        evidence=flag.evidence,
        tries=flag.tries,
        paused_since=flag.paused_since,
    )
