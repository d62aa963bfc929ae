"""`atdesk plugins`: what is installed, what loaded, and why the rest did not."""

import json as json_text
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atdesk_core.runtime.plugins import Plugin, PluginStatus, load_plugins
from atdesk_sdk.adapter import Capabilities

_STYLES = {PluginStatus.LOADED: "green", PluginStatus.REFUSED: "red", PluginStatus.DISABLED: "yellow"}


def plugins_command(json: bool = False, console: Console | None = None) -> None:
    """Load every plugin and print what became of it.

    Args:
        json: Print a list of objects for programs instead of the table for people.
        console: Where to print; standard output when left out.
    """
    plugins = load_plugins()
    out = console or Console()
    if json:
        out.file.write(json_text.dumps([_row(plugin) for plugin in plugins], indent=2) + "\n")
    elif plugins:
        out.print(_table(plugins))
    else:
        out.print("No adapter is installed. Try: pip install atdesk-genesys atdesk-zoom")


def _row(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "status": plugin.status,
        "reason": plugin.reason,
        "platforms": [adapter.platform for adapter in plugin.adapters],
        "detectors": [detector.name for detector in plugin.detectors],
        "capabilities": _abilities(plugin),
    }


def _table(plugins: list[Plugin]) -> Table:
    table = Table("plugin", "package", "brings", "can", "state", title="Plugins", title_justify="left")
    for plugin in plugins:
        brings = [adapter.platform for adapter in plugin.adapters] + [one.name for one in plugin.detectors]
        state = f"[{_STYLES[plugin.status]}]{plugin.status}[/]"
        table.add_row(
            escape(plugin.name),
            f"{plugin.distribution} {plugin.version}",
            escape(", ".join(brings)),
            ", ".join(_abilities(plugin)),
            f"{state}: {escape(plugin.reason)}" if plugin.reason else state,
        )
    return table


def _abilities(plugin: Plugin) -> list[str]:
    return [ability for adapter in plugin.adapters for ability in abilities(adapter.capabilities)]


def abilities(can: Capabilities) -> list[str]:
    """Capabilities in plain words, without what an adapter cannot do."""
    looks = can.looks_per_stream
    words = {
        f"{looks} look{'s' if looks != 1 else ''} at a time in a stream": looks is not None,
        "leads answer on the message": can.flag_buttons,
        "changes posted messages": can.flag_edit,
        "flags for leads only": can.flag_private,
        "the platform tells everyone about video": can.video_tells_people,
    }
    return [word for word, is_so in words.items() if is_so]


if __name__ == "__main__":
    plugins_command(json="--json" in sys.argv[1:])
