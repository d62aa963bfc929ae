"""From a row of the outbox to a call of an adapter, and its answer to an outcome."""

import json
from collections.abc import Mapping
from typing import Protocol

from atdesk_core.runtime.integrator import post_notice
from atdesk_core.runtime.outbox import Outcome
from atdesk_core.runtime.planning import FLAG, NOTICE, WRITE
from atdesk_core.runtime.profile import Profile
from atdesk_core.runtime.showing import FlagShow
from atdesk_core.runtime.wording import code_text, desk_check_text, notice_text
from atdesk_core.session import SetState
from atdesk_core.store import OutboxKind, OutboxRow, OutboxStatus
from atdesk_sdk import (
    Adapter,
    AgentNotice,
    ConfigError,
    CredentialsBad,
    FlagView,
    GiveUp,
    MessageLookup,
    MessageRef,
    Notice,
    NoticeKind,
    StateChange,
    StateWriter,
    resolve_secret,
)


class Agents(Protocol):
    """What delivery asks about the agents."""

    def profile(self, agent_id: str) -> Profile:
        """Names and addresses."""
        ...

    def write_wanted(self, agent_id: str, wish: SetState) -> bool:
        """Whether a state write is still wanted."""
        ...

    async def vetoes_write(self, change: StateChange) -> bool:
        """Whether a plugin objects to it."""
        ...


class PlatformDelivery:
    """Delivers to the running adapters.

    Args:
        adapters: By name.
        flags: Shows flags.
        agents: The room and the directory.
        integrator: Where the address for notices to whoever runs this lies; None for none.
    """

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        flags: FlagShow,
        agents: Agents,
        integrator: str | None = None,
    ) -> None:
        self._adapters = adapters
        self._flags = flags
        self._agents = agents
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
                return await self._flags.post(adapter, row)
            case _:
                return await self._flags.update(adapter, row)

    def view(self, row: OutboxRow) -> FlagView:
        """The flag of a row in full, in English, for plugins; a link is for one message, so there is none."""
        flag = FLAG.validate_json(row.payload)
        return self._flags.view(flag, row.agent_id or "", "", findings=True, language="en")

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        """Find a flag's message whose answer was lost."""
        adapter = self._adapters.get(row.adapter)
        if not isinstance(adapter, MessageLookup):
            return None
        return await adapter.find(FLAG.validate_json(row.payload).number)

    async def _tell_integrator(self, row: OutboxRow) -> Outcome:
        if self._integrator is None:
            return Outcome(OutboxStatus.STALE, detail="no address")
        try:
            address = resolve_secret(self._integrator)
        except ConfigError as missing:
            raise CredentialsBad(f"service.integrator_webhook: {missing}") from None
        await post_notice(address, row)
        return Outcome(OutboxStatus.SENT)

    async def _write(self, adapter: Adapter, row: OutboxRow, sent_before: bool) -> Outcome:
        if not isinstance(adapter, StateWriter):
            raise GiveUp(f"{adapter.name} cannot write a state")
        wish = WRITE.validate_json(row.payload)
        agent_id = row.agent_id or ""
        if not sent_before and not self._agents.write_wanted(agent_id, wish):
            return Outcome(OutboxStatus.STALE, detail="not wanted any more")
        language = self._agents.profile(agent_id).language
        change = StateChange(wish.change_id, wish.account, wish.to, wish.expected, sent_before, language)
        if not sent_before and await self._agents.vetoes_write(change):
            return Outcome(OutboxStatus.STALE, detail="vetoed")
        receipt = await adapter.write(change, lambda: self._agents.write_wanted(agent_id, wish))
        return Outcome(OutboxStatus.SENT if receipt.written else OutboxStatus.STALE, receipt=receipt)

    async def _notify(self, adapter: Adapter, row: OutboxRow) -> Outcome:
        if not isinstance(adapter, AgentNotice):
            raise GiveUp(f"{adapter.name} cannot reach agents")
        wish = NOTICE.validate_json(row.payload)
        profile = self._agents.profile(row.agent_id or "")
        channel = next((one for one in profile.notice_channels if one.adapter == adapter.name), None)
        if channel is None:
            raise GiveUp(f"the agent has no account on {adapter.name} any more")
        notice = Notice(
            wish.notice_id,
            channel.account,
            wish.kind,
            text=notice_text(wish, profile.time_zone, profile.language),
            since=wish.since,
            lead_sees_at=wish.lead_sees_at,
            language=profile.language,
        )
        return Outcome(OutboxStatus.SENT, ref=await adapter.notify(notice))

    async def _tell_alone(self, adapter: Adapter, row: OutboxRow) -> Outcome:
        """What only the agent gets, and no session waits for: a code, or when a desk check is."""
        profile = self._agents.profile(row.agent_id or "")
        channel = next((one for one in profile.notice_channels if one.adapter == adapter.name), None)
        if channel is None or not isinstance(adapter, AgentNotice):
            raise GiveUp(f"{adapter.name} cannot reach this agent")
        content = json.loads(row.payload)
        if row.kind is OutboxKind.ENROL_CODE:
            text = code_text(content["code"], content["expires_at"], profile.time_zone, profile.language)
            kind, since = NoticeKind.ENROL_CODE, row.created_at
        else:
            text = desk_check_text(content["at"], profile.time_zone, profile.language)
            kind, since = NoticeKind.DESK_CHECK, content["at"]
        notice = Notice(row.row_id, channel.account, kind, text, since, language=profile.language)
        return Outcome(OutboxStatus.SENT, ref=await adapter.notify(notice))
