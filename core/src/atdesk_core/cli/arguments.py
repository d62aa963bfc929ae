"""Arguments that many commands take."""

from typing import Annotated

import typer

AgentId = Annotated[str, typer.Argument(help="Id in the directory: see atdesk agents list.")]
SiteId = Annotated[str, typer.Argument(help="Id of the site, as in the configuration.")]
StillId = Annotated[str, typer.Argument(help="Id of the still: see atdesk stills list.")]
CheckId = Annotated[str, typer.Argument(help="Id of the desk check: see atdesk desk-check list.")]
