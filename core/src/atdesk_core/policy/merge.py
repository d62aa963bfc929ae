"""Several levels come to one policy: field by field the most protective value wins.

An attempt to loosen breaks nothing: it is refused for that field, and listed with the level that made it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from atdesk_core.policy.direction import Safer, gives_more, tightest
from atdesk_core.policy.levels import RANKS, Level, LevelKind
from atdesk_core.policy.model import SitePolicy, describe
from atdesk_core.policy.settings import SETTINGS, Setting, nested
from atdesk_sdk import ConfigError

# Who may grant: what neither of them sets is at its default, and a team or an agent can only tighten that.
_GRANTING = (LevelKind.ORGANISATION, LevelKind.SITE)
_SETS = (Safer.FEWER, Safer.MORE)
# Each hangs on the other setting of its pair, so what it comes to is known only after the merge.
_SETTLED = ("banned_object.enabled", "retention.ledger_days")
_TOGETHER = (*_SETTLED, "banned_object.classes", "retention.ledger_days_least")
_DEFAULTS = Level(LevelKind.DEFAULT, "", {})


@dataclass(frozen=True, slots=True)
class LevelRef:
    """Which level."""

    kind: LevelKind
    name: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attempt to loosen: what a level asked for and did not get."""

    level: LevelRef
    asked: object


@dataclass(frozen=True, slots=True)
class Decision:
    """How a setting came to its value.

    Attributes:
        levels: Who decided; several where lists of several were put together.
        value: What holds.
        why: The reason that a preset gives, in English; empty where none is given.
        refused: Attempts to loosen it, from the widest level to the nearest.
    """

    levels: tuple[LevelRef, ...]
    value: object
    why: str = ""
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the levels come to.

    Attributes:
        policy: What sessions use.
        decided: By path of the setting.
        sources: Laws and authorities of the presets that applied.
    """

    policy: SitePolicy
    decided: Mapping[str, Decision]
    sources: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[tuple[str, Refusal], ...]:
        """Every attempt to loosen, with the path of its setting."""
        return tuple((path, one) for path, decision in self.decided.items() for one in decision.refused)


def resolve(levels: Iterable[Level]) -> Resolved:
    """Merge levels; among those of one rank the order they are given in does not matter.

    Raises:
        ConfigError: No level names the site or the accountable person.
    """
    ranked = sorted(levels, key=lambda one: (RANKS[one.kind], one.name))
    decided = _decided(SETTINGS, ranked)
    for path in _SETTLED:
        decided[path] = replace(decided[path], refused=_refused_of_settled(path, ranked, decided[path]))
    values = {path: decision.value for path, decision in decided.items()}
    sources = dict.fromkeys(source for level in ranked for source in level.sources)
    return Resolved(_policy(values), decided, tuple(sources))


def _decided(paths: Iterable[str], ranked: Sequence[Level]) -> dict[str, Decision]:
    decided = {path: _decide(SETTINGS[path], ranked) for path in paths}
    _settle(decided)
    return decided


def _refused_of_settled(path: str, ranked: Sequence[Level], decision: Decision) -> tuple[Refusal, ...]:
    """What a narrowing level asks for is held against what the levels above it come to once settled."""
    setting = SETTINGS[path]
    refused = [one for one in decision.refused if RANKS[one.level.kind] <= RANKS[LevelKind.SITE]]
    for level in ranked:
        if path not in level.values or RANKS[level.kind] <= RANKS[LevelKind.SITE]:
            continue
        above = [one for one in ranked if RANKS[one.kind] < RANKS[level.kind]]
        said = _said(setting, level)
        if gives_more(setting.direction, said, _decided(_TOGETHER, above)[path].value):
            refused.append(Refusal(LevelRef(level.kind, level.name), said))
    return tuple(refused)


def _policy(values: Mapping[str, object]) -> SitePolicy:
    said = {path: value for path, value in values.items() if value is not None or path == "shadow_until"}
    try:
        return SitePolicy.model_validate(nested(said))
    except ValidationError as error:
        raise ConfigError(f"the levels together make no policy: {describe(error)}") from None


def _decide(setting: Setting, ranked: Sequence[Level]) -> Decision:
    """A cap decides only where it is tighter than what organisation and site say, or than the default."""
    speaking = [level for level in ranked if setting.path in level.values]
    caps = [level for level in speaking if level.kind is LevelKind.JURISDICTION and _caps(setting)]
    granting = [level for level in speaking if level.kind in _GRANTING] or [_DEFAULTS]
    narrowing = [level for level in speaking if RANKS[level.kind] > RANKS[LevelKind.SITE]]
    decision: Decision | None = None
    for level in (*granting, *caps, *narrowing):
        decision = _tightened(setting, decision, level)
    assert decision is not None  # noqa: S101  (the defaults speak where nobody else grants)
    return replace(decision, refused=_refused(setting, caps, (*granting, *narrowing)))


def _tightened(setting: Setting, upper: Decision | None, level: Level) -> Decision:
    """What holds once this level has spoken too, and who decided it."""
    said = _said(setting, level)
    ref, why = LevelRef(level.kind, level.name), level.whys.get(setting.path, "")
    if upper is None:
        return Decision((ref,), said, why)
    value = tightest(setting.direction, upper.value, said)
    if value == upper.value:
        return upper
    together = setting.direction.safer in _SETS and value != said
    return Decision(
        (*upper.levels, ref) if together else (ref,), value, why or (upper.why if together else "")
    )


def _refused(setting: Setting, caps: Iterable[Level], asking: Iterable[Level]) -> tuple[Refusal, ...]:
    """The levels that asked for more than the ones above them allow."""
    allowed = [_said(setting, level) for level in caps]
    refused: list[Refusal] = []
    for level in asking:
        said = _said(setting, level)
        if level is not _DEFAULTS and any(gives_more(setting.direction, said, one) for one in allowed):
            refused.append(Refusal(LevelRef(level.kind, level.name), said))
        allowed.append(said)
    return tuple(refused)


def _caps(setting: Setting) -> bool:
    """Who answers for a policy, and for what purpose, is no matter of a jurisdiction."""
    return setting.direction.safer is not Safer.NEAREST


def _said(setting: Setting, level: Level) -> object:
    return level.values.get(setting.path, setting.default)


def _settle(decided: dict[str, Decision]) -> None:
    """Settings that hang on others; each step goes to the protective side."""
    _off_without(decided, "banned_object.enabled", "banned_object.classes", False)
    _kept_long_enough(decided)


def _off_without(decided: dict[str, Decision], path: str, listing: str, off: object) -> None:
    if not decided[listing].value and decided[path].value != off:
        decided[path] = Decision(decided[listing].levels, off, "", decided[path].refused)


def _kept_long_enough(decided: dict[str, Decision]) -> None:
    kept, least = decided["retention.ledger_days"], decided["retention.ledger_days_least"]
    if _days(kept) < _days(least):
        decided["retention.ledger_days"] = Decision(least.levels, least.value, least.why, kept.refused)


def _days(decision: Decision) -> int:
    assert isinstance(decision.value, int)  # noqa: S101  (both are numbers in the model)
    return decision.value
