"""Policies are signed by a named person, and take force in one transaction with a row of the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements.agreements import Caps
from atdesk_core.agreements.contents import Content, content_json, is_site, parse_content
from atdesk_core.agreements.errors import AgreementError
from atdesk_core.agreements.in_force import Declared, InForce, Kept, latest, read_kept, verified
from atdesk_core.agreements.loosening import Change, changes, signed_for
from atdesk_core.agreements.revision import mark_changed
from atdesk_core.agreements.scopes import Scope, ScopeKind
from atdesk_core.agreements.versions import (
    Draft,
    PolicyVersion,
    keep_version,
    mark_seen,
    sign_draft,
    versions_of,
)
from atdesk_core.identity.signing import Signer
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_core.store.apply import append_ledger
from atdesk_sdk import ConfigError

MOST_LETTERS = 500
"""Of a reason; it is kept with the version, never in the log."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who puts a policy in force, and why.

    Attributes:
        by: A named person.
        reason: In that person's words.
        at: Now, seconds since the epoch.
    """

    by: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scope.

    Attributes:
        version: As it is kept; the one in force where nothing was to be signed.
        changes: What it does at each site that it concerns.
        is_new: False when the same content is in force already.
    """

    version: PolicyVersion
    changes: tuple[Change, ...]
    is_new: bool

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Sites whose council has to sign before it takes force."""
        return () if self.version.in_force_from is not None else self.version.draft.councils


@dataclass(frozen=True, slots=True)
class Desk:
    """What policies are signed with.

    Attributes:
        store: Where they are kept.
        signer: The service's key.
        declared: By the configuration.
        caps: Of the jurisdictions; the shipped presets.
    """

    store: Store
    signer: Signer
    declared: Declared
    caps: Caps = cap_of


async def put_in_force(
    desk: Desk, contents: Mapping[Scope, Content], approval: Approval
) -> tuple[Outcome, ...]:
    """Sign policies and put them in force, all of them or none, in one transaction.

    Args:
        desk: See `Desk`.
        contents: By scope.
        approval: Who does it, and why.

    Returns:
        One outcome for each scope, sites first: some may wait for a works council.

    Raises:
        AgreementError: One of them cannot be put in force; then none is.
    """
    _check(approval)
    # Sites first: whether the others make a policy is seen at a site that has one.
    order = sorted(contents, key=lambda scope: (not is_site(scope), scope))

    async def job(connection: AsyncConnection) -> tuple[Outcome, ...]:
        outcomes = [await _put(connection, desk, scope, contents[scope], approval) for scope in order]
        await mark_changed(connection)
        return tuple(outcomes)

    return await desk.store.run(job)


async def foresee(desk: Desk, contents: Mapping[Scope, Content]) -> dict[Scope, tuple[Change, ...]]:
    """What putting these in force one by one would do, without doing it.

    Raises:
        AgreementError: As `put_in_force`.
    """
    async with desk.store.reading() as connection:
        kept = await read_kept(connection)
        return {
            scope: await _changes(connection, desk, scope, content, kept)
            for scope, content in contents.items()
        }


async def roll_back(desk: Desk, scope: Scope, to: str, approval: Approval) -> Outcome:
    """Put an earlier version's content in force again: as a new version, signed anew.

    Args:
        desk: See `Desk`.
        scope: Whose.
        to: The version, or its first digits.
        approval: Who does it, and why.

    Raises:
        AgreementError: There is no such version, or it cannot be put in force any more.
    """
    _check(approval)

    async def job(connection: AsyncConnection) -> Outcome:
        content = _content_of(await versions_of(connection, scope), scope, to)
        if is_site(scope):
            content = replace(content, jurisdictions=desk.declared.sites.get(scope.name, ()))
        outcome = await _put(connection, desk, scope, content, approval, what="rolled_back")
        await mark_changed(connection)
        return outcome

    return await desk.store.run(job)


async def policy_row(
    connection: AsyncConnection, version: PolicyVersion, what: str, at: float, **more: Value
) -> LedgerEntry:
    """A row of the decision log about a version. Names and reasons stay in the version itself."""
    scope = version.draft.scope
    ref: str | None = None
    if scope.kind is ScopeKind.AGENT:
        people = tables.people.c
        ref = await connection.scalar(select(people.agent_ref).where(people.agent_id == scope.name))
    data: dict[str, Value] = {
        "what": what,
        "policy": version.version,
        "level": scope.kind.value,
        "key_id": version.key_id,
        **more,
    }
    return entry(LedgerKind.POLICY, at, scope.name if is_site(scope) else "", ref, data)


async def _put(
    connection: AsyncConnection,
    desk: Desk,
    scope: Scope,
    content: Content,
    approval: Approval,
    what: str = "in_force",
) -> Outcome:
    kept = await read_kept(connection)
    does = await _changes(connection, desk, scope, content, kept)
    text = content_json(content.level, content.jurisdictions)
    present = latest(kept.versions, scope)
    sound = verified(kept, desk.declared, desk.signer.public_pem).in_force
    if present is not None and scope in sound and present.draft.content == text:
        return Outcome(present, does, is_new=False)
    councils = tuple(sorted(change.site for change in does if change.needs_council))
    draft = Draft(scope, _next(kept, scope), text, councils, approval.by, approval.reason, approval.at)
    version = sign_draft(draft, desk.signer, None if councils else approval.at)
    await keep_version(connection, version)
    if not councils:
        await mark_seen(connection, scope, draft.serial)
    before = {"before": present.version} if present is not None else {}
    row = await policy_row(connection, version, "signed" if councils else what, approval.at, **before)
    await append_ledger(connection, [row])
    return Outcome(version, does, is_new=True)


async def _changes(
    connection: AsyncConnection, desk: Desk, scope: Scope, content: Content, kept: Kept
) -> tuple[Change, ...]:
    text = content_json(content.level, content.jurisdictions)
    # Through the same reading as later: what cannot be read again is not signed.
    try:
        read = parse_content(scope, text)
    except ConfigError as error:
        raise AgreementError(str(error)) from None
    version = PolicyVersion(Draft(scope, _next(kept, scope), text, (), "-", "-", 0.0), "", "", b"", 0.0)
    first = verified(kept, Declared(), desk.signer.public_pem)  # each site for what it was signed for
    sites = await _sites(connection, scope, signed_for(desk.declared, first.in_force))
    return changes(scope, InForce(version, read), first, desk.declared, sites, desk.caps)


async def _sites(connection: AsyncConnection, scope: Scope, declared: Declared) -> Sequence[str]:
    """Sites with people whom a scope concerns; every site where nobody is known yet."""
    people = tables.people.c
    match scope.kind:
        case ScopeKind.SITE:
            return (scope.name,)
        case ScopeKind.TEAM:
            mine = people.team == scope.name
        case ScopeKind.AGENT:
            mine = people.agent_id == scope.name
        case ScopeKind.ORGANISATION:
            return tuple(declared.sites)
    found = tuple(await connection.scalars(select(people.site_id).where(mine).distinct()))
    return found or tuple(declared.sites)


def _next(kept: Kept, scope: Scope) -> int:
    serials = [one.draft.serial for one in kept.versions if one.draft.scope == scope]
    return max([0, kept.seen.get(scope, 0), *serials]) + 1


def _content_of(versions: Sequence[PolicyVersion], scope: Scope, to: str) -> Content:
    found = [one for one in versions if one.version.startswith(to) or str(one.draft.serial) == to]
    if not to or len({one.version for one in found}) != 1:
        known = ", ".join(dict.fromkeys(one.version for one in versions)) or "none"
        raise AgreementError(f"{scope} has no one version {to!r}; it has: {known}")
    try:
        return parse_content(scope, found[-1].draft.content)
    except ConfigError as error:
        raise AgreementError(f"version {to} of {scope} is not valid any more: {error}") from None


def _check(approval: Approval) -> None:
    if not approval.by.strip():
        raise AgreementError("a named person signs: --by NAME")
    if not approval.reason.strip():
        raise AgreementError("say why: --reason TEXT")
    if len(approval.reason) > MOST_LETTERS or len(approval.by) > MOST_LETTERS:
        raise AgreementError(f"keep the name and the reason under {MOST_LETTERS} letters each")
