"""`atdesk left` and `atdesk away-minutes` as they are typed."""

from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.arguments import AgentId

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
_CONFIG = Path("atdesk.toml")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the whole."""
    app.command("left")(left)
    app.command("away-minutes")(away_minutes)


def left(
    agent: AgentId,
    by: Annotated[str, typer.Option("--by", help="Name of the human who says so.")],
    back: Annotated[bool, typer.Option("--back", help="Not so, or not any more: they are back.")] = False,
    config: ConfigPath = _CONFIG,
) -> None:
    """Somebody has left: nobody looks from now on; template and keys are erased within 24 hours."""
    import time  # noqa: PLC0415

    from atdesk_core.cli import leaving  # noqa: PLC0415
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415

    database = load_setting(config)[0].service.database
    if back:
        leave(leaving.back(database, agent, now=time.time, console=console()))
    else:
        leave(leaving.left(database, agent, by, now=time.time, console=console()))


def away_minutes(
    out: Annotated[Path, typer.Option("--csv", help="Where the list is written.")],
    agent: Annotated[str | None, typer.Option("--agent", help="One agent; everybody when left out.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="First day, such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day, such as 2026-11-30.")] = None,
    config: ConfigPath = _CONFIG,
) -> None:
    """List the minutes that an Away of ours covered, so that adherence records can be put right."""
    import time  # noqa: PLC0415

    from atdesk_core.cli.away_minutes import Asked, export_away  # noqa: PLC0415
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415

    database = load_setting(config)[0].service.database
    leave(export_away(database, Asked(agent, since, until, out), now=time.time, console=console()))
