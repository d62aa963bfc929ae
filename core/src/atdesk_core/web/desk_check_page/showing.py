"""From a desk check to what the templates show: words and times, nothing that decides. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from atdesk_core.desk_checks import DeskCheck, DeskCheckError, Outcome, Status, may_answer
from atdesk_core.identity import Directory, Person, Standing
from atdesk_core.web.site_clock import Clock
from atdesk_core.web.wording import Say, language_of, say_in

ROOM: Final = "atdesk_core.web.desk_check_page"
MISSED: Final = "missed"
"""What the form says when the agent did not come."""
SAID: Final = frozenset({"done", "missed", "incomplete", "not_open"})
"""What may be said of an answer; anything else in the address is not shown."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One desk check.

    Attributes:
        check: As it stands.
        agent: Whose desk.
        items: Of the policy's list.
        answers: What was answered; empty before.
        now: Seconds since the epoch.
    """

    check: DeskCheck
    agent: Person
    items: Sequence[str]
    answers: Mapping[str, Outcome]
    now: float


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks.

    Attributes:
        person: Of the directory.
        standing: As what.
        csrf: For the forms.
        said: What became of what they said last; empty for nothing.
    """

    person: Person
    standing: Standing
    csrf: str
    said: str = ""


def field_of(number: int) -> str:
    """Name of the form's field for an item, by its place on the list."""
    return f"item-{number}"


def page_of(sheet: Sheet, viewer: Viewer, directory: Directory) -> dict[str, Any]:
    """Everything that the template of one check needs."""
    check, say = sheet.check, say_in(viewer.person.language, ROOM)
    stage = stage_of(check, sheet.now)
    return {
        "language": language_of(viewer.person.language),
        "say": say,
        "title": say("title").format(name=sheet.agent.name),
        "check_id": check.check_id,
        "status": say(f"stage.{stage}"),
        "is_open": stage == "waits",
        "seat": say(f"seat.{viewer.standing}"),
        "facts": _facts(sheet, directory, say),
        "asked": [(field_of(number), say(f"item.{item}")) for number, item in enumerate(sheet.items)],
        "outcomes": [(one.value, say(f"outcome.{one}")) for one in Outcome],
        "found": [(say(f"item.{item}"), say(f"outcome.{one}")) for item, one in sheet.answers.items()],
        "answer_by": say("answer_by").format(name=viewer.person.name),
        "csrf": viewer.csrf,
        "said": say(f"said.{viewer.said}") if viewer.said in SAID else "",
    }


def list_of(checks: Sequence[DeskCheck], person: Person, directory: Directory, now: float) -> dict[str, Any]:
    """Everything that the template of the list needs."""
    say = say_in(person.language, ROOM)
    rows = [
        {
            "check_id": check.check_id,
            "name": directory.people[check.agent_id].name,
            "at": Clock.of(directory, check.agent_id).short(check.at),
            "iso": Clock.of(directory, check.agent_id).iso(check.at),
            "status": say(f"stage.{stage_of(check, now)}"),
        }
        for check in checks
        if check.agent_id in directory.people
    ]
    return {"language": language_of(person.language), "say": say, "title": say("list_title"), "rows": rows}


def stage_of(check: DeskCheck, now: float) -> str:
    """Where it stands for whoever is to answer it: a status, or `to_come`, `waits` or `void`."""
    if check.status != Status.ANNOUNCED:
        return check.status
    if now < check.at:
        return "to_come"
    try:
        may_answer(check, now)
    except DeskCheckError:
        return "void"
    return "waits"


def _facts(sheet: Sheet, directory: Directory, say: Say) -> list[tuple[str, str]]:
    check, clock = sheet.check, Clock.of(directory, sheet.check.agent_id)
    facts = [
        ("who", sheet.agent.name),
        ("team", sheet.agent.team),
        ("when", clock.short(check.at)),
        ("told", clock.short(check.announced_at) if check.announced_at is not None else ""),
        ("moved", say("moved_value") if check.moved else ""),
        ("planned_by", _name(directory, check.scheduled_by)),
        ("looked", _name(directory, check.answered_by) if check.answered_by is not None else ""),
    ]
    return [(say(key), value) for key, value in facts if value]


def _name(directory: Directory, person_id: str) -> str:
    person = directory.people.get(person_id)
    return person.name if person else person_id
