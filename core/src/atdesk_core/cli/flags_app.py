"""`atdesk flags ...` and `atdesk pause`: what people say about flags, and the agent's own stop."""

from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.arguments import AgentId, SiteId

flags = typer.Typer(
    help="Flags, one at a time: a named person confirms or dismisses one, the agent disputes it, a second "
    "reviewer decides. Nothing follows from a flag by itself.",
    no_args_is_help=True,
)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The number on the card, such as K7Q2AB.")]
By = Annotated[str, typer.Option("--by", help="Id of the person who says so: see atdesk agents list.")]
DEFAULT_CONFIG = Path("atdesk.toml")


@flags.command("list")
def flags_list(
    site: Annotated[str | None, typer.Option(help="One site; every site when left out.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones as well.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Flags in the order in which they were raised; who is paused is shown as paused."""
    from atdesk_core.cli.flags import list_command  # noqa: PLC0415

    list_command(config, site, everything=everything)


@flags.command("show")
def flags_show(number: Number, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """What a flag rests on, what people said about it, and where it stands."""
    from atdesk_core.cli.flags import show_command  # noqa: PLC0415

    show_command(config, number)


@flags.command("link")
def flags_link(number: Number, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """A new link to the page of a flag, for whoever may open it: it takes their sign-in as well."""
    from atdesk_core.cli.flags import link_command  # noqa: PLC0415

    link_command(config, number)


@flags.command("acknowledge")
def flags_acknowledge(
    number: Number,
    by: By,
    reason: Annotated[str, typer.Option(help="as_shown or agent_agrees.")] = "as_shown",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Confirm one flag. Some findings take two people: then it waits for the second."""
    from atdesk_core.cli.flags import answer_command  # noqa: PLC0415
    from atdesk_core.reviewing import RequestKind  # noqa: PLC0415

    answer_command(config, number, RequestKind.ACKNOWLEDGE, by, reason)


@flags.command("dismiss")
def flags_dismiss(
    number: Number,
    by: By,
    reason: Annotated[str, typer.Option(help="agreed_break, working, technical or wrong.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Dismiss one flag: nothing follows from it."""
    from atdesk_core.cli.flags import answer_command  # noqa: PLC0415
    from atdesk_core.reviewing import RequestKind  # noqa: PLC0415

    answer_command(config, number, RequestKind.DISMISS, by, reason)


@flags.command("dispute")
def flags_dispute(
    number: Number,
    by: Annotated[str, typer.Option("--by", help="Id of the agent whom the flag is about.")],
    text: Annotated[str | None, typer.Option(help="What the agent says; kept until erased.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """The agent disputes one flag: until a second reviewer has decided, nobody may use it."""
    from atdesk_core.cli.flags import dispute_command  # noqa: PLC0415

    dispute_command(config, number, by, text)


@flags.command("decide")
def flags_decide(
    number: Number,
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="uphold or overturn.")],
    by: By,
    reason: Annotated[
        str,
        typer.Option(
            help="as_shown or agent_agrees to uphold; agreed_break, working, technical or wrong to overturn."
        ),
    ],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Decide a dispute, by somebody who has not reviewed the flag before."""
    from atdesk_core.cli.flags import answer_command  # noqa: PLC0415
    from atdesk_core.reviewing import Decision, RequestKind  # noqa: PLC0415

    if decision not in tuple(Decision):
        raise typer.BadParameter(f"{decision!r}: take uphold or overturn", param_hint="DECISION")
    answer_command(config, number, RequestKind(decision), by, reason)


@flags.command("counts")
def flags_counts(
    site: Annotated[str, typer.Option("--site", help="Which site.")],
    days: Annotated[float, typer.Option(min=1, max=366, help="Of how many days until now.")] = 30,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """How many flags of each rule stand where, and what shadow mode measured. Never by person."""
    from atdesk_core.cli.flags import counts_command  # noqa: PLC0415

    counts_command(config, site, days)


@flags.command("lift")
def flags_lift(
    site: SiteId,
    rule: Annotated[str, typer.Argument(help="absence, different_person, phone, ...")],
    by: By,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Let a rule that fell back to shadow mode, since people overturned it, tell people again."""
    from atdesk_core.cli.flags import lift_command  # noqa: PLC0415

    lift_command(config, site, rule, by)


def pause(
    agent: AgentId,
    reason: Annotated[
        str | None, typer.Option(help="A category of the site's policy; dropped where it takes none.")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="End a pause made with this command.")] = False,
    was_break: Annotated[
        bool, typer.Option("--was-break", help="An absence of this shift was just a break: not counted.")
    ] = False,
    flag: Annotated[str | None, typer.Option(help="With --was-break: of which flag.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Pause an agent who asked for it: no frame is opened from then on, over restarts, until --lift."""
    import time  # noqa: PLC0415

    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.pause import pause_agent  # noqa: PLC0415
    from atdesk_core.cli.setting import leave, load_setting  # noqa: PLC0415
    from atdesk_core.reviewing import RequestKind  # noqa: PLC0415

    if lift and was_break:
        raise typer.BadParameter("take one of --lift and --was-break", param_hint="--lift")
    kind = RequestKind.RESUME if lift else RequestKind.BREAK if was_break else RequestKind.PAUSE
    settings, _ = load_setting(config)
    leave(
        pause_agent(
            settings.service.database,
            agent,
            kind,
            code=reason,
            flag_number=flag,
            now=time.time,
            console=console(),
        )
    )
