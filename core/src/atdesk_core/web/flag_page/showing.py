"""From a case to what the template shows: words and times, nothing that decides. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from atdesk_core.identity import Directory, Person
from atdesk_core.judging import read_evidence
from atdesk_core.ledger.languages import say_in as ledger_words
from atdesk_core.ledger.sentences import Teller
from atdesk_core.runtime.evidence_words import evidence_in_words
from atdesk_core.store import DisputeRow, FlagRow
from atdesk_core.web.flag_page.gathering import Case
from atdesk_core.web.flag_page.who_may import Act, Seat
from atdesk_core.web.flag_page.wording import Say, language_of, say_in
from atdesk_core.web.site_clock import Clock
from atdesk_sdk import ConfirmReason, DismissReason

REASONS: Final[Mapping[Act, tuple[str, ...]]] = {
    Act.ACKNOWLEDGE: tuple(ConfirmReason),
    Act.DISMISS: tuple(DismissReason),
    Act.UPHOLD: tuple(ConfirmReason),
    Act.OVERTURN: tuple(DismissReason),
}
"""The codes that each answer takes."""

SAID: Final = frozenset(
    {
        "done",
        "second_person_needed",
        "not_open",
        "no_lead",
        "no_reviewer",
        "too_quick",
        "confirmed_already",
        "same_person",
        "reason_missing",
        "too_late",
        "not_disputed",
        "failed",
    }
)
"""What may be said of an answer; anything else in the address is not shown."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks.

    Attributes:
        person: Of the directory.
        seat: As what.
        acts: What they can say now.
        csrf: For the forms.
        said: What became of what they said last; empty for nothing.
        picture: Where the picture may be fetched, once; empty for nowhere.
    """

    person: Person
    seat: Seat
    acts: tuple[Act, ...]
    csrf: str
    said: str = ""
    picture: str = ""


def page_of(case: Case, viewer: Viewer, directory: Directory) -> dict[str, Any]:
    """Everything that the template needs."""
    flag, say = case.flag, say_in(viewer.person.language)
    clock = Clock.of(directory, flag.agent_id)
    agent = directory.people.get(flag.agent_id)
    name = agent.name if agent else flag.agent_id
    return {
        "language": language_of(viewer.person.language),
        "say": say,
        "title": say("title").format(number=flag.number),
        "headline": say("headline").format(finding=say(f"finding.{flag.finding}"), name=name),
        "number": flag.number,
        "status": say(f"status.{flag.status}"),
        "is_open": flag.closed_at is None,
        "paused": say("paused") if case.paused else "",
        "seat": say(f"seat.{viewer.seat}"),
        "facts": _facts(case, name, viewer.person.language, clock),
        "dispute": _disputed(case.dispute, say, clock, directory),
        "moments": _moments(case, viewer.person.language, clock, directory),
        "has_picture": case.still is not None,
        "picture": viewer.picture,
        "answers": [_answer(act, say) for act in viewer.acts],
        "answer_by": say("answer_by").format(name=viewer.person.name),
        "csrf": viewer.csrf,
        "said": say(f"said.{viewer.said}") if viewer.said in SAID else "",
    }


def _facts(case: Case, name: str, language: str, clock: Clock) -> list[tuple[str, str]]:
    flag, grounds, story = case.flag, case.grounds, case.story
    say = say_in(language)
    facts = [
        ("who", name),
        ("team", flag.team),
        ("since", clock.long(flag.since)),
        ("over_since", clock.long(flag.returned_at) if flag.returned_at is not None else ""),
        ("raised", clock.long(flag.raised_at)),
        ("sure", say("sure_value").format(share=f"{flag.confidence:.0%}")),
        ("judged", say("judged_value").format(tries=grounds.tries) if grounds else ""),
        ("why", evidence_in_words(read_evidence(grounds.evidence), language) if grounds else ""),
        ("told", _told(flag, story.told_at, say, clock)),
        ("looked", say("looked_value").format(looks=story.looks, frames=story.frames) if story.looks else ""),
        ("rule", say(f"rule.{flag.rule}")),
        ("policy", flag.policy_version),
        ("reason", say(f"code.{flag.reason}") if flag.reason else ""),
    ]
    return [(say(key), value) for key, value in facts if value]


def _told(flag: FlagRow, told_at: float | None, say: Say, clock: Clock) -> str:
    if not flag.agent_reached:
        return say("told_not")
    return say("told_at").format(at=clock.long(told_at)) if told_at is not None else say("told_unknown")


def _disputed(
    dispute: DisputeRow | None, say: Say, clock: Clock, directory: Directory
) -> dict[str, str] | None:
    if dispute is None:
        return None
    decided = ""
    if dispute.decided_at is not None and dispute.decided_by is not None:
        outcome = say("outcome.uphold" if dispute.upheld else "outcome.overturn")
        by, at = _name(directory, dispute.decided_by), clock.long(dispute.decided_at)
        decided = say("decided").format(by=by, at=at, outcome=outcome)
    at = say("dispute_at").format(at=clock.long(dispute.at))
    return {"at": at, "text": dispute.text or say("dispute_no_text"), "decided": decided}


def _moments(case: Case, language: str, clock: Clock, directory: Directory) -> list[dict[str, str]]:
    teller = Teller(ledger_words(language), clock.long, lambda ref: _name(directory, ref))
    told = ((one.at, teller.sentence(one.kind, one.data)) for one in case.story.moments)
    return [
        {"at": clock.long(at), "iso": clock.iso(at), "text": text[:1].upper() + text[1:]} for at, text in told
    ]


def _answer(act: Act, say: Say) -> dict[str, Any]:
    codes = [(code, say(f"code.{code}")) for code in REASONS[act]]
    return {"act": act.value, "legend": say(f"legend.{act}"), "button": say(f"act.{act}"), "codes": codes}


def _name(directory: Directory, ref: str) -> str:
    agent_id = directory.agent_by_ref(ref)
    return directory.people[agent_id].name if agent_id else ref
