"""Why a stretch was judged as it was: what its pictures showed, in plain sentences."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import median
from typing import Final

from atdesk_core.judging import JudgingRules
from atdesk_core.judging.signs import Sign, read
from atdesk_core.runtime.replay.outcome import Stretch
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import span_of
from atdesk_core.runtime.replay.report.pictures import Pictures, between, nobody_enrolled, ran, why_not
from atdesk_core.runtime.replay.report.words import counted, say, whole
from atdesk_sdk import FindingKind, Match, Observation, Obstacle

_RULES: Final = JudgingRules()
_THINGS: Final = frozenset({FindingKind.PHONE, FindingKind.FOOD_OR_DRINK, FindingKind.BANNED_OBJECT})


def why(one: Stretch, pictures: Pictures) -> str:
    """The sentences for one stretch.

    Args:
        one: The stretch.
        pictures: All of the recording, in order of time.
    """
    seen = between(pictures, one.start_s, one.end_s)
    if not one.is_finding:
        return " ".join(_not_told(one.what, seen, pictures))
    teller = _SEAT.get(one.what)
    return " ".join(teller(seen) if teller is not None else _beside(one))


def _present(seen: Pictures) -> Iterator[str]:
    searched = [one for one in seen if ran(one, "faces")]
    faces = sum(map(_shows_a_face, searched))
    bodies = sum(_shows_a_body(one) for one in searched if not _shows_a_face(one))
    yield say("why_face", count=whole(faces), all=counted(len(seen), "picture"))
    if bodies:
        yield say("why_body", count=whole(bodies))
    yield from _unsearched(seen)
    matches = _matches(seen)
    if matches:
        yield _compared(matches)
    elif nobody_enrolled(seen):
        yield say("why_unasked")
    elif faces:
        yield say("why_followed")


def _absent(seen: Pictures) -> Iterator[str]:
    searched = [one for one in seen if ran(one, "faces")]
    empty = sum(read(one, _RULES).sign is Sign.EMPTY for one in searched)
    parts = {"count": whole(len(searched)), "all": counted(len(seen), "picture"), "none": whole(empty)}
    yield say("why_empty" if empty == len(searched) else "why_nearly_empty", **parts)
    yield from _unsearched(seen)


def _different(seen: Pictures) -> Iterator[str]:
    yield say("why_face", count=whole(sum(map(_shows_a_face, seen))), all=counted(len(seen), "picture"))
    matches = _matches(seen)
    if matches:
        yield _compared(matches)


_SEAT: Final[Mapping[str, Callable[[Pictures], Iterator[str]]]] = {
    FindingKind.PRESENT.value: _present,
    FindingKind.ABSENT.value: _absent,
    FindingKind.DIFFERENT_PERSON.value: _different,
}


def _beside(one: Stretch) -> Iterator[str]:
    if one.evidence:
        yield say("why_evidence", evidence=_begun(one.evidence))
    if one.what == FindingKind.EXTRA_PERSON:
        yield say("why_counted")
    if one.what in _THINGS:
        yield say("why_possible")


def _unsearched(seen: Pictures) -> Iterator[str]:
    whys = Counter(why_not(one, "faces") for one in seen if not ran(one, "faces"))
    for text, count in whys.most_common():
        yield say("why_unsearched", count=whole(count), why=text)


def _compared(matches: list[Match]) -> str:
    """How the comparisons of a stretch came out."""
    times = counted(len(matches), "time")
    bands = Counter(match.band for match in matches)
    if len(bands) == 1:
        once = "_once" if len(matches) == 1 else ""
        return say(f"why_{matches[0].band.value}{once}", times=times, distances=_distances(matches))
    parts = [
        say(
            "why_band",
            band=words.BANDS[band.value],
            times=counted(count, "time"),
            distances=_distances(match for match in matches if match.band is band),
        )
        for band, count in bands.most_common()
    ]
    return say("why_mixed", times=times, list=words.listed(parts))


def _distances(matches: Iterable[Match]) -> str:
    return span_of((match.distance for match in matches), 2)


def _matches(seen: Pictures) -> list[Match]:
    return [one.match for one in seen if one.match is not None]


def _shows_a_face(one: Observation) -> bool:
    return any(face.box.score >= _RULES.face_score for face in one.faces)


def _shows_a_body(one: Observation) -> bool:
    return any(body.score >= _RULES.body_score for body in one.people or ())


def _not_told(what: str, seen: Pictures, pictures: Pictures) -> Iterator[str]:
    reason = words.REASONS.get(what)
    yield reason.means if reason else say("why_evidence", evidence=_begun(words.plain(what)))
    if not seen:
        return
    measure = _MEASURED.get(what)
    blocked = [one for one in seen if one.obstacle is not None and one.obstacle.value == what]
    if measure is not None:
        yield from measure(blocked or seen, pictures)


def _dark(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    yield from _number("num_dark", _quality(seen, "luma"))


def _covered(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    yield from _number("num_covered", _quality(seen, "luma"), contrast=_quality(seen, "contrast"))


def _frozen(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    yield from _number("num_frozen", _quality(seen, "change", 2))


def _blurred(seen: Pictures, pictures: Pictures) -> Iterator[str]:
    usual = [one.quality.sharpness for one in pictures if one.quality and one.obstacle is None]
    sharp = _quality(seen, "sharpness")
    if usual:
        yield from _number("num_blurred", sharp, usual=whole(round(median(usual))))
    else:
        yield from _number("num_blurred_alone", sharp)


def _small(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    widths = [max(face.width_px for face in one.faces) for one in seen if one.faces]
    yield from _number("num_small", span_of(widths))


def _hidden(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    bodies = sum(_shows_a_body(one) for one in seen)
    if bodies:
        yield say("num_bodies", count=whole(bodies), all=counted(len(seen), "picture"))


def _unsure(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    matches = _matches(seen)
    if matches:
        yield _compared(matches)
    signs = [read(one, _RULES).sign for one in seen]
    faint = [one for one, sign in zip(seen, signs, strict=True) if sign is Sign.UNCLEAR]
    if faint:
        boxes = [box for one in faint for box in (*(one.people or ()), *(face.box for face in one.faces))]
        yield say(
            "num_faint",
            count=whole(len(faint)),
            all=counted(len(seen), "picture"),
            most=f"{max(box.score for box in boxes):.2f}",
        )


def _moved(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    moved = sum(one.moved for one in seen)
    yield say("num_moved", count=whole(moved), all=counted(len(seen), "picture"))


def _unread(seen: Pictures, _pictures: Pictures) -> Iterator[str]:
    broken = [one.skipped[0].why for one in seen if one.obstacle is Obstacle.UNREADABLE and one.skipped]
    for text, count in Counter(broken).most_common():
        yield say("why_broken", why=_begun(text), count=counted(count, "picture"))


_MEASURED: Final[Mapping[str, Callable[[Pictures, Pictures], Iterator[str]]]] = {
    "too_dark": _dark,
    "covered": _covered,
    "frozen": _frozen,
    "blurred": _blurred,
    "face_too_small": _small,
    "face_hidden": _hidden,
    "unsure": _unsure,
    "view_moved": _moved,
    "no_signal": _unread,
}


def _number(key: str, numbers: str, **parts: object) -> Iterator[str]:
    """A sentence about some numbers, where there are any."""
    if numbers:
        yield say(key, range=numbers, **parts)


def _quality(seen: Pictures, name: str, digits: int = 0) -> str:
    """Range of one number of the picture's quality."""
    numbers = (getattr(one.quality, name) for one in seen if one.quality is not None)
    return span_of((number for number in numbers if number is not None), digits)


def _begun(text: str) -> str:
    """As the beginning of a sentence."""
    return text[:1].upper() + text[1:]
