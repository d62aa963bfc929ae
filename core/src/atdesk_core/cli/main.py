"""The command line. Every command imports what it needs when it runs, so that `--help` is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.agreements_app import preconditions
from atdesk_core.cli.arguments import AgentId
from atdesk_core.cli.desk_check_app import app as desk_check
from atdesk_core.cli.draws_app import app as draws
from atdesk_core.cli.evidence_app import add_to as add_evidence
from atdesk_core.cli.flags_app import flags, pause
from atdesk_core.cli.leaving_app import add_to as add_leaving
from atdesk_core.cli.ledger_app import app as ledger
from atdesk_core.cli.panels import InOrder, arrange
from atdesk_core.cli.policy_app import policy
from atdesk_core.cli.shifts_app import app as shifts
from atdesk_core.cli.teams_app import app as teams

app = typer.Typer(
    name="atdesk",
    cls=InOrder,
    help="Presence and face-match checks that ride on the calls and meetings an agent already has.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
agents = typer.Typer(help="The directory: agents, accounts, teams, leads, shifts.", no_args_is_help=True)
consent = typer.Typer(help="Consents: without one nobody is enrolled or looked at.", no_args_is_help=True)
notices = typer.Typer(
    help="Hints that only help an agent, such as more_light: off and on again. What comes before a flag, and "
    "what happens to a state, is always told.",
    no_args_is_help=True,
)
app.add_typer(agents, name="agents")
app.add_typer(consent, name="consent")
app.add_typer(notices, name="notices")
app.add_typer(flags, name="flags")
app.command("pause")(pause)
app.add_typer(policy, name="policy")
app.add_typer(preconditions, name="preconditions")
app.add_typer(desk_check, name="desk-check")
app.add_typer(draws, name="draws")
app.add_typer(ledger, name="ledger")
app.add_typer(shifts, name="shifts")
app.add_typer(teams, name="teams")
add_leaving(app)
add_evidence(app)

HintName = Annotated[str, typer.Argument(metavar="HINT", help="more_light: the picture is too dark.")]
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT_CONFIG = Path("atdesk.toml")


def main() -> None:
    """Entry point: a fault that somebody can mend is one line and exit status 2, never a traceback."""
    from atdesk_core.cli.faults import explain  # noqa: PLC0415

    try:
        app()
    except Exception as error:
        message = explain(error)
        if message is None:
            raise
        typer.secho(message, err=True, fg="red")
        sys.exit(2)


@app.command()
def run(
    config: ConfigPath = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option(help="Decide and log, touch no platform.")] = False,
    engine: Annotated[str, typer.Option(help="`local`: everything in this process and its pool.")] = "local",
) -> None:
    """Run the service until it is stopped with Ctrl-C or SIGTERM."""
    from atdesk_core.cli.run import run_command  # noqa: PLC0415

    run_command(config, dry_run=dry_run, engine=engine)


@app.command("stop-all")
def stop_all(
    site: Annotated[str, typer.Argument(help="One site; every site when left out.")] = "*",
    lift: Annotated[bool, typer.Option("--lift", help="End the stop.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """No look from now on, and Aways of ours undone. It stands over restarts until it is lifted."""
    from atdesk_core.cli.stopping import stop_all_command  # noqa: PLC0415

    stop_all_command(config, site, lift=lift)


@app.command()
def why(
    agent: AgentId,
    at: Annotated[str, typer.Option("--at", help="ISO time, such as 2026-11-21T14:03, in the site's zone.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """The whole chain of reasons for how things stood for an agent at a time."""
    from atdesk_core.cli.why import why_command  # noqa: PLC0415

    why_command(config, agent, at)


@app.command()
def log(
    agent: AgentId,
    start: Annotated[str | None, typer.Option("--from", help="First day, such as 2026-11-21.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day; today when left out.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Where it is written for programs.")] = None,
    page: Annotated[Path | None, typer.Option("--page", help="Where it is written as a page.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """The agent's own log: every look, "nothing found" included, with what came of it. Today's by default."""
    from atdesk_core.cli.log import log_command  # noqa: PLC0415

    log_command(config, agent, start, end, (json, page))


@app.command()
def export(
    agent: AgentId,
    out: Annotated[Path, typer.Option("--out", help="A folder that is not there yet.")],
    start: Annotated[str | None, typer.Option("--from", help="First day; the first one kept.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day; today when left out.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Everything the log holds about an agent: pages, JSON, and the proof that it is part of the chain."""
    from atdesk_core.cli.export import export_command  # noqa: PLC0415

    export_command(config, agent, out, start, end)


@app.command()
def doctor(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Check configuration, models, directory, clock and every platform, and say what to mend."""
    from atdesk_core.cli.doctor import doctor_command  # noqa: PLC0415

    doctor_command(config)


@app.command()
def plugins(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List the adapters that are installed, and why one was refused."""
    from atdesk_core.cli.plugins import plugins_command  # noqa: PLC0415

    plugins_command(json=json)


@app.command()
def models(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="The configuration; atdesk.toml here, if there is one."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the models: source, licence, sha256, limits, whether each is in order, which encoder is active."""
    from atdesk_core.cli.models import models_command  # noqa: PLC0415

    models_command(config or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None), as_json=json)


@app.command()
def replay(  # noqa: PLR0913, PLR0917  (one parameter for each option that can be typed)
    video: Path,
    json_out: Annotated[Path, typer.Option("--json", help="Where the findings are written.")],
    agent: Annotated[str, typer.Option(help="Id of the agent, for the report.")] = "agent",
    enrol: Annotated[
        Path | None, typer.Option(help="Folder of photos; without it nobody is matched.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Policy file; a built-in one otherwise.")] = None,
    events: Annotated[Path | None, typer.Option(help="What happened beside the picture, JSON lines.")] = None,
    schedule: Annotated[
        str, typer.Option(help="`continuous`, one frame a second, or `policy`.")
    ] = "continuous",
    all_checks: Annotated[bool, typer.Option("--all-checks", help="Switch every check on.")] = False,
    report: Annotated[Path | None, typer.Option(help="An HTML page with a timeline.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Take the face encoder of this configuration.")
    ] = None,
) -> None:
    """Run the whole engine over a recording, in virtual time, as fast as it goes."""
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.cli.replay import ReplayOptions, replay_command  # noqa: PLC0415
    from atdesk_core.runtime.replay import Schedule  # noqa: PLC0415

    if schedule not in tuple(Schedule):
        raise typer.BadParameter(f"{schedule!r}: take continuous or policy", param_hint="--schedule")
    options = ReplayOptions(
        video, agent, enrol, policy, events, Schedule(schedule), all_checks, json_out, report, config
    )
    replay_command(options, console())


@app.command()
def simulate(
    platform: str,
    port: Annotated[int, typer.Option(help="0 takes any free port.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON once it listens.")] = False,
) -> None:
    """Run a platform's simulator on loopback until it is stopped."""
    from atdesk_core.cli.simulate import simulate_command  # noqa: PLC0415

    simulate_command(platform, port, as_json=json)


@app.command()
def enrol(
    agent: AgentId,
    photos: list[Path],
    code: Annotated[
        str, typer.Option("--confirmed-by-agent", help="The code that the agent was sent: atdesk enrol-code.")
    ],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Make an agent's template from photos that the agent confirms; needs a consent on record."""
    from atdesk_core.cli.directory import enrol_command  # noqa: PLC0415

    enrol_command(config, agent, photos, code)


@app.command("enrol-code")
def enrol_code(agent: AgentId, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Have the running service send an agent a code, with which the agent confirms the photos."""
    from atdesk_core.cli.directory import enrol_code_command  # noqa: PLC0415

    enrol_code_command(config, agent)


@agents.command("import")
def agents_import(
    file: Path,
    vouched_by: Annotated[
        str | None,
        typer.Option("--confirm-by", help="Your name, if you vouch for every account in the file."),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The file has everybody: who is not in it has left.")
    ] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Take people, accounts, leads and shifts from a CSV file. Accounts are proposed, not confirmed."""
    from atdesk_core.cli.directory import import_command  # noqa: PLC0415

    import_command(config, file, vouched_by, complete=complete)


@agents.command("list")
def agents_list(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Show the directory."""
    from atdesk_core.cli.directory import list_command  # noqa: PLC0415

    list_command(config)


@agents.command("link")
def agents_link(
    agent: AgentId,
    account: Annotated[str, typer.Argument(help="platform:tenant:id")],
    by: Annotated[str, typer.Option("--by", help="Name of the human who confirms it.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Confirm that an account is an agent's."""
    from atdesk_core.cli.directory import link_command  # noqa: PLC0415

    link_command(config, agent, account, by)


@agents.command("unlink")
def agents_unlink(
    account: Annotated[str, typer.Argument(help="platform:tenant:id")],
    by: Annotated[str, typer.Option("--by", help="Name of the human who takes it away.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Take an account from the agent it is confirmed for: it is nobody's then."""
    from atdesk_core.cli.directory import unlink_command  # noqa: PLC0415

    unlink_command(config, account, by)


@agents.command("forget")
def agents_forget(
    agent: AgentId,
    by: Annotated[str, typer.Option("--by", help="Name of the human who orders it.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Take an agent who has left and is erased out of the directory: name, accounts, shifts, flags."""
    from atdesk_core.cli.directory import forget_command  # noqa: PLC0415

    forget_command(config, agent, by)


@agents.command("cover")
def agents_cover(
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="Id of the lead.")],
    cover: Annotated[str, typer.Argument(metavar="COVER", help="Id of the person who answers.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take it back.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Say who answers a lead's flags while that lead is off shift, and only then."""
    from atdesk_core.cli.directory import cover_command  # noqa: PLC0415

    cover_command(config, lead, cover, covers=not remove)


@consent.command("record")
def consent_record(
    agent: AgentId,
    text_version: Annotated[str, typer.Option(help="Version of the text that was agreed to.")],
    language: Annotated[str, typer.Option(help="Language it was read in, such as en.")],
    alternative: Annotated[str, typer.Option(help="What was offered to those who refuse.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Put a consent on record."""
    from atdesk_core.cli.directory import consent_command  # noqa: PLC0415

    consent_command(config, agent, text_version, language, alternative)


@consent.command("refuse")
def consent_refuse(
    agent: AgentId,
    text_version: Annotated[str, typer.Option(help="Version of the text that was shown.")],
    language: Annotated[str, typer.Option(help="Language it was read in, such as en.")],
    alternative: Annotated[str, typer.Option(help="The equal path that the agent takes instead.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Put on record that an agent does not agree. No lead sees it, anywhere."""
    from atdesk_core.cli.directory import refuse_command  # noqa: PLC0415

    refuse_command(config, agent, text_version, language, alternative)


@consent.command("withdraw")
def consent_withdraw(agent: AgentId, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Withdraw a consent: template and key are erased with it."""
    from atdesk_core.cli.directory import withdraw_command  # noqa: PLC0415

    withdraw_command(config, agent)


@notices.command("silence")
def notices_silence(agent: AgentId, hint: HintName, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Switch a hint off for an agent who does not want it. A running service sees it within seconds."""
    from atdesk_core.cli.directory import silence_command  # noqa: PLC0415

    silence_command(config, agent, hint)


@notices.command("hear")
def notices_hear(agent: AgentId, hint: HintName, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Switch a hint on again for an agent."""
    from atdesk_core.cli.directory import hear_command  # noqa: PLC0415

    hear_command(config, agent, hint)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def conformance(
    adapter: Annotated[str, typer.Argument(help="An installed plugin, or a test module.")],
) -> None:
    """Run the adapter kit against an adapter."""
    from atdesk_core.cli.conformance import conformance_command  # noqa: PLC0415

    conformance_command(adapter)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="See `python -m benchmarks --list`.")],
) -> None:
    """Run a benchmark of this checkout and print its figures; options: `python -m benchmarks --help`."""
    from atdesk_core.cli.bench import bench_command  # noqa: PLC0415

    bench_command(name, context.args)


arrange(app)


if __name__ == "__main__":
    main()
