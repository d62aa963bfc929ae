"""`atdesk policy sign`, `rollback` and `versions`."""

import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from atdesk_core.agreements import (
    AgreementError,
    Approval,
    Content,
    Desk,
    Outcome,
    PolicyVersion,
    Scope,
    foresee,
    how_to_sign,
    load_agreements,
    parse_scope,
    put_in_force,
    roll_back,
    versions_of,
    waiting_version,
)
from atdesk_core.cli.output import console
from atdesk_core.cli.people import act
from atdesk_core.cli.setting import leave, load_setting
from atdesk_core.identity import Site, declare_sites
from atdesk_core.identity.signing import Signer, canonical
from atdesk_core.policy.diff import differences, in_plain_words
from atdesk_core.policy.purposes import say_purposeless, without_purpose
from atdesk_core.runtime.agreed import contents_of, declared_of
from atdesk_core.runtime.config import Config
from atdesk_core.store import Store


def sign_command(
    path: Path, scope: str | None, by: str, reason: str, *, everything: bool, dry_run: bool
) -> None:
    """Show what changes, then sign.

    Raises:
        ConfigError: The configuration or a policy file is faulty.
        AgreementError: The scope is none, or both or neither of a scope and --all were given.
    """
    config, _ = load_setting(path)
    out = console()
    chosen = _chosen(contents_of(config), scope, everything=everything)

    async def action(store: Store) -> None:
        desk = await desk_of(config, store)
        await _refuse_purposeless(desk, chosen)
        await _show_changes(out, config, store, chosen)
        if dry_run:
            await _show_foreseen(out, desk, chosen)
            return
        for outcome in await put_in_force(desk, chosen, Approval(by, reason, time.time())):
            _tell(out, outcome)

    leave(act(config.service.database, out, action))


def rollback_command(path: Path, scope: str, to: str, by: str, reason: str) -> None:
    """Put an earlier version in force again."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        desk, approval = await desk_of(config, store, new_key=False), Approval(by, reason, time.time())
        _tell(out, await roll_back(desk, parse_scope(scope), to, approval))
        out.print(
            "The policy file still says what it said: change it too, or the next signature brings it back."
        )

    leave(act(config.service.database, out, action))


def versions_command(path: Path, scope: str, document: Path | None) -> None:
    """List the versions of a scope; write what a council has to sign."""
    config, _ = load_setting(path)
    out = console()

    async def action(store: Store) -> None:
        parsed = parse_scope(scope)
        async with store.reading() as connection:
            versions = await versions_of(connection, parsed)
        if not versions:
            out.print(f"{parsed} was never signed: {how_to_sign(parsed)}", markup=False, soft_wrap=True)
        for version in versions:
            out.print(_line(version, versions), markup=False, soft_wrap=True)
        if document is not None:
            waiting = await waiting_version(store, parsed)
            _write(document, canonical(waiting.draft.document()))
            out.print(f"What the works council has to sign is in {document}.", markup=False, soft_wrap=True)

    leave(act(config.service.database, out, action))


async def desk_of(config: Config, store: Store, *, new_key: bool = True) -> Desk:
    """What a command signs with.

    Args:
        config: Checked.
        store: Open.
        new_key: Make the service's key where there is none; what stands on earlier signatures needs theirs.

    Raises:
        SigningKeyError: The key cannot be used.
    """
    await declare_sites(store, [Site(one.id, one.jurisdiction, one.time_zone) for one in config.sites])
    path = config.service.signing_key
    return Desk(store, Signer.for_service(path) if new_key else Signer.open(path), declared_of(config))


def _chosen(contents: dict[Scope, Content], scope: str | None, *, everything: bool) -> dict[Scope, Content]:
    if everything is (scope is not None):
        raise AgreementError("give one scope, such as site:london, or --all")
    if scope is None:
        return contents
    parsed = parse_scope(scope)
    if parsed not in contents:
        known = ", ".join(str(one) for one in contents) or "none"
        raise AgreementError(f"the configuration has no policy file for {parsed}; it has one for: {known}")
    return {parsed: contents[parsed]}


async def _refuse_purposeless(desk: Desk, chosen: dict[Scope, Content]) -> None:
    for scope, changes in (await foresee(desk, chosen)).items():
        for change in changes:
            caps = [desk.caps(code) for code in desk.declared.sites.get(change.site, ())]
            if rules := without_purpose(change.after, caps):
                raise AgreementError(f"{scope}: {say_purposeless(change.site, rules)}")


async def _show_changes(out: Console, config: Config, store: Store, chosen: dict[Scope, Content]) -> None:
    now = await load_agreements(store, declared_of(config), config.service.signing_key)
    for scope, content in chosen.items():
        present = now.policies.in_force.get(scope)
        out.print(f"{scope}, against {'what is in force' if present else 'the defaults'}:", markup=False)
        found = differences(present.content.level.values if present else {}, content.level.values)
        for line in in_plain_words(found):
            out.print(f"  {line}", markup=False, soft_wrap=True)


async def _show_foreseen(out: Console, desk: Desk, chosen: dict[Scope, Content]) -> None:
    for scope, changes in (await foresee(desk, chosen)).items():
        councils = [one.site for one in changes if one.needs_council]
        if councils:
            out.print(f"{scope} would wait for the works council of {', '.join(councils)}.", markup=False)
    out.print("Nothing was signed.")


def _tell(out: Console, outcome: Outcome) -> None:
    draft = outcome.version.draft
    if not outcome.is_new:
        says = f"{draft.scope}: version {outcome.version.version} says the same and is in force already."
    elif outcome.waits_for:
        says = (
            f"{draft.scope}: version {outcome.version.version} (serial {draft.serial}) is signed, and waits "
            f"for the works council of {', '.join(outcome.waits_for)}: atdesk policy co-sign {draft.scope}. "
            "Until then what was in force stays in force."
        )
    else:
        says = f"{draft.scope}: version {outcome.version.version} (serial {draft.serial}) is in force."
    out.print(says, markup=False, soft_wrap=True)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise AgreementError(f"{path} cannot be written: {error.strerror}") from None


def _line(version: PolicyVersion, versions: list[PolicyVersion]) -> str:
    draft = version.draft
    in_force = max((one.draft.serial for one in versions if one.in_force_from is not None), default=None)
    state = "in force" if draft.serial == in_force else "earlier"
    if version.in_force_from is None:
        state = f"waits for the works council of {', '.join(draft.councils)}"
    at = f"{datetime.fromtimestamp(draft.at, UTC):%Y-%m-%d %H:%M} UTC"
    return f"{draft.serial}  {version.version}  {at}  {draft.signed_by}: {draft.reason}  ({state})"
