"""`atdesk policy sign ...` and `atdesk preconditions ...` as they are typed."""

from pathlib import Path
from typing import Annotated

import typer

from atdesk_core.cli.arguments import SiteId
from atdesk_core.cli.policy_app import DEFAULT_CONFIG, ConfigPath, policy

preconditions = typer.Typer(
    help="What has to be on record before anything is looked at: impact assessment, works agreement, ...",
    no_args_is_help=True,
)
ScopeName = Annotated[
    str, typer.Argument(metavar="SCOPE", help="organisation, site:NAME, team:NAME or agent:ID.")
]
By = Annotated[str, typer.Option("--by", help="Your name: a named person answers for it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in your words.")]
Kind = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="impact_assessment, notice_given, works_agreement, lawful_basis, equal_alternative or "
        "written_release.",
    ),
]


@policy.command("sign")
def policy_sign(
    by: By,
    reason: Reason,
    scope: Annotated[
        str | None, typer.Argument(metavar="SCOPE", help="organisation, site:NAME, team:NAME, agent:ID.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every policy file of the configuration.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Show what would change, and sign nothing.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Put a policy file in force: show what changes, sign it, and log it. A running service takes it up."""
    from atdesk_core.cli.agreements_sign import sign_command  # noqa: PLC0415

    sign_command(config, scope, by, reason, everything=everything, dry_run=dry_run)


@policy.command("rollback")
def policy_rollback(
    scope: ScopeName,
    to: Annotated[str, typer.Option("--to", help="Version or serial: see atdesk policy versions.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why, in your words.")] = "rolled back",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Put an earlier version in force again, as a new one that is signed anew."""
    from atdesk_core.cli.agreements_sign import rollback_command  # noqa: PLC0415

    rollback_command(config, scope, to, by, reason)


@policy.command("versions")
def policy_versions(
    scope: ScopeName,
    document: Annotated[
        Path | None,
        typer.Option(help="Write what the works council has to sign to this file, byte for byte."),
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """List the versions of a policy: who signed which, when and why, and which is in force."""
    from atdesk_core.cli.agreements_sign import versions_command  # noqa: PLC0415

    versions_command(config, scope, document)


@policy.command("co-sign")
def policy_co_sign(
    scope: ScopeName,
    key: Annotated[
        Path | None, typer.Option(help="The council's private key, where the council types this itself.")
    ] = None,
    signature: Annotated[
        Path | None, typer.Option(help="A signature that the council made elsewhere: 64 bytes, or JSON.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """The works council signs the version that waits for it; then that version takes force."""
    from atdesk_core.cli.agreements_council import co_sign_command  # noqa: PLC0415

    co_sign_command(config, scope, key, signature)


@policy.command("simulate")
def policy_simulate(
    file: Annotated[Path, typer.Argument(help="A site's policy file, signed or not.")],
    start: Annotated[str | None, typer.Option("--from", help="First day; 14 days back otherwise.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day; until now otherwise.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """What recorded days would have flagged under another policy: counts by rule, never of a person."""
    from atdesk_core.cli.agreements_simulate import simulate_policy_command  # noqa: PLC0415

    simulate_policy_command(config, file, start, end)


@policy.command("council-key")
def policy_council_key(
    site: SiteId,
    public_key: Annotated[Path, typer.Argument(metavar="PUBLIC.pem", help="Ed25519, PEM.")],
    by: By,
    handover: Annotated[
        Path | None, typer.Option(help="The present key's signature over the new one, JSON.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Put the public key of a site's works council on record. The private one stays with the council."""
    from atdesk_core.cli.agreements_council import council_key_command  # noqa: PLC0415

    council_key_command(config, site, public_key, by, handover)


@preconditions.command("record")
def preconditions_record(
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="site:NAME or agent:ID.")],
    kind: Kind,
    reference: Annotated[str, typer.Option(help="Id of the document, such as DPIA-2026-04.")],
    by: By,
    on: Annotated[str, typer.Option("--on", help="Date on which it was given, such as 2026-11-01.")],
    review_by: Annotated[
        str | None, typer.Option("--review-by", help="Date on which it lapses unless it is renewed.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Put a precondition on record; an earlier one of its kind ends with it."""
    from atdesk_core.cli.agreements_record import record_command  # noqa: PLC0415

    record_command(config, scope, kind, reference=reference, by=by, on=on, review_by=review_by)


@preconditions.command("list")
def preconditions_list(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """What is on record, what has lapsed, and what is missing at each site."""
    from atdesk_core.cli.agreements_record import list_command  # noqa: PLC0415

    list_command(config)


@preconditions.command("lapse")
def preconditions_lapse(
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="site:NAME or agent:ID.")],
    kind: Kind,
    by: By,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """End a precondition now: what needs it stops within a second."""
    from atdesk_core.cli.agreements_record import lapse_command  # noqa: PLC0415

    lapse_command(config, scope, kind, by)
