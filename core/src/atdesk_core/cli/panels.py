"""How `atdesk --help` is arranged: by what people want to do."""

from collections.abc import Mapping
from typing import Final

import typer

PANELS: Final[Mapping[str, tuple[str, ...]]] = {
    "The service": ("run", "doctor", "stop-all"),
    "People": ("agents", "consent", "enrol-code", "enrol", "left", "shifts", "desk-check", "notices"),
    "What may be done": ("policy", "preconditions"),
    "For the agent": ("log", "export", "pause", "draws"),
    "Flags, and what people said about them": ("flags", "stills", "why", "away-minutes"),
    "Proof": ("ledger", "attest-off", "erase", "verify-receipt", "public-key", "key-file-lost"),
    "Trying out and building": ("replay", "models", "simulate", "plugins", "conformance", "bench"),
}
"""The commands of each panel, in the order in which they are shown."""


def arrange(app: typer.Typer) -> None:
    """Give every command its panel, and put them in order."""
    panel_of = {name: panel for panel, names in PANELS.items() for name in names}
    order = {name: place for place, name in enumerate(panel_of)}
    for command in app.registered_commands:
        command.rich_help_panel = panel_of.get(_name(command))
    for group in app.registered_groups:
        group.rich_help_panel = panel_of.get(group.name or "")
    app.registered_commands.sort(key=lambda one: order.get(_name(one), -1))
    app.registered_groups.sort(key=lambda one: order.get(one.name or "", -1))


def _name(command: typer.models.CommandInfo) -> str:
    """A command without a name of its own is called like its function."""
    return command.name or (command.callback.__name__.replace("_", "-") if command.callback else "")
