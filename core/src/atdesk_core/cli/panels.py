"""How `atdesk --help` is arranged: by what people want to do."""

from collections.abc import Mapping
from itertools import chain
from typing import Final

import typer
from typer.core import TyperGroup

PANELS: Final[Mapping[str, tuple[str, ...]]] = {
    "The service": ("run", "doctor", "stop-all"),
    "People": ("agents", "consent", "enrol-code", "enrol", "left", "shifts", "desk-check", "notices"),
    "What may be done": ("policy", "preconditions"),
    "For the agent": ("log", "export", "pause", "draws"),
    "Flags, and what people said about them": ("flags", "stills", "why", "away-minutes"),
    "Proof": ("ledger", "attest-off", "erase", "verify-receipt", "public-key", "key-file-lost"),
    "Trying out and building": ("replay", "models", "simulate", "teams", "plugins", "conformance", "bench"),
}
"""The commands of each panel, in the order in which they are shown."""


class InOrder(TyperGroup):
    """Shows commands and groups of commands in the order of the panels, not one kind after the other."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """What stands in no panel comes last."""
        order = {name: place for place, name in enumerate(chain(*PANELS.values()))}
        return sorted(super().list_commands(ctx), key=lambda name: order.get(name, len(order)))


def arrange(app: typer.Typer) -> None:
    """Give every command its panel."""
    panel_of = {name: panel for panel, names in PANELS.items() for name in names}
    for command in app.registered_commands:
        command.rich_help_panel = panel_of.get(_name(command))
    for group in app.registered_groups:
        group.rich_help_panel = panel_of.get(group.name or "")


def _name(command: typer.models.CommandInfo) -> str:
    """A command without a name of its own is called like its function."""
    return command.name or (command.callback.__name__.replace("_", "-") if command.callback else "")
