"""`atdesk draws ...` as it is typed."""

from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.arguments import AgentId

app = typer.Typer(
    help="Random looks: that they followed the draws that were sealed before the shift.",
    no_args_is_help=True,
)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
_CONFIG = Path("atdesk.toml")
_Shift = Annotated[str, typer.Option("--shift", help="Begin of the shift, such as 2026-11-23T09:00.")]


@app.command("verify")
def draws_verify(
    file: Annotated[
        Path | None, typer.Argument(help="A file of `draws export`: needs nothing else of ours.")
    ] = None,
    agent: Annotated[str | None, typer.Option("--agent", help="Id of the agent, to check the log.")] = None,
    shift: Annotated[str | None, typer.Option("--shift", help="Begin, such as 2026-11-23T09:00.")] = None,
    config: ConfigPath = _CONFIG,
) -> None:
    """Check the random looks of a shift, from a file or from the decision log."""
    from atdesk_core.cli.draws import verify_file, verify_shift  # noqa: PLC0415
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415

    if file is not None:
        leave(verify_file(file, console()))
    elif agent is None or shift is None:
        raise typer.BadParameter("name a FILE, or --agent and --shift")
    else:
        leave(verify_shift(load_setting(config)[0].service.database, agent, shift, console()))


@app.command("export")
def draws_export(
    agent: AgentId,
    shift: _Shift,
    out: Annotated[Path, typer.Option("--json", help="Where the file is written.")],
    config: ConfigPath = _CONFIG,
) -> None:
    """Write all that is needed to check a shift, for somebody without our database."""
    from atdesk_core.cli.draws import export_shift  # noqa: PLC0415
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415

    leave(export_shift(load_setting(config)[0].service.database, agent, shift, out, console()))


@app.command("nonce")
def draws_nonce(
    agent: AgentId,
    said: Annotated[str, typer.Argument(help="Anything the agent likes; its hash alone is kept.")],
    config: ConfigPath = _CONFIG,
) -> None:
    """The agent's own say in the draws: counts from the next shift. Nobody can choose them then."""
    import time  # noqa: PLC0415

    from atdesk_core.cli.draws import say_nonce  # noqa: PLC0415
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415

    service = load_setting(config)[0].service
    leave(say_nonce(service.database, service.key_file, agent, said, now=time.time, console=console()))
