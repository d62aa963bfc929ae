"""Presence definitions: what each id means to us, and which ids may ever be written.

One system presence is spelt three ways (`ON_QUEUE`, `On Queue`, `OnQueue`); ids are what counts. Two ids can
be written: that of our Away and that of Available. An id of On Queue cannot get there, whatever a list says;
it is known all the same, for agents who go On Queue by their own click and their own sign-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atdesk_sdk.events import Presence

_BY_NAME: Mapping[str, Presence] = {
    "available": Presence.AVAILABLE,
    "away": Presence.AWAY,
    "busy": Presence.BUSY,
    "offline": Presence.OFFLINE,
    "idle": Presence.IDLE,
    "onqueue": Presence.ON_QUEUE,
    "meal": Presence.MEAL,
    "training": Presence.TRAINING,
    "meeting": Presence.MEETING,
    "break": Presence.BREAK,
}


def normalise(system_presence: str) -> Presence:
    """Read a system presence in any of its spellings; one that is new to us is `unknown`."""
    folded = system_presence.casefold().replace(" ", "").replace("_", "")
    return _BY_NAME.get(folded, Presence.UNKNOWN)


class Definition(BaseModel):
    """One definition of either list. A captured one has no `type`, the old list says `primary` instead."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=1)
    system_presence: str = Field(alias="systemPresence", default="")
    language_labels: Mapping[str, str] = Field(alias="languageLabels", default_factory=dict)
    deactivated: bool = False
    type: str | None = None
    primary: bool | None = None

    @property
    def is_system(self) -> bool:
        """Whether it is one of the platform's own rather than an administrator's."""
        return self.primary is True or (self.type or "").casefold() == "system"

    @property
    def labels(self) -> frozenset[str]:
        """Its labels in every language, folded for comparison."""
        return frozenset(label.strip().casefold() for label in self.language_labels.values())

    def is_called(self, wanted: str) -> bool:
        """Whether an administrator would mean this one by a label or an id."""
        return self.id == wanted or wanted.strip().casefold() in self.labels


def parse_definitions(entities: Iterable[Any]) -> list[Definition]:
    """Read the entities of either list; what cannot be read is left out, and so is unknown later."""
    found: list[Definition] = []
    for entity in entities:
        try:
            found.append(Definition.model_validate(entity))
        except ValidationError:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What every definition id means, resolved once and again with each re-sync.

    Attributes:
        meanings: Definition id -> presence. An id that is not here is `unknown`.
        safe: Ids that can be written without putting anybody On Queue.
        away_id: What we write for Away; None: nothing can be written.
        available_id: What we write to undo it; None: nothing can be undone.
        problem: Why there is no `away_id`, with the way out; empty otherwise.
        on_queue_id: The platform's own On Queue; never `writable`, never `safe`.
    """

    meanings: Mapping[str, Presence]
    safe: frozenset[str]
    away_id: str | None
    available_id: str | None
    problem: str = ""
    on_queue_id: str | None = None

    def meaning(self, definition_id: str) -> Presence:
        """What a definition means; one that nobody mapped is `unknown`."""
        return self.meanings.get(definition_id, Presence.UNKNOWN)

    def writable(self, to: Presence) -> str | None:
        """The id to write for Away or Available; None for everything else, On Queue first of all."""
        wanted = {Presence.AWAY: self.away_id, Presence.AVAILABLE: self.available_id}.get(to)
        return wanted if wanted in self.safe and self.meaning(wanted or "") is to else None


def build_catalogue(
    definitions: Iterable[Definition], statuses: Mapping[str, Presence], away_status: str, *, plain_away: bool
) -> Catalogue:
    """Resolve the definitions of an organisation against the configuration."""
    known = list(definitions)
    system = {normalise(d.system_presence): d.id for d in known if d.is_system and not d.deactivated}
    away, problem = _away(known, away_status)
    if away is None and plain_away and Presence.AWAY in system:
        away, problem = system[Presence.AWAY], ""
    meanings = {d.id: _meaning(d, statuses) for d in known}
    if away is not None:
        meanings[away] = Presence.AWAY
    available, on_queue = system.get(Presence.AVAILABLE), system.get(Presence.ON_QUEUE)
    return Catalogue(meanings, _safe(known), away, available, problem, on_queue)


def unmatched(definitions: Iterable[Definition], statuses: Mapping[str, Presence]) -> list[str]:
    """Keys of the configured table that no definition is called by: a typing error, or a deleted status."""
    known = list(definitions)
    return [wanted for wanted in statuses if not any(d.is_called(wanted) for d in known)]


def _safe(known: Iterable[Definition]) -> frozenset[str]:
    never = (Presence.ON_QUEUE, Presence.UNKNOWN)
    unsafe = {d.id for d in known if normalise(d.system_presence) in never or d.deactivated}
    return frozenset(d.id for d in known) - unsafe


def _meaning(definition: Definition, statuses: Mapping[str, Presence]) -> Presence:
    system = normalise(definition.system_presence)
    if definition.is_system:
        return system
    # A secondary status of On Queue keeps its meaning: mapping it to another would hide that calls come.
    if system is Presence.ON_QUEUE:
        return system
    chosen = [presence for wanted, presence in statuses.items() if definition.is_called(wanted)]
    return chosen[0] if chosen else Presence.UNKNOWN


def _away(known: Iterable[Definition], wanted: str) -> tuple[str | None, str]:
    called = [d for d in known if d.is_called(wanted)]
    how = "an administrator makes it under Admin > Organization Settings > Status Management, below Away"
    if not called:
        return None, f"there is no status {wanted!r}: {how}; or set away_status to one that exists"
    away = [d for d in called if normalise(d.system_presence) is Presence.AWAY]
    if not away:
        return None, f"the status {wanted!r} does not stand below Away: {how}"
    active = [d for d in away if not d.deactivated]
    if not active:
        return None, f"the status {wanted!r} is deactivated: activate it under Status Management"
    return active[0].id, ""
