"""The words of the agent's own page, in English; `locale/` holds the other languages. Pure.

`python -m atdesk_core.runtime.own_words` compiles the catalogues after a change; a new language is a folder.
"""

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from atdesk_core.policy import Because
from atdesk_core.policy.catalogues import compile_mo, parse_po
from atdesk_core.reviewing import Refused
from atdesk_sdk import FlagStatus, PausedBy

LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "page"
LANGUAGES: Final = ("en", "es", "fr")

Say = Callable[[str], str]
"""Translates a sentence of this room; what it does not know stays as it is."""

NO_VIDEO: Final = "no_video"

WHY_NO_LOOK: Final[Mapping[str, str]] = {
    Because.STOPPED: "All looks are stopped at your site: nothing looks at you.",
    Because.NO_POLICY: "No policy is in force for you: nothing may look at you.",
    Because.POLICY_NOT_SIGNED: "The policy for you is not signed: nothing may look at you.",
    Because.CAMERA_FORBIDDEN: "Your policy forbids any analysis of camera pictures: nothing looks at you.",
    Because.COMPARES_NO_FACES: "Your policy compares no faces, so no template is made.",
    Because.PRESET_FORBIDS: "The law of the place, as it is set here, forbids it: nothing looks at you.",
    Because.REASON_NOT_ALLOWED: "Your policy has no regular looks: nothing looks at you now.",
    Because.PRECONDITION_MISSING: "Something that your policy needs on record is missing: nothing may look.",
    Because.PRECONDITION_LAPSED: "Something that your policy needs on record has lapsed: nothing may look.",
    Because.NOT_IDENTIFIED: "It is not certain that the video is yours: nobody looks at it.",
    Because.NO_CONSENT: "You have not agreed: nothing looks at you.",
    Because.PAUSED: "You are paused: nothing looks at you.",
    Because.OFF_SHIFT: "You are not on shift: nothing looks at you.",
    Because.AUTHORITY_DOWN: "Your console does not tell us how you are right now: nothing looks at you, and "
    "nothing is held against you.",
    Because.STATE_FORBIDS: "In the state that you have chosen nobody looks at you.",
    Because.NO_BUDGET: "What may be looked at in this shift is used up: nothing looks at you any more.",
    Because.NOTICE_NOT_SHOWN: "Nothing shows you that a look is on, so there is none.",
    Because.MEETING_NOT_LISTED: "The meeting that you are in is not listed: nobody looks into it.",
    Because.BREAKOUT: "You are in a breakout room: nobody looks into it.",
    Because.ONE_TO_ONE: "You are in a one-to-one: nobody looks into it.",
    Because.GUESTS: "Guests from outside are in your meeting, or may be: nobody looks into it.",
    Because.PAGE_NOT_ALLOWED: "Your policy takes no pictures from this page.",
    Because.IN_MEETING: "You are in a meeting: this page does not open your camera.",
    Because.IN_CALL: "You are in a customer call: this page does not open your camera.",
    Because.VETOED: "A check of your site said no: nothing looks at you.",
    Because.ERROR: "Something is wrong here, so nothing looks at you.",
    NO_VIDEO: "There is no video of you to look into.",
}

WHY_NO_ENROLMENT: Final[Mapping[str, str]] = {
    Because.STOPPED: "All looks are stopped at your site: no picture is opened, and no template is made.",
    Because.NO_POLICY: "No policy is in force for you: no picture is opened, and no template is made.",
    Because.POLICY_NOT_SIGNED: "The policy for you is not signed: no picture is opened, and no template is "
    "made.",
    Because.CAMERA_FORBIDDEN: "Your policy does not allow the analysis of a camera picture.",
    Because.COMPARES_NO_FACES: "Your policy compares no faces, so no template is made.",
    Because.PRECONDITION_MISSING: "Something that your policy needs on record is missing: no picture is "
    "opened, and no template is made.",
    Because.PRECONDITION_LAPSED: "Something that your policy needs on record has lapsed: no picture is "
    "opened, and no template is made.",
    Because.NOT_IDENTIFIED: "It is not certain that the pictures are yours: no template is made.",
    Because.NO_CONSENT: "You have not agreed: no picture of you is opened.",
    Because.PAUSED: "You are paused: no picture is opened, and no template is made. Say that you are back "
    "first.",
}

STATUS: Final[Mapping[str, str]] = {
    FlagStatus.RAISED: "your lead can see it",
    FlagStatus.AWAITING_SECOND: "one person has confirmed it; a second one has to",
    FlagStatus.ACKNOWLEDGED: "confirmed",
    FlagStatus.DISMISSED: "dismissed",
    FlagStatus.DISPUTED: "disputed: nobody may use it until somebody else has decided",
    FlagStatus.UPHELD: "disputed, and upheld",
    FlagStatus.OVERTURNED: "overturned: it was wrong",
    FlagStatus.WITHDRAWN: "it was a break: it is not counted",
    FlagStatus.EXPIRED: "expired: nothing follows from it",
}

PAUSED: Final[Mapping[str, str]] = {
    PausedBy.AGENT: "You are paused. Nothing looks at you; your lead sees: paused.",
    PausedBy.HOST: "The host of the meeting has stopped the stream. Nothing looks at you.",
    PausedBy.ADMIN: "An administrator has stopped the stream. Nothing looks at you.",
    PausedBy.SUPPORT: "The support has paused for you, as you asked. They lift it, too.",
    "state": "Your status in the console is a break or a meal. Nothing looks at you until you change it.",
    "state_elsewhere": "Your status in {platform} is a break or a meal. Nothing looks at you until you "
    "change it there.",
    "break": "You said that it is a break. Nothing looks at you until you are back.",
}

POLICY: Final[Mapping[str, str]] = {
    "no_camera": "No camera picture of you is analysed.",
    "meetings": "Pictures may be taken out of the listed meetings and no other; never out of a one-to-one, a "
    "breakout room, or a meeting with guests from outside.",
    "page": "Where no listed meeting runs, this page may open your camera for a look, and closes it right "
    "after. Never while you are in a meeting or in a customer call.",
    "page_in_call": "Where no listed meeting runs, this page may open your camera for a look, also in a "
    "customer call, and closes it right after. Never while you are in a meeting.",
    "no_source": "No meeting is listed, and this page takes no pictures: nothing can look at you.",
    "watch": "In quiet times: {frames} pictures every {every}.",
    "random": "At random: up to {count} looks in a shift. Their times are sealed before it, and you can "
    "check them after it.",
    "budget": "In a shift: {frames} pictures at the most, and a look is on for {time} at the most.",
    "absence": "Nobody at the desk: you are told first. If nothing changes, your state becomes Away after "
    "{first}, and your lead sees a flag after {flag}.",
    "absence_flag": "Nobody at the desk: you are told first. If nothing changes, your lead sees a flag after "
    "{flag}.",
    "absence_call": "An absence during a customer call does not count.",
    "rule": "{what}: you are told first. If nothing changes, your lead sees a flag after {first}.",
    "input_idle": "Keyboard and mouse silent for {idle}: you are told first. If nothing changes, your lead "
    "sees a flag after {first}. What you type is never read.",
    "purpose": "What for: {purpose}.",
    "match": "Your face is compared with your own template, and with nobody else's.",
    "no_match": "No face is compared with anything.",
    "still": "For a flag one picture may be kept for {life}, encrypted, with everybody else blurred.",
    "no_still": "No picture is kept.",
    "shadow": "Until {until} it is only tried out: nobody is told, nothing is set, no flag is raised.",
    "pause": "You can pause at any time, with one click. Nobody asks why.",
    "pause_category": "You can pause at any time, with one click. You may say what for, by a category.",
    "pause_text": "You can pause at any time, with one click. You may say what for.",
    "log": "Every look is in your log the same day, also one that finds nothing. The log is kept for {life}.",
    "dispute": "You can dispute a flag for {days}. Until it is decided nobody may use it.",
    "never": "No sound is opened. Nothing measures mood, attention or productivity.",
}

REFUSED: Final[Mapping[str, str]] = {
    Refused.TOO_LATE: "It is too late to dispute this flag.",
    Refused.DISPUTED_ALREADY: "You have disputed this flag already.",
    Refused.DECIDED_ALREADY: "The dispute of this flag is decided.",
    Refused.NOT_COUNTED: "This flag is not counted: there is nothing to dispute.",
}

ERRORS: Final[Mapping[str, str]] = {
    **REFUSED,
    "bad_request": "This could not be read: open the page again.",
    "not_signed_in": "You are not signed in, or not any more: sign in again.",
    "not_allowed": "You are signed in, but this is not for you.",
    "not_found": "There is nothing of yours here.",
    "not_movable": "It cannot be moved to that time. Choose one within a shift of yours and not too soon: "
    "you are told of it ahead. A desk check can be moved once.",
    "changed": "It is over: there is nothing left to change.",
    "text_changed": "The text has changed meanwhile: read it again.",
    "consent_needed": "You have not agreed: no picture of you is opened.",
    "release_needed": "Your written release has to be on record first: ask whoever enrols you.",
    "consent_given": "You have agreed already. To end that, withdraw.",
    "not_asked_for": "Your policy does not ask for this.",
    "not_offered": "There is nothing to go back to the queue from.",
    "sign_in_with": "Sign in with your console first: only you can put yourself back on queue.",
    "paused": "You are paused: nothing looks, this test included. Say that you are back first.",
    "support_lifts": "The support has paused for you: they lift it.",
    "policy_forbids": "Your policy does not allow this.",
    "no_analysis": "Your policy does not allow the analysis of a camera picture.",
    **{f"enrolment_{because}": text for because, text in WHY_NO_ENROLMENT.items()},
    "held": "What a dispute holds cannot be destroyed yet.",
    "erase_later": "It could not be proved that everything is gone, so there is no receipt. Your consent has "
    "ended and nothing looks at you. Try again in a minute.",
    "too_large": "This is too large.",
    "not_a_picture": "This is no JPEG picture.",
    "unreadable": "This picture cannot be read.",
    "unfit": "These pictures are not fit for a template. Nothing of them is kept.",
    "photos": "Three to five pictures are needed.",
    "busy": "The picture before this one is still being looked at: wait a moment.",
    "platform_failed": "Your console did not take it. Nothing was changed.",
    "stopped": "The service cannot keep what it decides, so it does nothing. Nothing looks at you.",
    "fault": "That was our fault. Nothing was changed that you did not ask for.",
}

ADVICE: Final[Mapping[str, str]] = {
    "too_dark": "Too dark: turn to a lamp or a window.",
    "too_far": "Too far away: come closer.",
    "two_faces": "More than one face: only you may be in the picture.",
    "no_face": "No face: look at the camera, with your whole face in the picture.",
    "blurred": "Blurred: hold still, and clean the lens.",
    "turned": "Turned away: look at the camera.",
    "another_person": "This does not show the same person as the other pictures.",
    "unreadable": "This picture cannot be read.",
}

TEST: Final[Mapping[str, str]] = {
    "too_dark": "It would say: too dark to tell. That is never held against you.",
    "covered": "It would say: the lens is covered, so it cannot tell. That is never held against you.",
    "frozen": "It would say: the picture is frozen, so it cannot tell. That is never held against you.",
    "blurred": "It would say: too blurred to tell. That is never held against you.",
    "virtual_background": "It would say: nobody is before a background that is put in, so it cannot tell.",
    "unreadable": "This picture cannot be read.",
    "nobody": "It would say: nobody is seen. After several such pictures you would be told first.",
    "body": "It would say: somebody is there, but no face is seen.",
    "somebody": "It would say: you are at the desk.",
    "same": "It would say: you are at the desk. The face is like your template.",
    "unsure": "It would say: somebody is at the desk. Whether it is you, it could not tell.",
    "other": "It would say: somebody is at the desk, and the face is not like your template.",
    "more": "There is more than one face: the others would be counted at the most, never identified.",
    "things": "It also sees: {things}.",
}

LABELS: Final[Mapping[str, str]] = {"face": "a face", "person": "somebody"}

LOOK_ON: Final = "You are being looked at: {reason}."
ALTERNATIVE: Final = "an announced call with a person, in which no program looks"


def language_of(wanted: str) -> str:
    """The language that is used for somebody who asks for `wanted`, such as "es-CO"."""
    own = wanted.replace("_", "-").partition("-")[0].lower()
    return own if own in LANGUAGES else "en"


@cache
def say_in(language: str) -> Say:
    """A function that translates the sentences of this room."""
    found = gettext.translation(DOMAIN, LOCALE, languages=[language_of(language)], fallback=True)
    return found.gettext


def main() -> None:
    """Compile every catalogue that stands beside this module."""
    for source in sorted(LOCALE.rglob("*.po")):
        source.with_suffix(".mo").write_bytes(compile_mo(parse_po(source.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
