"""Which level decided each setting and why, in plain words, in English, Spanish and French."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from gettext import NullTranslations
from itertools import groupby

from atdesk_core.policy import wording
from atdesk_core.policy.direction import Direction
from atdesk_core.policy.levels import LevelKind
from atdesk_core.policy.looks import MeetingRule
from atdesk_core.policy.merge import Decision, LevelRef, Resolved
from atdesk_core.policy.preconditions import Precondition
from atdesk_core.policy.settings import SETTINGS, Setting


def explain(resolved: Resolved, language: str = "en") -> tuple[str, ...]:
    """The policy line by line: a head, a heading for each part, and one line for each setting.

    Args:
        resolved: What the levels came to.
        language: Such as `es` or `es-CO`; English where there is no catalogue.
    """
    return tuple(_lines(resolved, wording.translations(language)))


def on_record(
    required: Iterable[Precondition],
    met: frozenset[Precondition],
    lapsed: frozenset[Precondition],
    language: str = "en",
) -> tuple[str, ...]:
    """How it stands with what has to be on record, one line for each way it can stand."""
    needed, into = frozenset(required), wording.translations(language)
    ways = (
        (wording.ON_RECORD, needed & met),
        (wording.LAPSED, needed & lapsed - met),
        (wording.MISSING, needed - met - lapsed),
    )
    return tuple(
        into.gettext(form).format(items=", ".join(sorted(into.gettext(wording.VALUES[one]) for one in items)))
        for form, items in ways
        if items
    )


def _lines(resolved: Resolved, into: NullTranslations) -> Iterator[str]:
    policy = resolved.policy
    yield into.gettext(wording.HEAD).format(version=policy.version, accountable=policy.accountable)
    in_parts = sorted(SETTINGS.values(), key=lambda one: list(wording.PARTS).index(one.part))
    for part, settings in groupby(in_parts, key=lambda one: one.part):
        yield ""
        yield into.gettext(wording.PARTS[part])
        yield from (f"  {_line(one, resolved.decided[one.path], into)}" for one in settings)
    if resolved.sources:
        yield ""
        yield into.gettext(wording.SOURCES).format(sources="; ".join(resolved.sources))
        yield into.gettext(wording.NOTICE)


def _line(setting: Setting, decision: Decision, into: NullTranslations) -> str:
    value = in_words(decision.value, setting.direction, into)
    title = into.gettext(setting.title)
    parts = [into.gettext(wording.LINE).format(title=title[0].upper() + title[1:], value=value)]
    parts.append(_decided(decision, into))
    if decision.why:
        parts.append(into.gettext(decision.why))
    for one in decision.refused:
        level = _level(one.level, into)
        asked = in_words(one.asked, setting.direction, into)
        said = into.gettext(wording.REFUSED).format(level=level, value=asked)
        parts.append(said[0].upper() + said[1:])
    return " ".join(parts)


def _decided(decision: Decision, into: NullTranslations) -> str:
    named = [_level(one, into) for one in decision.levels if one.kind is not LevelKind.DEFAULT]
    if not named:
        return into.gettext(wording.DEFAULT)
    return into.gettext(wording.DECIDED).format(levels=", ".join(named))


def _level(level: LevelRef, into: NullTranslations) -> str:
    return into.gettext(wording.LEVELS[level.kind]).format(name=level.name)


def in_words(value: object, direction: Direction, into: NullTranslations) -> str:
    """A value as people say it: yes, four hours, a list."""
    if isinstance(value, bool):
        return into.gettext(wording.YES if value else wording.NO)
    if isinstance(value, int | float):
        return _number(value, direction.unit, into)
    if isinstance(value, tuple | frozenset):
        words = [_word(one, into) for one in value]
        in_order = words if isinstance(value, tuple) else sorted(words)
        return ", ".join(in_order) or into.gettext(wording.NOTHING)
    return _word(value, into) if value else into.gettext(wording.NOTHING)


def _word(value: object, into: NullTranslations) -> str:
    """A word of the model in the language; an operator's own words as they stand."""
    if isinstance(value, MeetingRule):
        return f"{value.id} ({value.purpose})"
    known = wording.VALUES.get(str(value))
    return into.gettext(known) if known else str(value)


def _number(value: float, unit: str, into: NullTranslations) -> str:
    if unit == "time":
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M} UTC"
    if unit == "share":
        return f"{value:.0%}"
    if unit == "days":
        return _span("days", value, into)
    return _seconds(value, into) if unit == "s" else f"{value:g}" if value < 1e5 else f"{value:.0f}"


def _seconds(value: float, into: NullTranslations) -> str:
    for name, length in (("hours", 3600), ("minutes", 60)):
        if value >= length and value % length == 0:
            return _span(name, value / length, into)
    return _span("seconds", value, into)


def _span(name: str, number: float, into: NullTranslations) -> str:
    one, many = wording.SPANS[name]
    return into.ngettext(one, many, 1 if number == 1 else 2).format(number=f"{number:g}")
