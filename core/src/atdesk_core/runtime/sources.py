"""Which parts of a working day can be looked at, and through what: for whoever sets it up. Pure.

When listed meetings run is not known beforehand, so a day has parts by what the agent does, not by the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from atdesk_core.policy import SitePolicy
from atdesk_sdk import Adapter, VideoSource


class Part(StrEnum):
    """What an agent does, as far as cameras go."""

    LISTED_MEETING = "in a listed meeting"
    OTHER_MEETING = "in any other meeting"
    CALL = "on a call and in its after-call work"
    BETWEEN = "between calls, outside meetings"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the configured adapters can do.

    Attributes:
        meeting_video: One of them gives the video of meetings.
        tells_people: Its platform itself shows everyone in the meeting that content goes to an app.
    """

    meeting_video: bool
    tells_people: bool


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """One part of a day.

    Attributes:
        part: Which.
        has_source: Whether anything can be looked at in it.
        says: Through what; or why not, and the way out. In plain words.
    """

    part: Part
    has_source: bool
    says: str


def abilities_of(adapters: Iterable[Adapter], *, forwarded: bool = False) -> Abilities:
    """What is configured can do together; the agents' own page is no part of it.

    Args:
        adapters: Of the configuration.
        forwarded: Whether a forwarder may send frames of meetings. Each stream says whether its platform
            tells the people, so nothing is promised here.
    """
    sources = [one for one in adapters if isinstance(one, VideoSource)]
    told = any(one.capabilities.video_tells_people for one in sources)
    return Abilities(bool(sources) or forwarded, told)


def parts_of_day(policy: SitePolicy, abilities: Abilities) -> tuple[PartOfDay, ...]:
    """Each part of a day with its source, or with the reason why it has none.

    Args:
        policy: What holds.
        abilities: Of the configured adapters.
    """
    if not policy.camera:
        nothing = "nothing is looked at: the policy forbids camera analysis"
        return tuple(PartOfDay(part, False, nothing) for part in Part)
    return (
        _listed_meeting(policy, abilities),
        PartOfDay(
            Part.OTHER_MEETING,
            False,
            "nothing is looked at, and the page's camera stays off. No setting changes that: list the "
            "meeting, or accept it",
        ),
        _call(policy, abilities),
        _between(policy),
    )


def _listed_meeting(policy: SitePolicy, abilities: Abilities) -> PartOfDay:
    listed = len(policy.meetings)
    if not listed:
        return PartOfDay(Part.LISTED_MEETING, False, "no meeting is listed: add [[meetings]], or accept it")
    if not abilities.meeting_video:
        says = f"{listed} listed, and no adapter gives their video: add one, such as [[zoom]], or accept it"
        return PartOfDay(Part.LISTED_MEETING, False, says)
    shown = "its platform shows that" if abilities.tells_people else "only while the agent's page is open"
    return PartOfDay(Part.LISTED_MEETING, True, f"the meeting's video; {shown}")


def _call(policy: SitePolicy, abilities: Abilities) -> PartOfDay:
    looks = policy.looks
    if looks.page and looks.page_in_call:
        return PartOfDay(Part.CALL, True, "the camera of the agent's page, while it is open")
    beside = bool(policy.meetings) and abilities.meeting_video
    unless = ", unless a listed meeting runs beside it" if beside else ""
    switches = "looks.page_in_call" if looks.page else "looks.page and looks.page_in_call"
    says = (
        f"a voice call has no picture, so nothing can be looked at{unless}: enable {switches}, or accept it"
    )
    return PartOfDay(Part.CALL, False, says)


def _between(policy: SitePolicy) -> PartOfDay:
    if policy.looks.page:
        return PartOfDay(Part.BETWEEN, True, "the camera of the agent's page, while it is open")
    return PartOfDay(Part.BETWEEN, False, "nothing can be looked at: enable looks.page, or accept it")
