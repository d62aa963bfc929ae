"""What a new policy changes: tighter, looser or different, setting by setting, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from atdesk_core.policy import wording
from atdesk_core.policy.direction import Direction, Safer, gives_more
from atdesk_core.policy.explain import in_words
from atdesk_core.policy.settings import SETTINGS


class Turn(StrEnum):
    """Which way a setting goes. `different`: more in one respect and less in another, or other words."""

    LOOSER = "looser"
    TIGHTER = "tighter"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that changes.

    Attributes:
        path: Of the setting.
        turn: Which way.
        old: Value before; the default where it was not said.
        new: Value after; likewise.
    """

    path: str
    turn: Turn
    old: object
    new: object


def differences(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[Difference, ...]:
    """What changes between two policies, by path of the setting; what one leaves out is at its default."""
    return tuple(_differences(old, new))


def _differences(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Difference]:
    for path, setting in SETTINGS.items():
        before, after = old.get(path, setting.default), new.get(path, setting.default)
        if before != after:
            yield Difference(path, _turn(setting.direction, before, after), before, after)


def _turn(direction: Direction, old: object, new: object) -> Turn:
    if direction.safer is Safer.NEAREST:
        return Turn.DIFFERENT
    more, less = gives_more(direction, new, old), gives_more(direction, old, new)
    if more == less:
        return Turn.DIFFERENT
    return Turn.LOOSER if more else Turn.TIGHTER


def in_plain_words(found: tuple[Difference, ...], language: str = "en") -> tuple[str, ...]:
    """The differences as lines, what loosens first."""
    into = wording.translations(language)
    if not found:
        return (into.gettext(wording.NO_CHANGE),)
    lines: list[str] = []
    for turn in Turn:
        here = [one for one in found if one.turn is turn]
        if here:
            lines.append(into.gettext(wording.TURNS[turn]))
            lines += [f"  {_line(one, language)}" for one in here]
    return tuple(lines)


def _line(one: Difference, language: str) -> str:
    into, setting = wording.translations(language), SETTINGS[one.path]
    old, new = (in_words(value, setting.direction, into) for value in (one.old, one.new))
    part, title = into.gettext(wording.PARTS[setting.part]), into.gettext(setting.title)
    return into.gettext(wording.CHANGE).format(part=part, title=title, old=old, new=new)
