"""`atdesk shifts ...` as it is typed."""

from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.arguments import AgentId

app = typer.Typer(
    help="Shifts: off shift nobody is looked at. A site takes them from an import, or from signing in.",
    no_args_is_help=True,
)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
_CONFIG = Path("atdesk.toml")


@app.command("import")
def shifts_import(
    file: Annotated[Path, typer.Argument(help="CSV with agent_id, start, end; local times of the site.")],
    config: ConfigPath = _CONFIG,
) -> None:
    """Take dated shifts from workforce management: all of the file, or nothing."""
    import time  # noqa: PLC0415

    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415
    from atdesk_core.cli.shifts import import_shifts  # noqa: PLC0415

    setting = load_setting(config)[0]
    sources = {site.id: site.shifts.source.value for site in setting.sites}
    leave(import_shifts(setting.service.database, file, sources, now=time.time, console=console()))


@app.command("list")
def shifts_list(
    agent: AgentId,
    days: Annotated[int, typer.Option(min=1, max=40, help="So many days back and ahead.")] = 7,
    config: ConfigPath = _CONFIG,
) -> None:
    """Show an agent's shifts, and where they come from."""
    import time  # noqa: PLC0415

    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415
    from atdesk_core.cli.shifts import list_shifts  # noqa: PLC0415

    database = load_setting(config)[0].service.database
    leave(list_shifts(database, agent, days, now=time.time, console=console()))
