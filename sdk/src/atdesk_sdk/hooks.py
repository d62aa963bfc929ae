"""The hooks. Few, synchronous, and named `atdesk_*`; the running work is behind `atdesk_sdk.adapter`.

A plugin is a module that an entry point of the group `atdesk.adapters` names. Importing it must be
cheap: no network, no heavy library, no side effect. Each plugin is called apart from the others and
off the event loop, within a time budget: over it counts as No for a veto, and three times over it
puts the plugin into quarantine. An implementation may take fewer parameters than its specification.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

from atdesk_sdk.adapter import Adapter, Capabilities, StateChange
from atdesk_sdk.events import AgentStateChanged
from atdesk_sdk.findings import Finding, FindingKind
from atdesk_sdk.flags import FlagView
from atdesk_sdk.health import HealthReport

if TYPE_CHECKING:
    from atdesk_sdk.config import AdapterConfig

PROJECT = "atdesk"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class AdapterSpec:
    """How to build an adapter.

    Attributes:
        platform: Name of the platform and of its table in the configuration, such as "genesys".
        version: Of the adapter, for `atdesk plugins`.
        config: The model of its table.
        capabilities: What `atdesk plugins` shows without building it.
        build: Makes the adapter from a validated table. No network.
    """

    platform: str
    version: str
    config: "type[AdapterConfig]"
    capabilities: Capabilities
    build: Callable[[Any], Adapter]


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """How to build a detector.

    Attributes:
        name: For the configuration and the model list.
        kind: "face_detector", "face_encoder" or "person_detector".
        outputs: What its use can end in. Anything outside `FindingKind` is refused.
        build: Makes it, in the worker process.
    """

    name: str
    kind: str
    outputs: tuple[FindingKind, ...]
    build: Callable[[], object]


@hookspec
def atdesk_register_adapters(register: Callable[[AdapterSpec], None]) -> None:
    """Call `register` once for each adapter that this plugin brings. Called once, at start."""


@hookspec
def atdesk_register_detectors(register: Callable[[DetectorSpec], None]) -> None:
    """Call `register` once for each detector that this plugin brings. Called once, at start."""


@hookspec
def atdesk_agent_state_changed(event: AgentStateChanged) -> None:
    """An account's state changed. Not called for states of accounts that are no agent's."""


@hookspec
def atdesk_judged(finding: Finding) -> None:
    """A finding was decided, `present` included. Not called for `could_not_tell`."""


@hookspec
def atdesk_flag_raised(flag: FlagView) -> None:
    """A flag became visible to a lead: after the agent was told and the delay ran out."""


@hookspec
def atdesk_flag_closed(flag: FlagView) -> None:
    """A flag was dismissed, upheld, or expired."""


@hookspec
def atdesk_health_changed(report: HealthReport) -> None:
    """An adapter went up, down, or became degraded."""


@hookspec
def atdesk_may_look(agent_id: str, reason: str, policy_version: str) -> bool:
    """Veto a look. All plugins are asked, once a look; any False or exception is No, and is logged."""
    return True


@hookspec
def atdesk_before_state_change(change: StateChange) -> bool:
    """Veto a state write. All plugins are asked; any False or exception is No, and is logged."""
    return True
