"""`atdesk --help`: every command stands in a panel, and every panel names commands that there are."""

import typer
from typer.testing import CliRunner

from atdesk_core.cli.main import app
from atdesk_core.cli.panels import PANELS


def test_every_command_has_its_panel_and_every_panel_its_commands() -> None:
    command = typer.main.get_command(app)
    assert isinstance(command, typer.core.TyperGroup)
    named = [name for names in PANELS.values() for name in names]
    assert sorted(named) == sorted(command.commands)


def test_the_help_begins_with_running_the_service() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout
    panels = [panel for line in shown.splitlines() for panel in PANELS if f" {panel} " in line]
    assert panels[0] == "The service"
    assert panels == list(PANELS)


def test_the_commands_are_listed_in_the_order_of_the_panels() -> None:
    """Groups of commands among the others: `atdesk agents` comes before `atdesk enrol`."""
    command = typer.main.get_command(app)
    assert isinstance(command, typer.core.TyperGroup)
    listed = command.list_commands(typer.Context(command))
    assert listed == [name for names in PANELS.values() for name in names]
