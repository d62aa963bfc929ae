"""Contact Center agent status: what each one means, and the two that are ever written. Pure.

Ready takes calls, so it is our On Queue, and nobody is ever put there: no function here gives its id away to
be written. Away of ours is Not Ready with a reason of its own; taken back it is Not Ready with another one,
which says that the agent is at the desk. Back to Ready goes the agent, by their own hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atdesk_sdk import Interaction, Presence, Routing
from atdesk_zoom.presence import Shown

#: Zoom's own statuses; ids are account data, so they are looked up by these names [T-ONE].
OFFLINE, READY, NOT_READY, OCCUPIED = "offline", "ready", "not ready", "occupied"
STATUSES, REASONS = "agent_status", "queue_opt_out_and_not_ready_status"
_ROUTING = {READY: Routing.IDLE, OCCUPIED: Routing.INTERACTING}


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """A status as Zoom tells it; a part that it leaves out is empty."""

    status_id: str
    status_name: str
    reason_id: str
    reason_name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One status, or one reason, of the account."""

    id: str
    name: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the account's ids mean.

    Attributes:
        names: Status id -> folded name, of Zoom's own statuses.
        reasons: Reason id -> its name.
        meanings: Folded name of a reason -> what it means here.
        away_id: Reason of our Away; empty: nothing can be written.
        back_id: Reason that takes it back; empty: nothing can be taken back.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, Presence] = field(default_factory=dict)
    away_id: str = ""
    back_id: str = ""

    @property
    def not_ready_id(self) -> str:
        """The only status that is ever written."""
        return next((id_ for id_, name in self.names.items() if name == NOT_READY), "")

    def reason(self, to: Presence) -> str:
        """Id of the reason to write for Away, or for its end; empty when there is none."""
        return {Presence.AWAY: self.away_id, Presence.AVAILABLE: self.back_id}.get(to, "")

    def shown(self, status: AgentStatus) -> Shown:
        """What a status means; one that nobody mapped is `unknown`, and then nobody is looked at."""
        name = folded(status.status_name) or self.names.get(status.status_id, "")
        reason = status.reason_name or self.reasons.get(status.reason_id, "")
        detail = status.reason_id or folded(reason) if name == NOT_READY else ""
        live = Interaction.CUSTOMER_CALL if name == OCCUPIED else Interaction.NONE
        return Shown(
            key=f"{name or status.status_id}/{detail}",
            raw=f"{status.status_name or name}{f' ({reason})' if detail and reason else ''}"[:120],
            presence=self._presence(name, status.reason_id, folded(reason)),
            interaction=live,
            routing=_ROUTING.get(name, Routing.OFF_QUEUE),
        )

    def _presence(self, name: str, reason_id: str, reason: str) -> Presence:
        if name != NOT_READY:
            plain = {OFFLINE: Presence.OFFLINE, READY: Presence.ON_QUEUE, OCCUPIED: Presence.ON_QUEUE}
            return plain.get(name, Presence.UNKNOWN)
        if reason_id and reason_id == self.away_id:
            return Presence.AWAY
        if reason_id and reason_id == self.back_id:
            return Presence.AVAILABLE
        if not reason_id and not reason:
            return Presence.BUSY
        return self.meanings.get(reason, Presence.UNKNOWN)


def cannot_set(now: Shown, to: Presence, catalogue: Catalogue) -> str:
    """Why a change must not, or cannot, be made; empty when it may.

    Args:
        now: What is shown.
        to: Away, or Available to take it back.
        catalogue: The account's ids.
    """
    if now.presence is Presence.OFFLINE:
        return "cannot: the agent is not signed in to Contact Center"
    if now.interaction is not Interaction.NONE:
        return "an engagement is going on"
    if not (catalogue.not_ready_id and catalogue.reason(to)):
        return "cannot: the account lacks the Not Ready reason for it"
    if to is Presence.AVAILABLE:
        return "" if now.presence is Presence.AWAY else "the Away that stood is gone"
    if now.presence is Presence.ON_QUEUE or now.key == f"{NOT_READY}/{catalogue.back_id}":
        return ""
    return "the agent is Not Ready by their own choice"


def folded(name: str) -> str:
    """A name for comparison."""
    return " ".join(name.replace("_", " ").casefold().split())


def read_entries(listed: Iterable[Any]) -> list[Entry]:
    """Read what `system_statuses` lists; what has no id or no name is left out."""
    found: list[Entry] = []
    for one in listed:
        if isinstance(one, dict) and one.get("status_id") not in (None, "") and one.get("status_name"):
            found.append(
                Entry(str(one["status_id"]), str(one["status_name"]), one.get("enable") is not False)
            )
    return found


def named(entries: Iterable[Entry], name: str) -> Entry | None:
    """The entry of this name, whatever its capitals."""
    return next((one for one in entries if folded(one.name) == folded(name)), None)


def read_status(body: Mapping[str, Any], prefix: str = "") -> AgentStatus | None:
    """Read a status out of an object of Zoom's.

    Args:
        body: With `status_id`, `status_name`, `sub_status_id` and `sub_status_name`; the names of a read are
            not confirmed, so `current_` before them is read as well.
        prefix: What certainly stands before the names, as in the event.

    Returns:
        The status; None when the object names none.
    """
    for start in (prefix, "current_"):
        parts = [body.get(f"{start}{name}") for name in _FIELDS]
        texts = [
            str(part) if isinstance(part, str | int) and not isinstance(part, bool) else "" for part in parts
        ]
        if texts[0] or texts[1]:
            return AgentStatus(*texts)
    return None


_FIELDS = ("status_id", "status_name", "sub_status_id", "sub_status_name")
