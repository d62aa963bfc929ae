"""`atdesk policy ...`: what may be done, which level says so, and what a new version would change."""

from pathlib import Path
from typing import Annotated

import typer

policy = typer.Typer(
    help="What may be done, which level decided it and why, and what a new policy would change.",
    no_args_is_help=True,
)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT_CONFIG = Path("atdesk.toml")


@policy.command("may")
def policy_may(
    jurisdiction: Annotated[list[str], typer.Option(help="ISO code, such as GB or US-IL; may be repeated.")],
    check: Annotated[str, typer.Option(help="absent, phone, ..., face_match, desk_check or still.")],
    trigger: Annotated[str, typer.Option(help="state_change, call_started, watch, random, scheduled, ...")],
    preconditions: Annotated[str, typer.Option(help="`none` or `all` of them on record.")] = "none",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Whether a check may be made in a place, for a site with nothing else on record, and why."""
    from atdesk_core.cli.policy import may_command  # noqa: PLC0415

    may_command(jurisdiction, check, trigger, preconditions, as_json=json)
