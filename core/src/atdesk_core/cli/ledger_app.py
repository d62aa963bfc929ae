"""`atdesk ledger ...`: for a works council, an auditor, or the agent: is the log the one that was written?"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The decision log: verify it, anchor it, check an export of it.", no_args_is_help=True)

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
PublicKey = Annotated[
    Path | None, typer.Option("--public-key", help="The service's public key, PEM, as you keep it yourself.")
]
DEFAULT_CONFIG = Path("atdesk.toml")


@app.command()
def verify(
    config: ConfigPath = DEFAULT_CONFIG,
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="An anchor, or a folder of them, kept elsewhere.")
    ] = None,
    public_key: PublicKey = None,
) -> None:
    """Find any row that was altered, removed, put in or moved, and say where: exit status 1, or 0 without."""
    from atdesk_core.cli.ledger import verify_command  # noqa: PLC0415

    verify_command(config, against or [], public_key)


@app.command()
def anchor(
    out: Annotated[Path, typer.Option("--out", help="Where the anchor is written.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Write down, signed, where the log stands: whoever keeps it sees if the log is ever written anew."""
    from atdesk_core.cli.ledger import anchor_command  # noqa: PLC0415

    anchor_command(config, out)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="What `atdesk export` wrote.")],
    public_key: PublicKey = None,
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="An anchor, or a folder of them, kept elsewhere.")
    ] = None,
) -> None:
    """Check an agent's export by itself, without the service: is every row of it part of the chain?"""
    from atdesk_core.cli.export_check import check_command  # noqa: PLC0415

    check_command(folder, public_key, against or [])
