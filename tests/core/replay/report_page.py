"""Outcomes made by hand, and the page that is written about them, read back as a tree."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from atdesk_core.runtime.replay.outcome import ReplayedFlag, ReplayedNotice, ReplayOutcome, Stretch
from atdesk_core.runtime.replay.report import render
from atdesk_sdk import (
    Box,
    CouldNotTell,
    Face,
    FindingKind,
    Match,
    MatchBand,
    Observation,
    Obstacle,
    Quality,
    Skipped,
)

_VOID = frozenset({"meta", "link", "br"})
LIT = Quality(luma=120.0, contrast=60.0, sharpness=3000.0, change=3.0)


@dataclass
class Node:
    """One element, with the texts and elements inside it."""

    tag: str
    attributes: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, spaces folded, no-break spaces as spaces."""
        parts = [one if isinstance(one, str) else one.text for one in self.children]
        return " ".join(" ".join(parts).split())

    def walk(self) -> Iterator["Node"]:
        """This element and all inside it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str, css_class: str = "") -> list["Node"]:
        """The elements of a tag inside it, and of a class where one is given."""
        return [
            one
            for one in self.walk()
            if one.tag == tag and (not css_class or css_class in one.attributes.get("class", "").split())
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("page", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        # HTML lets no element of ours stay open: the page closes each by name.
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def page_of(outcome: ReplayOutcome, title: str = "me.mp4") -> Node:
    """The page about an outcome."""
    reader = _Reader()
    reader.feed(render(outcome, title))
    reader.close()
    return reader.root


def found(kind: FindingKind, start_s: float, end_s: float, evidence: str = "") -> Stretch:
    """A finding that was known after two seconds."""
    return Stretch(kind.value, True, start_s, end_s, min(start_s + 2, end_s), 1.0, evidence)


def not_told(reason: CouldNotTell, start_s: float, end_s: float) -> Stretch:
    """A reason of `could_not_tell` that was known after one second."""
    return Stretch(reason.value, False, start_s, end_s, min(start_s + 1, end_s), 1.0)


def outcome_of(
    stretches: Sequence[Stretch],
    observations: Sequence[Observation] = (),
    *,
    duration_s: float = 100.0,
    flags: Sequence[ReplayedFlag] = (),
    states: Sequence[tuple[float, str]] = (),
    schedule: str = "continuous",
    notices: Sequence[ReplayedNotice] = (),
    asked: frozenset[FindingKind] = frozenset(),
    bands: tuple[float, float] | None = None,
) -> ReplayOutcome:
    """What a replay of ten pictures a second would have handed over."""
    return ReplayOutcome(
        schedule=schedule,
        frames_read=round(duration_s * 10),
        frames_analysed=len(observations),
        duration_s=duration_s,
        setup_s=1.0,
        wall_s=9.0,
        cpu_s=5.0,
        stretches=sorted(stretches, key=lambda one: one.start_s),
        flags=list(flags),
        states=list(states),
        observations=list(observations),
        notices=list(notices),
        asked=asked,
        bands=bands,
    )


def pictures(start: int, end: int, make: Callable[[float], Observation]) -> list[Observation]:
    """One a second, from `start` on and before `end`."""
    return [make(float(at_s)) for at_s in range(start, end)]


def somebody(at_s: float, match: Match | None = None, why: str = "matched already") -> Observation:
    """A face; compared, or not and why."""
    face = Face(Box(0.4, 0.2, 0.2, 0.3, 0.93), 128, 0.0)
    skipped = () if match else (Skipped("match", why),)
    return Observation(
        "look",
        at_s,
        at_s,
        quality=LIT,
        faces=(face,),
        match=match,
        skipped=(Skipped("people", "a face was found"), *skipped, Skipped("objects", "no check asks for it")),
    )


def matched(at_s: float, distance: float, band: MatchBand) -> Observation:
    """A face that was compared."""
    return somebody(at_s, Match(0, band, distance))


def empty(at_s: float) -> Observation:
    """A search that found nobody."""
    why = (Skipped("match", "no face"), Skipped("objects", "nobody in the picture"))
    return Observation("look", at_s, at_s, quality=LIT, people=(), skipped=why)


def still(at_s: float) -> Observation:
    """Nothing had moved, so no step ran."""
    why = tuple(Skipped(step, "nothing moved") for step in ("faces", "people", "match", "objects"))
    return Observation("look", at_s, at_s, quality=LIT, skipped=why)


def blocked(obstacle: Obstacle, quality: Quality) -> Callable[[float], Observation]:
    """A picture that cannot be judged."""
    why = tuple(Skipped(step, obstacle.value) for step in ("faces", "people", "match", "objects"))
    return lambda at_s: Observation("look", at_s, at_s, quality=quality, obstacle=obstacle, skipped=why)


def unreadable(at_s: float) -> Observation:
    """A picture that could not be decoded."""
    why = (Skipped("decode", "the JPEG is cut off"),)
    return Observation("look", at_s, at_s, obstacle=Obstacle.UNREADABLE, skipped=why)
