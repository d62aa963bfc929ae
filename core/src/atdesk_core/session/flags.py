"""Flags: one open for each agent and rule, a cool-down after a dismissal, an expiry."""

import base64
import hashlib
from dataclasses import replace

from atdesk_core.session.commands import PostFlag, RecordKind, UpdateFlag
from atdesk_core.session.shadow import in_shadow
from atdesk_core.session.state import Episode, OpenFlag, Rule
from atdesk_core.session.turn import Turn
from atdesk_sdk import FindingKind, FlagStatus

RULES: dict[FindingKind, Rule] = {
    FindingKind.ABSENT: "absence",
    FindingKind.DIFFERENT_PERSON: "different_person",
    FindingKind.EXTRA_PERSON: "extra_person",
    FindingKind.PHONE: "phone",
    FindingKind.FOOD_OR_DRINK: "food_or_drink",
    FindingKind.BANNED_OBJECT: "banned_object",
    FindingKind.INPUT_IDLE: "input_idle",
}


def may_flag(turn: Turn, rule: Rule) -> bool:
    """No flag is open, or owed, under this rule, and no cool-down runs."""
    cooling = any(name == rule and turn.now < until for name, until in turn.session.cooldowns)
    owed = turn.session.owed is not None and turn.session.owed.rule == rule
    return not cooling and not owed and turn.session.open_flag(rule) is None


def raise_flag(turn: Turn, episode: Episode) -> None:
    """Make a flag of an episode: at once, or when the call that is going on has ended."""
    assert turn.facts.policy is not None  # noqa: S101  (no episode begins without a policy)
    flag = OpenFlag(
        number=_short(turn.number("flag")),
        rule=RULES[episode.kind],
        finding=episode.kind,
        since=episode.since,
        raised_at=turn.now,
        expires_at=turn.now + turn.facts.policy.flag_life_s,
        confidence=episode.confidence,
        reached=episode.reached,
        evidence=episode.evidence,
        tries=episode.tries,
        policy=turn.facts.policy.version,
    )
    if turn.session.in_call:
        turn.change(owed=flag)
        turn.record(RecordKind.FLAG, number=flag.number, what="owed")
    else:
        _post(turn, flag)


def _short(identifier: str) -> str:
    """Six letters and digits that people can say. Of a hash, so that it tells nothing."""
    digest = hashlib.blake2b(identifier.encode(), digest_size=8).digest()
    return base64.b32encode(digest).decode()[:6]


def _post(turn: Turn, flag: OpenFlag) -> None:
    turn.change(flags=(*turn.session.flags, flag))
    turn.do(PostFlag(flag))
    turn.record(
        RecordKind.FLAG,
        number=flag.number,
        what="raised",
        rule=flag.rule,
        since=flag.since,
        confidence=flag.confidence,
        reached=flag.reached,
        policy=flag.policy or None,
        finding=flag.finding.value,
        tries=flag.tries,
    )


def keep_flags(turn: Turn) -> None:
    """Post what was owed until the end of a call, unless the agent paused; expire what nobody answered."""
    owed = turn.session.owed
    if owed is not None and (turn.session.is_paused or in_shadow(turn, owed.rule)):
        forget_owed(turn, "paused" if turn.session.is_paused else "shadow")
    elif owed is not None and not turn.session.in_call and not turn.facts.authority_silent:
        turn.change(owed=None)
        _post(turn, replace(owed, raised_at=turn.now))
    for flag in turn.session.flags:
        if turn.now >= flag.expires_at:
            close_flag(turn, flag, _at_the_end(flag))
    turn.change(cooldowns=tuple(pair for pair in turn.session.cooldowns if turn.now < pair[1]))


def _at_the_end(flag: OpenFlag) -> FlagStatus:
    """What somebody confirmed stays confirmed; of anything else it is said that nothing follows from it."""
    return flag.status if flag.status is FlagStatus.ACKNOWLEDGED else FlagStatus.EXPIRED


def forget_owed(turn: Turn, why: str) -> None:
    """A flag that waited for the end of a call is not raised after all."""
    owed = turn.session.owed
    if owed is not None:
        turn.change(owed=None)
        turn.record(RecordKind.FLAG, number=owed.number, what="dropped", why=why)


def mark_returned(turn: Turn, rule: Rule, at: float) -> None:
    """It is not so any more: say so on the flag, which stays for the lead to answer."""
    flag = turn.session.open_flag(rule)
    if flag is not None and flag.returned_at is None:
        replace_flag(turn, replace(flag, returned_at=at))
        turn.record(RecordKind.FLAG, number=flag.number, what="returned", at=at)
    owed = turn.session.owed
    if owed is not None and owed.rule == rule and owed.returned_at is None:
        turn.change(owed=replace(owed, returned_at=at))


def replace_flag(turn: Turn, flag: OpenFlag) -> None:
    """Something about an open flag changed."""
    turn.change(flags=tuple(flag if one.number == flag.number else one for one in turn.session.flags))
    turn.do(UpdateFlag(flag))


def close_flag(turn: Turn, flag: OpenFlag, status: FlagStatus, reason: str = "") -> None:
    """The flag leaves the open ones with this status, and a reason code where there is one."""
    turn.change(flags=tuple(one for one in turn.session.flags if one.number != flag.number))
    reason = reason or flag.reason
    turn.do(UpdateFlag(replace(flag, status=status, reason=reason, closed_at=turn.now)))
    if status is not flag.status:
        turn.record(RecordKind.FLAG, number=flag.number, what=status.value, why=reason or None)
