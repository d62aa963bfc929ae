"""The words in which a policy is explained, in English; `locale/` holds the other languages."""

import gettext
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from atdesk_core.policy.jurisdictions import shipped_presets
from atdesk_core.policy.levels import LevelKind
from atdesk_core.policy.settings import SETTINGS

DOMAIN = "policy"
LANGUAGES = ("en", "es", "fr")

PARTS: Mapping[str, str] = {
    "": "In general",
    "absence": "Nobody at the desk",
    "different_person": "Somebody else at the desk",
    "extra_person": "Somebody beside the agent",
    "phone": "A phone",
    "food_or_drink": "Eating or drinking",
    "banned_object": "Things on the site's list",
    "input_idle": "Silent keyboard and mouse",
    "looks": "Looks",
    "evidence": "Evidence before anything is found",
    "stills": "Stills",
    "pause": "Pause",
    "desk_check": "Desk checks by a human",
    "review": "Review of flags",
    "retention": "The log",
}

VALUES: Mapping[str, str] = {
    "state_change": "a change of state",
    "call_started": "the start of a call",
    "watch": "watch, again and again",
    "random": "at random",
    "scheduled": "at an announced time",
    "returning": "to see the return",
    "self_test": "a test by the agent",
    "offline": "offline",
    "available": "available",
    "on_queue": "on queue",
    "meeting": "in a meeting",
    "training": "in training",
    "break": "on a break",
    "meal": "at a meal",
    "busy": "busy",
    "idle": "idle",
    "away": "away",
    "unknown": "unknown",
    "present": "the agent at the desk",
    "absent": "nobody at the desk",
    "different_person": "somebody else at the desk",
    "extra_person": "somebody beside the agent",
    "phone": "a phone",
    "food_or_drink": "eating or drinking",
    "banned_object": "a thing on the list",
    "input_idle": "silent keyboard and mouse",
    "impact_assessment": "an impact assessment",
    "notice_given": "a notice to those concerned",
    "works_agreement": "a works agreement",
    "lawful_basis": "a lawful basis",
    "equal_alternative": "an equal alternative for those who refuse",
    "written_release": "the agent's written release",
    "co_signature": "the works council's signature",
    "none": "none",
    "category": "a category",
    "text": "a typed text",
    "near": "who is near",
    "near_or_facing": "who is near or faces the screen",
    "near_and_facing": "who is near and faces the screen",
    "hold": "nothing goes on",
    "go_on": "it goes on, marked as not reached",
    "off": "nothing",
    "flag_after": "a flag after the call",
    "lead": "the team lead",
    "water": "fetching water",
    "restroom": "restroom",
    "family": "family",
    "delivery": "a delivery",
    "other": "something else",
    "paper": "paper",
    "others_in_room": "others in the room",
}

LEVELS: Mapping[LevelKind, str] = {
    LevelKind.JURISDICTION: "the jurisdiction {name}",
    LevelKind.ORGANISATION: "the organisation",
    LevelKind.SITE: "the site {name}",
    LevelKind.TEAM: "the team {name}",
    LevelKind.AGENT: "the policy of the agent {name}",
}

YES, NO, NOTHING = "yes", "no", "none"
HEAD = "Policy {version}. {accountable} answers for it."
LINE = "{title}: {value}."
DEFAULT = "Nobody set it: this is what holds by default."
DECIDED = "Decided by {levels}."
REFUSED = "{level} asked for {value} and did not get it."
SOURCES = "Sources: {sources}."
NOTICE = "Not legal advice. Have it signed off by somebody who answers for the law of the place."
NO_CHANGE = "Nothing changes."
CHANGE = "{part}, {title}: {old} becomes {new}."
TURNS: Mapping[str, str] = {"looser": "Looser", "tighter": "Tighter", "different": "Different"}
ON_RECORD = "On record: {items}."
LAPSED = "Lapsed, so nothing is looked at: {items}."
MISSING = "Never on record, so nothing is looked at: {items}."
FORMS = (
    ON_RECORD,
    LAPSED,
    MISSING,
    NO_CHANGE,
    CHANGE,
    *TURNS.values(),
    HEAD,
    LINE,
    DEFAULT,
    DECIDED,
    REFUSED,
    SOURCES,
    NOTICE,
    YES,
    NO,
    NOTHING,
)

SPANS: Mapping[str, tuple[str, str]] = {
    "days": ("{number} day", "{number} days"),
    "hours": ("{number} hour", "{number} hours"),
    "minutes": ("{number} minute", "{number} minutes"),
    "seconds": ("{number} second", "{number} seconds"),
}


def messages() -> frozenset[str]:
    """Everything that a catalogue has to translate; of what has a plural, the singular."""
    whys = {why for preset in shipped_presets().by_code.values() for why in preset.whys.values()}
    titles = {setting.title for setting in SETTINGS.values()}
    fixed = {*PARTS.values(), *VALUES.values(), *LEVELS.values(), *FORMS}
    return frozenset(whys | titles | fixed | {one for one, _ in SPANS.values()})


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language such as `es` or `es-CO`; English where there is none."""
    code = language.replace("_", "-").partition("-")[0].lower()
    if code == "en" or code not in LANGUAGES:
        return gettext.NullTranslations()
    compiled = files("atdesk_core.policy") / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)
