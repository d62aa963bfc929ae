"""What most commands begin with: the installed plugins and the checked configuration."""

from pathlib import Path

import typer

from atdesk_core.runtime.config import Config, load_config
from atdesk_core.runtime.plugins import Plugin, load_plugins


def load_setting(path: Path) -> tuple[Config, list[Plugin]]:
    """Plugins first, then the configuration, whose tables they check.

    Raises:
        ConfigError: Names the key that is wrong, and the way out.
    """
    plugins = load_plugins()
    specs = {spec.platform: spec for plugin in plugins for spec in plugin.adapters}
    return load_config(path, specs), plugins


def leave(status: int) -> None:
    """End a command with its exit status."""
    if status:
        raise typer.Exit(status)
