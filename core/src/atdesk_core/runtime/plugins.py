"""Finds, checks and loads plugins, each apart: a bad one is named and left out, the rest goes on.

A plugin is a module named by an entry point of the group `atdesk.adapters`. Names, distributions and
versions come from the metadata, before anything is imported. What a plugin cannot be saved from is
`os._exit` and a crash of the interpreter.
"""

import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import pluggy

from atdesk_sdk import hooks
from atdesk_sdk.config import AdapterConfig
from atdesk_sdk.findings import FindingKind
from atdesk_sdk.hooks import AdapterSpec, DetectorSpec

GROUP = "atdesk.adapters"
DISABLE = "ATDESK_DISABLE_PLUGINS"
"""Environment variable: names of plugins that are not loaded, with commas between; `all` for every one."""

_DETECTOR_KINDS = ("face_detector", "face_encoder", "person_detector")


class PluginStatus(StrEnum):
    """What became of a plugin."""

    LISTED = "listed"
    LOADED = "loaded"
    REFUSED = "refused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin, loaded or not.

    Attributes:
        name: Of its entry point; what logs and `ATDESK_DISABLE_PLUGINS` call it.
        distribution: The installed package that brings it.
        version: Of that package.
        status: What became of it.
        reason: Why it is refused or disabled, and the way out; empty when loaded.
        adapters: What it registered.
        detectors: What it registered.
        hooks: Its own hooks and nobody else's; None unless loaded.
    """

    name: str
    distribution: str
    version: str
    status: PluginStatus = PluginStatus.LISTED
    reason: str = ""
    adapters: tuple[AdapterSpec, ...] = ()
    detectors: tuple[DetectorSpec, ...] = ()
    hooks: pluggy.PluginManager | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution} {self.version})"


class _Refused(Exception):
    """A plugin does not keep to the contract; the message says in what."""


def list_plugins(found: Iterable[EntryPoint] | None = None) -> list[tuple[Plugin, EntryPoint]]:
    """What is installed, by its metadata, sorted by name. Imports nothing.

    Args:
        found: The entry points to list; those of this installation when left out.
    """
    points = entry_points(group=GROUP) if found is None else found
    # An editable and a built installation of one package may both be on the path: they are one plugin.
    once = {(point.name, point.value, _distribution(point)): point for point in points}
    return [(Plugin(name, *whose), point) for (name, _, whose), point in sorted(once.items(), key=_by_name)]


def load_plugins(
    found: Iterable[EntryPoint] | None = None, environ: Mapping[str, str] = os.environ
) -> list[Plugin]:
    """Load every plugin that is installed and not disabled. Never raises because of one of them.

    Args:
        found: The entry points to load; those of this installation when left out.
        environ: Where `ATDESK_DISABLE_PLUGINS` is looked up.
    """
    off = {name.strip() for name in environ.get(DISABLE, "").split(",")}
    loaded: list[Plugin] = []
    for plugin, point in list_plugins(found):
        if off & {plugin.name, "all"}:
            reason = f"switched off by {DISABLE}"
            loaded.append(replace(plugin, status=PluginStatus.DISABLED, reason=reason))
        else:
            loaded.append(_load(plugin, point, loaded))
    return loaded


def _load(plugin: Plugin, point: EntryPoint, before: Sequence[Plugin]) -> Plugin:
    try:
        with _spare_stdin():
            own = _hooks_of(point.load(), plugin.name)
            adapters, detectors = _registered_by(own)
        _refuse_taken_names(plugin, adapters, detectors, before)
    except (Exception, SystemExit) as error:
        return replace(plugin, status=PluginStatus.REFUSED, reason=_reason(error))
    return replace(plugin, status=PluginStatus.LOADED, adapters=adapters, detectors=detectors, hooks=own)


def _hooks_of(module: ModuleType, name: str) -> pluggy.PluginManager:
    """A plugin manager of the plugin's own: pluggy lets one bad implementation spoil everybody's call."""
    own = pluggy.PluginManager(hooks.PROJECT)
    own.add_hookspecs(hooks)
    own.register(module, name=name)
    callers = own.get_hookcallers(module) or []
    unknown = sorted(caller.name for caller in callers if not caller.has_spec())
    if unknown:
        raise _Refused(f"this version of atdesk has no hook named {', '.join(unknown)}")
    unmarked = sorted(_hook_names(module) - {caller.name for caller in callers})
    if unmarked:
        raise _Refused(f"not marked with @atdesk_sdk.hookimpl: {', '.join(unmarked)}")
    if not callers:
        raise _Refused("it implements no hook: see atdesk_sdk.hooks")
    return own


def _hook_names(module: ModuleType) -> set[str]:
    """Functions that look like hooks. Without the marker, pluggy would pass them over in silence."""
    prefix = f"{hooks.PROJECT}_"
    return {name for name, value in vars(module).items() if name.startswith(prefix) and callable(value)}


def _registered_by(
    own: pluggy.PluginManager,
) -> tuple[tuple[AdapterSpec, ...], tuple[DetectorSpec, ...]]:
    adapters: list[AdapterSpec] = []
    detectors: list[DetectorSpec] = []
    own.hook.atdesk_register_adapters(register=adapters.append)
    own.hook.atdesk_register_detectors(register=detectors.append)
    for adapter in adapters:
        _check_adapter(adapter)
    for detector in detectors:
        _check_detector(detector)
    return tuple(adapters), tuple(detectors)


def _check_adapter(spec: AdapterSpec) -> None:
    if not isinstance(spec, AdapterSpec):
        raise _Refused(f"it registers {spec!r} as an adapter: an AdapterSpec is needed")
    if not (isinstance(spec.config, type) and issubclass(spec.config, AdapterConfig)):
        raise _Refused(f"the config of adapter {spec.platform!r} is no subclass of AdapterConfig")


def _check_detector(spec: DetectorSpec) -> None:
    if not isinstance(spec, DetectorSpec):
        raise _Refused(f"it registers {spec!r} as a detector: a DetectorSpec is needed")
    if spec.kind not in _DETECTOR_KINDS:
        raise _Refused(
            f"detector {spec.name!r} is of kind {spec.kind!r}; known: {', '.join(_DETECTOR_KINDS)}"
        )
    unknown = [str(output) for output in spec.outputs if output not in set(FindingKind)]
    if unknown:
        known = ", ".join(FindingKind)
        raise _Refused(
            f"detector {spec.name!r} declares {', '.join(unknown)}: the vocabulary is closed ({known})"
        )


def _refuse_taken_names(
    plugin: Plugin,
    adapters: Iterable[AdapterSpec],
    detectors: Iterable[DetectorSpec],
    before: Sequence[Plugin],
) -> None:
    taken = {f"plugin {other.name!r}": other for other in before}
    for other in before:
        taken |= dict.fromkeys(_names(other.adapters, other.detectors), other)
    for name in [f"plugin {plugin.name!r}", *_names(adapters, detectors)]:
        if name in taken:
            raise _Refused(f"{name} is brought by {taken[name]} already: uninstall or disable one of them")
        taken[name] = plugin


def _names(adapters: Iterable[AdapterSpec], detectors: Iterable[DetectorSpec]) -> list[str]:
    platforms = [f"platform {adapter.platform!r}" for adapter in adapters]
    return platforms + [f"detector {detector.name!r}" for detector in detectors]


def _reason(error: BaseException) -> str:
    """One line for people. The exception's own text is the plugin's, so it is cut."""
    if isinstance(error, SystemExit):
        status = error.code or 0
        return f"it tried to end the process (exit status {status}): it, or a package it needs, is broken"
    text = " ".join(str(error).split())
    if isinstance(error, _Refused | pluggy.PluginValidationError):
        return text
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


@contextmanager
def _spare_stdin() -> Iterator[None]:
    """`quit()` closes standard input before it raises; let it close another one."""
    own, sys.stdin = sys.stdin, io.StringIO()
    try:
        yield
    finally:
        sys.stdin = own


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("unknown", "unknown")


def _by_name(item: tuple[tuple[str, str, tuple[str, str]], EntryPoint]) -> tuple[str, str, tuple[str, str]]:
    return item[0]
