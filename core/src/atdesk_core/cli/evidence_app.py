"""`atdesk stills`, `erase`, `attest-off`, `verify-receipt` and what goes with them, as they are typed."""

from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.arguments import AgentId, SiteId, StillId

stills = typer.Typer(
    help="Pictures that flags were judged on: redacted, encrypted, opened by named reviewers, and logged.",
    no_args_is_help=True,
)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
_CONFIG = Path("atdesk.toml")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the whole."""
    app.add_typer(stills, name="stills")
    app.command("erase")(erase)
    app.command("attest-off")(attest_off)
    app.command("verify-receipt")(verify_receipt)
    app.command("public-key")(public_key)
    app.command("key-file-lost")(key_file_lost)


@stills.command("list")
def stills_list(
    agent: Annotated[str | None, typer.Argument(help="One agent; everybody when left out.")] = None,
    config: ConfigPath = _CONFIG,
) -> None:
    """List stills with their flags, how long they are kept, and what holds them. Opens none."""
    from atdesk_core.cli.evidence_stills import list_command  # noqa: PLC0415

    list_command(config, agent)


@stills.command("view")
def stills_view(
    still: StillId,
    by: Annotated[str, typer.Option("--by", help="Id of the reviewer in the directory.")],
    reason: Annotated[str, typer.Option(help="review, second_review, dispute or access_request.")],
    config: ConfigPath = _CONFIG,
) -> None:
    """Write a still to standard output, as JPEG, for a program that shows it. The log has it first."""
    from atdesk_core.cli.evidence_stills import view_command  # noqa: PLC0415

    view_command(config, still, by, reason)


@stills.command("hold")
def stills_hold(
    still: StillId,
    until: Annotated[str, typer.Option(help="Date or time, in the zone of the agent's site.")],
    by: Annotated[str, typer.Option("--by", help="Id of whoever holds it, in the directory.")],
    reason: Annotated[str, typer.Option(help="dispute or second_review.")] = "dispute",
    config: ConfigPath = _CONFIG,
) -> None:
    """Keep a still while its flag is in dispute, as long as policy has it. The agent's log says so."""
    from atdesk_core.cli.evidence_stills import hold_command  # noqa: PLC0415

    hold_command(config, still, until, by, reason)


@stills.command("purge")
def stills_purge(config: ConfigPath = _CONFIG) -> None:
    """Destroy what has had its time, as the running service does by itself."""
    from atdesk_core.cli.evidence_stills import purge_command  # noqa: PLC0415

    purge_command(config)


def erase(
    agent: AgentId,
    by: Annotated[str, typer.Option("--by", help="Name of the human who orders it; the receipt has it.")],
    receipt: Annotated[
        Path | None, typer.Option(help="New file for the receipt; printed when left out.")
    ] = None,
    after_holds: Annotated[
        bool, typer.Option("--after-holds", help="What a dispute holds goes as soon as its hold ends.")
    ] = False,
    without_key_file: Annotated[
        bool, typer.Option("--without-key-file", help="The key file is lost: nothing could be read anyway.")
    ] = False,
    config: ConfigPath = _CONFIG,
) -> None:
    """Erase an agent's template, stills and keys, prove that nothing can be read, and sign a receipt."""
    from atdesk_core.cli.evidence_erase import Wish, erase_command  # noqa: PLC0415

    erase_command(config, Wish(agent, by, receipt, after_holds, without_key_file))


def attest_off(
    site: SiteId,
    start: Annotated[str, typer.Argument(metavar="FROM", help="Date or time, in the site's zone.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="The same; a date means the end of that day.")],
    out: Annotated[Path | None, typer.Option("--out", help="New file; printed when left out.")] = None,
    config: ConfigPath = _CONFIG,
) -> None:
    """Sign that no frame of a site was opened in a time, or say why that cannot be signed."""
    from atdesk_core.cli.evidence_statements import attest_command  # noqa: PLC0415

    attest_command(config, site, start, end, out)


def verify_receipt(
    file: Annotated[Path, typer.Argument(help="A receipt or a statement.")],
    public_key: Annotated[Path, typer.Option("--public-key", help="PEM file of whoever is to have signed.")],
    agent: Annotated[str | None, typer.Option(help="Also: is it about this agent?")] = None,
) -> None:
    """Check a receipt or a statement against a public key, and say what it says."""
    from atdesk_core.cli.evidence_statements import verify_command  # noqa: PLC0415

    verify_command(file, public_key, agent)


def public_key(
    out: Annotated[Path | None, typer.Option("--out", help="New file; printed when left out.")] = None,
    config: ConfigPath = _CONFIG,
) -> None:
    """The public key with which receipts, statements and policies of this service can be verified."""
    from atdesk_core.cli.evidence_statements import public_key_command  # noqa: PLC0415

    public_key_command(config, out)


def key_file_lost(
    give_up: Annotated[
        bool, typer.Option("--give-up", help="There is no backup: everybody is enrolled again.")
    ] = False,
    config: ConfigPath = _CONFIG,
) -> None:
    """Say what hangs on a key file that is lost; with --give-up, begin anew without what it alone opened."""
    from atdesk_core.cli.evidence_erase import key_file_lost_command  # noqa: PLC0415

    key_file_lost_command(config, give_up=give_up)
