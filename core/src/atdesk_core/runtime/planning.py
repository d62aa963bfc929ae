"""From a session's commands to what one transaction holds. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace

from pydantic import TypeAdapter

from atdesk_core.judging import read_evidence, write_evidence
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.runtime.profile import NoticeChannel, Profile
from atdesk_core.session import (
    Command,
    KeepReview,
    NotifyAgent,
    OpenFlag,
    PostFlag,
    Record,
    RecordKind,
    Rule,
    Session,
    SetState,
    UpdateFlag,
    dump,
)
from atdesk_core.store import (
    BudgetRow,
    FlagRow,
    GroundsRow,
    LedgerEntry,
    OutboxKind,
    OutboxRow,
    ReviewRow,
    SessionSnapshot,
    Unit,
)
from atdesk_sdk import FindingKind, FlagStatus, NoticeKind

# A notice that could not be delivered for so long would come too late to act on.
NOTICE_LIFE_S = 120.0

# Where several flags can share a message, each waits this long for the others.
HOLD_S = 2.0

NOTICE: TypeAdapter[NotifyAgent] = TypeAdapter(NotifyAgent)
WRITE: TypeAdapter[SetState] = TypeAdapter(SetState)
FLAG: TypeAdapter[OpenFlag] = TypeAdapter(OpenFlag)
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
# A card that shows a decision is worth changing for a day.
SHOWN_S = 86_400.0


def unit_of(
    session: Session,
    version: int,
    commands: Iterable[Command],
    profile: Profile,
    policy_version: str,
    ref_of_account: Callable[[str], str | None],
) -> Unit:
    """What has to be kept of one step: the snapshot, what is owed, and what is logged."""
    kept = tuple(commands)
    return Unit(
        snapshots=(SessionSnapshot(session.agent_id, version, dump(session)),),
        outbox=tuple(
            row
            for command in _last_words(kept)
            for row in outbox_rows(command, profile, session.now, version)
        ),
        flags=tuple(flag_row(command.flag, profile, policy_version) for command in _flags(kept)),
        grounds=tuple(_grounds_row(one.flag) for one in _flags(kept)),
        budgets=_budgets(session, kept),
        reviews=tuple(
            ReviewRow(one.flag_number, one.action.value, one.reason, one.by, one.at)
            for one in kept
            if isinstance(one, KeepReview)
        ),
        ledger=tuple(
            _entry(command, profile, ref_of_account) for command in kept if isinstance(command, Record)
        ),
    )


def merged(unit: Unit, also: Unit) -> Unit:
    """Both as one: everything that the second holds beside the first."""
    return replace(
        unit, **{part.name: getattr(unit, part.name) + getattr(also, part.name) for part in fields(Unit)}
    )


def changed_flag_rows(
    flag: FlagRow, grounds: GroundsRow | None, profile: Profile, now: float
) -> Iterator[OutboxRow]:
    """The rows of the outbox that show how a flag stands that no session has any more."""
    return _flag_rows(UpdateFlag(flag_of(flag, grounds, now)), profile, now, int(now * 1000))


def flag_of(flag: FlagRow, grounds: GroundsRow | None, now: float) -> OpenFlag:
    """A flag as the sessions have them, from what is kept of it."""
    return OpenFlag(
        number=flag.number,
        rule=_RULE.validate_python(flag.rule),
        finding=FindingKind(flag.finding),
        since=flag.since,
        raised_at=flag.raised_at,
        expires_at=now + SHOWN_S,
        confidence=flag.confidence,
        reached=flag.agent_reached,
        status=FlagStatus(flag.status),
        returned_at=flag.returned_at,
        evidence=read_evidence(grounds.evidence) if grounds else "",
        tries=grounds.tries if grounds else 1,
        policy=flag.policy_version,
        reason=flag.reason,
        closed_at=flag.closed_at,
    )


def is_durable(command: Command) -> bool:
    """Whether a command has to be on the disk before anything comes of it."""
    return isinstance(command, NotifyAgent | SetState | PostFlag | UpdateFlag | KeepReview | Record)


def notice_channels(notice: NotifyAgent, profile: Profile) -> tuple[NoticeChannel, ...]:
    """Where this notice may go: one about somebody else in the seat never to the screen there."""
    private = notice.kind is NoticeKind.DIFFERENT_PERSON
    return tuple(one for one in profile.notice_channels if not (private and one.on_desk_screen))


def outbox_rows(command: Command, profile: Profile, now: float, step: int) -> Iterator[OutboxRow]:
    """The rows of the outbox that a command needs: one for each channel or sink.

    Args:
        command: To be carried out.
        profile: Of the agent.
        now: Engine's clock.
        step: Number of the agent's step: two changes of a flag in one millisecond are two rows.
    """
    match command:
        case NotifyAgent():
            yield from _notice_rows(command, profile, now)
        case SetState() if command.account in profile.state_writers:
            payload = WRITE.dump_json(command).decode()
            yield OutboxRow(
                command.change_id,
                profile.agent_id,
                OutboxKind.STATE_WRITE,
                profile.state_writers[command.account],
                payload,
                now,
                now,
                command.not_after,
            )
        case PostFlag() | UpdateFlag():
            yield from _flag_rows(command, profile, now, step)
        case _:
            pass


def _notice_rows(notice: NotifyAgent, profile: Profile, now: float) -> Iterator[OutboxRow]:
    payload = NOTICE.dump_json(notice).decode()
    for channel in notice_channels(notice, profile):
        row_id = f"{notice.notice_id}@{channel.adapter}"
        not_after = now + NOTICE_LIFE_S
        yield OutboxRow(
            row_id, profile.agent_id, OutboxKind.NOTICE, channel.adapter, payload, now, now, not_after
        )


def _last_words(commands: Iterable[Command]) -> Iterator[Command]:
    """Of several changes of one flag in a step only the last one is shown."""
    kept = tuple(commands)
    last = {one.flag.number: one for one in kept if isinstance(one, UpdateFlag)}
    return (one for one in kept if not isinstance(one, UpdateFlag) or last[one.flag.number] is one)


def _flag_rows(
    command: PostFlag | UpdateFlag, profile: Profile, now: float, step: int
) -> Iterator[OutboxRow]:
    kind = OutboxKind.FLAG_POST if isinstance(command, PostFlag) else OutboxKind.FLAG_UPDATE
    payload = FLAG.dump_json(command.flag).decode()
    what = "post" if kind is OutboxKind.FLAG_POST else f"update-{command.flag.status.value}-{step}"
    for adapter, _ in profile.flag_sinks:
        row_id = f"flag-{command.flag.number}-{what}@{adapter}"
        held = kind is OutboxKind.FLAG_POST and adapter in profile.gathering
        due_at = now + HOLD_S if held else now
        yield OutboxRow(
            row_id, profile.agent_id, kind, adapter, payload, now, due_at, command.flag.expires_at + 60
        )


def _flags(commands: Iterable[Command]) -> Iterator[PostFlag | UpdateFlag]:
    """The last word on each flag of this step."""
    last = {one.flag.number: one for one in commands if isinstance(one, PostFlag | UpdateFlag)}
    yield from last.values()


def _budgets(session: Session, commands: Iterable[Command]) -> tuple[BudgetRow, ...]:
    """What the shift has used up, as often as a look ends."""
    spent = session.spent
    ended = any(isinstance(one, Record) and one.kind is RecordKind.LOOK_ENDED for one in commands)
    if not ended or not spent.shift_id:
        return ()
    frames = spent.frames + spent.returning_frames
    return (BudgetRow(session.agent_id, spent.shift_id, spent.ends_at, spent.looks, frames, spent.open_s),)


def flag_row(flag: OpenFlag, profile: Profile, policy_version: str) -> FlagRow:
    """A flag as it is kept. `policy_version` stands in where an earlier version kept none with the flag."""
    return FlagRow(
        number=flag.number,
        agent_id=profile.agent_id,
        rule=flag.rule,
        finding=flag.finding.value,
        status=flag.status.value,
        since=flag.since,
        raised_at=flag.raised_at,
        team=profile.team,
        confidence=flag.confidence,
        policy_version=flag.policy or policy_version,
        agent_reached=flag.reached,
        closed_at=flag.closed_at,
        returned_at=flag.returned_at,
        reason=flag.reason,
    )


def _grounds_row(flag: OpenFlag) -> GroundsRow:
    return GroundsRow(flag.number, write_evidence(flag.evidence), flag.tries)


def _entry(record: Record, profile: Profile, ref_of_account: Callable[[str], str | None]) -> LedgerEntry:
    kind, whose = LedgerKind(record.kind.value), profile.agent_ref or None
    return entry(kind, record.at, profile.site, whose, record.data, ref_of_account=ref_of_account)
