"""`atdesk teams ...` as it is typed."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Microsoft Teams: the app package, and the limit of the effect.", no_args_is_help=True)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
_CONFIG = Path("atdesk.toml")
Icon = Annotated[Path | None, typer.Option(help="PNG; an icon of ours if left out.")]


@app.command()
def package(  # noqa: PLR0913, PLR0917  (one parameter for each option that can be typed)
    out: Annotated[Path, typer.Option("--out", help="The zip, a file that is not there yet.")],
    developer: Annotated[str, typer.Option(help="Whose app it is: your organisation, up to 32 characters.")],
    name: Annotated[str, typer.Option(help="What people read below the icon.")] = "atdesk",
    app_version: Annotated[str, typer.Option(help="Higher with each upload.")] = "1.0.0",
    app_id: Annotated[str, typer.Option(help="GUID; made of address and client id if left out.")] = "",
    privacy_url: Annotated[str, typer.Option(help="Of your privacy notice; service.public_url.")] = "",
    terms_url: Annotated[str, typer.Option(help="Of your terms; service.public_url.")] = "",
    colour_icon: Icon = None,
    outline_icon: Icon = None,
    without_bot: Annotated[bool, typer.Option("--without-bot", help="The agent's page alone.")] = False,
    effect: Annotated[bool, typer.Option("--effect", help="The video effect's package instead.")] = False,
    config: ConfigPath = _CONFIG,
) -> None:
    """The zip that an administrator uploads to Teams: the agent's page as a tab, the bot, the sign-in."""
    from atdesk_core.cli.teams_package import Asked, package_command  # noqa: PLC0415

    asked = Asked(
        developer=developer,
        name=name,
        version=app_version,
        app_id=app_id,
        privacy_url=privacy_url,
        terms_url=terms_url,
        without_bot=without_bot,
        effect=effect,
    )
    package_command(config, out, asked, (colour_icon, outline_icon))


@app.command()
def effect() -> None:
    """Show Microsoft's limit on what comes of effect frames, and how to accept it."""
    from atdesk_core.cli.output import console  # noqa: PLC0415
    from atdesk_core.runtime.teams_effect import CODE, LIMIT  # noqa: PLC0415

    out = console()
    out.print(LIMIT, markup=False)
    out.print(
        "\nTo switch the effect on, for a service on the agent's own machine, write into atdesk.toml:\n"
    )
    out.print(f'[teams_effect]\naccepted = "{CODE}"\naccepted_by = "NAME, ROLE"', markup=False)
