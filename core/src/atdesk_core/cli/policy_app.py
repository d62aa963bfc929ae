"""`atdesk policy ...`: what may be done, which level says so, and what a new version would change."""

from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.arguments import AgentId

policy = typer.Typer(
    help="What may be done, which level decided it and why, and what a new policy would change.",
    no_args_is_help=True,
)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT_CONFIG = Path("atdesk.toml")


@policy.command("may")
def policy_may(
    jurisdiction: Annotated[list[str], typer.Option(help="ISO code, such as GB or US-IL; may be repeated.")],
    check: Annotated[
        str,
        typer.Option(
            help="absent, different_person, extra_person, phone, ..., face_match, desk_check or still."
        ),
    ],
    trigger: Annotated[
        str,
        typer.Option(help="state_change, call_started, watch, random, scheduled, returning or self_test."),
    ],
    preconditions: Annotated[str, typer.Option(help="`none` or `all` of them on record.")] = "none",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Whether a check may be made in a place, for a site with nothing else on record, and why."""
    from atdesk_core.cli.policy import may_command  # noqa: PLC0415

    may_command(jurisdiction, check, trigger, preconditions, as_json=json)


@policy.command("explain")
def policy_explain(
    agent: AgentId,
    language: Annotated[str | None, typer.Option(help="en, es or fr; the agent's own if left out.")] = None,
    files: Annotated[bool, typer.Option("--files", help="What the files say, signed or not.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Which level decided each setting for an agent and why, in plain words."""
    from atdesk_core.cli.policy_explain import explain_command  # noqa: PLC0415

    explain_command(config, agent, language, files=files)


@policy.command("diff")
def policy_diff(
    old: Annotated[str, typer.Argument(help="A policy file, or a signed version such as site:home@3.")],
    new: Annotated[str, typer.Argument(help="The same.")],
    language: Annotated[str, typer.Option(help="en, es or fr.")] = "en",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """What a new policy makes looser, tighter or different, in words."""
    from atdesk_core.cli.policy_diff import diff_command  # noqa: PLC0415

    diff_command(config, old, new, language)
