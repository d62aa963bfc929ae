"""`atdesk desk-check ...` as it is typed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atdesk_core.cli.arguments import AgentId, CheckId

if TYPE_CHECKING:
    from atdesk_core.cli.desk_checks import Office

app = typer.Typer(
    help="Desk checks: announced ahead, a human looks in a normal video call, no picture is kept.",
    no_args_is_help=True,
)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Lead = Annotated[str, typer.Option("--by", help="Agent id of the lead.")]
_CONFIG = Path("atdesk.toml")


def _office(config: Path) -> Office:
    import time  # noqa: PLC0415

    from atdesk_core.cli.desk_checks import Office  # noqa: PLC0415
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import load_setting  # noqa: PLC0415

    return Office(load_setting(config)[0], time.time, console())


@app.command("schedule")
def desk_check_schedule(
    agent: AgentId,
    at: Annotated[str, typer.Option("--at", help="Local time of the site, such as 2026-11-23T14:30.")],
    by: Lead,
    config: ConfigPath = _CONFIG,
) -> None:
    """Plan one desk check. The agent is told ahead, or it lapses."""
    from atdesk_core.cli.desk_checks import schedule_one  # noqa: PLC0415
    from atdesk_core.cli.setting import leave  # noqa: PLC0415

    leave(schedule_one(_office(config), agent, at, by))


@app.command("plan")
def desk_check_plan(site: str, by: Lead, config: ConfigPath = _CONFIG) -> None:
    """Plan the next seven days for all whom a lead leads: alike for who uses the camera and who refuses."""
    from atdesk_core.cli.desk_checks import plan_site  # noqa: PLC0415
    from atdesk_core.cli.setting import leave  # noqa: PLC0415

    leave(plan_site(_office(config), site, by))


@app.command("list")
def desk_check_list(
    agent: Annotated[str | None, typer.Option("--agent", help="One agent; everybody when left out.")] = None,
    config: ConfigPath = _CONFIG,
) -> None:
    """Show the desk checks of the last week and to come."""
    from atdesk_core.cli.desk_checks import list_checks  # noqa: PLC0415
    from atdesk_core.cli.setting import leave  # noqa: PLC0415

    leave(list_checks(_office(config), agent))


@app.command("move")
def desk_check_move(
    check: CheckId,
    to: Annotated[str, typer.Option("--to", help="Local time of the site.")],
    config: ConfigPath = _CONFIG,
) -> None:
    """The agent moves a desk check: once, without giving a reason."""
    from atdesk_core.cli.desk_checks import move_check  # noqa: PLC0415
    from atdesk_core.cli.setting import leave  # noqa: PLC0415

    leave(move_check(_office(config), check, to))


@app.command("answer")
def desk_check_answer(
    check: CheckId,
    by: Lead,
    answers: Annotated[
        list[str] | None, typer.Argument(help="phone=nothing_seen paper=seen ...: the whole list.")
    ] = None,
    missed: Annotated[bool, typer.Option("--missed", help="The agent did not come: no finding.")] = False,
    config: ConfigPath = _CONFIG,
) -> None:
    """Answer the list after the call; or note that the agent did not come."""
    from atdesk_core.cli.desk_checks import answer_check  # noqa: PLC0415
    from atdesk_core.cli.setting import leave  # noqa: PLC0415

    leave(answer_check(_office(config), check, by, answers or [], missed=missed))
