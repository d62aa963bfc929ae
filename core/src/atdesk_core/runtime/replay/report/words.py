"""Every word of the page, in one place, so that it can be translated.

Numbers, times and names are put in by name; `{...}` never holds a word that is written elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FOUND: Final[Mapping[str, str]] = {
    "present": "At the desk",
    "absent": "Nobody there",
    "different_person": "Somebody else",
    "extra_person": "Somebody beside the agent",
    "phone": "Possible phone",
    "food_or_drink": "Possible food or drink",
    "banned_object": "Possible thing of the site's list",
    "input_idle": "Keyboard and mouse silent",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of `could_not_tell`.

    Attributes:
        name: As it goes on after "could not tell:".
        means: What was the matter, as a sentence.
    """

    name: str
    means: str


REASONS: Final[Mapping[str, Reason]] = {
    "no_signal": Reason("no picture", "No picture came that could be read."),
    "camera_off": Reason("camera off", "The camera was off."),
    "stream_paused": Reason("paused", "Looking was paused, so no picture was opened."),
    "not_our_turn": Reason("not our turn", "The stream showed others at that time."),
    "too_dark": Reason("too dark", "Too dark to tell anything."),
    "covered": Reason("covered", "Something covered the lens: the picture was one even surface."),
    "frozen": Reason("frozen", "The picture stood still to the pixel, as no living picture does."),
    "blurred": Reason("blurred", "Too blurred to tell anything."),
    "face_too_small": Reason("face too small", "Somebody was there, too small in the picture to say who."),
    "face_hidden": Reason("face hidden", "Somebody was there, with no face that could be compared."),
    "view_moved": Reason("view moved", "The camera no longer showed where the agent was last seen."),
    "virtual_background": Reason("virtual background", "The background left nothing to judge."),
    "unsure": Reason("unsure", "The pictures neither said yes nor no."),
    "not_identified": Reason("not identified", "It was not known whose stream this was."),
    "not_enrolled": Reason("not enrolled", "There is no template to compare with."),
    "adapter_down": Reason("connection down", "The connection to the platform was down."),
    "engine_busy": Reason("engine busy", "The engine had no time for these pictures."),
    "platform_doubt": Reason(
        "platform in doubt", "Too many streams changed at once: the platform was doubted."
    ),
}

STEPS: Final[Mapping[str, str]] = {
    "faces": "Search for faces",
    "people": "Search for bodies",
    "match": "Comparison with the agent",
    "objects": "Search for things",
}
ASKS: Final[Mapping[str, str]] = {
    "faces": "Is there a face, and how many?",
    "people": "Is there a body, where no face was found?",
    "match": "Is it the enrolled agent? One against one, nobody else.",
    "objects": "Is there a phone, food, or a thing that the site named?",
}
SKIPPED: Final[Mapping[str, str]] = {
    "nothing moved": "nothing had moved since the search before",
    "a face was found": "a face had been found, which answers it",
    "matched already": "this face had been compared, and nothing about it had changed",
    "no face": "there was no face to compare",
    "not enrolled": "nobody is enrolled",
    "no check asks for it": "no check asks for it",
    "looked for lately": "it had been done seconds before, with the same outcome",
    "nobody in the picture": "nobody was there who could hold a thing",
    "no object model is loaded": "no model for it is loaded",
    "face too small": "the face was too small",
    "face too dark": "the face was too dark",
    "face turned away": "the face was turned away",
    "hardly a face": "it was hardly a face",
    "enrolled with another encoder": "the template is of another encoder",
}
UNREADABLE: Final = "not readable"

STATES: Final[Mapping[str, str]] = {
    "away": "Away, set by the engine",
    "available": "Available again, as the engine takes back its own Away",
}
NOTICES: Final[Mapping[str, str]] = {
    "made_away": "Set to Away",
    "restored": "Available again",
    "video_ended_while_away": "Video ended, Away stays",
    "more_light": "More light would help",
    "enrol_code": "Asked to confirm photos",
    "desk_check": "Desk check announced",
}
SCHEDULES: Final[Mapping[str, str]] = {
    "continuous": "one a second throughout",
    "policy": "at the times that the policy asks for",
}
BANDS: Final[Mapping[str, str]] = {
    "same": "the agent",
    "unsure": "unsure",
    "other": "somebody else",
}

_PLURALS: Final[Mapping[str, tuple[str, str]]] = {
    "picture": ("{n} picture", "{n} pictures"),
    "comparison": ("{n} comparison", "{n} comparisons"),
    "time": ("once", "{n}\N{NO-BREAK SPACE}times"),
    "flag": ("{n} flag", "{n} flags"),
    "change": ("{n} change", "{n} changes"),
}

_TEXT: Final[Mapping[str, str]] = {
    # The page itself
    "language": "en",
    "page_title": "{title} - atdesk replay",
    "brand": "atdesk replay",
    "about": "{title}, {length} long",
    "timeline": "What was seen when",
    "timeline_note": "Each bar is a time in which one thing held; the notch in it is when the engine knew.",
    "reasons": "What was found, and why",
    "reasons_note": "Could not tell is an answer of its own. Nothing follows from it: no flag, no change of "
    "state, and it is never held against anybody.",
    "measured": "What was measured, and why not",
    "measured_note": "Opened: {opened} of {read}, {schedule}. Each step runs only "
    "where it can change the answer; in the strips above, a column is as high as the share of pictures in "
    "which the step ran.",
    "cost": "All of it took {seconds} s of one processor core for a minute of video.",
    "footer": "This page holds no picture and no template, and loads nothing. Whoever was beside the agent "
    "was counted, never identified. Sound was never opened.",
    "nothing_to_list": "Nothing could be decided, so there is nothing to list.",
    # Headings of tables
    "col_when": "When",
    "col_what": "What",
    "col_known": "Known",
    "col_why": "Why",
    "col_step": "Step",
    "col_ran": "Ran in",
    "col_not": "Not in the others, because",
    # Groups of lanes
    "group_seat": "In the seat",
    "group_beside": "Beside it",
    "group_told": "Told and shown",
    "group_measured": "What it rests on",
    "lane_unknown": "Could not tell",
    "lane_told": "Agent told",
    "lane_state": "State",
    "lane_flags": "A lead would see",
    "lane_match": "Distance to the agent",
    "times": "minutes and seconds",
    "times_alt": "Time from {start} to {end} of the recording",
    "never": "never",
    "of": "{part} of {all}",
    "lane_alt": "{lane}: {times}, {span} in all, first from {start} to {end}.",
    "lane_alt_never": "{lane}: never.",
    "marks_alt": "{lane}: {list}.",
    "strip_alt": "{step}: ran in {ran} of {all}.",
    "match_alt": "Distance to the enrolled agent in {comparisons}: {list}.",
    "match_key": "{band}: {count}, {range}",
    "bar": "{name}, {start} to {end}, known at {known}",
    "state_bar": "{name}, {start} to {end}",
    "mark": "{name} at {at}",
    "wait": "{name}: told at {start}, a lead would see it at {end}",
    "band_same": "{band}, below {low}",
    "band_unsure": "{band}, {low} to {high}",
    "band_other": "{band}, above {high}",
    "point": "{at}: distance {distance}, {band}",
    "bin_ran": "{start} to {end}: ran in {ran} of {all}",
    "bin_not": "{start} to {end}: ran in {ran} of {all}; not in {whys}",
    "bin_why": "{count} because {why}",
    "blocked": "the picture could not be judged: {list}",
    # The headline
    "head_nothing": "Nothing was looked at, so nothing is known",
    "head_too_little": "Too little was seen to tell who was at the desk",
    "head_unknown": "It could not be told who was at the desk",
    "head_never": "Nobody was seen at the desk in the time that could be judged",
    "head_never_agent": "The agent was not at the desk in the time that could be judged",
    "head_always": "At the desk all the time that could be judged",
    "head_share": "At the desk {share} of the time that could be judged",
    "found": "Found",
    "unknown": "Could not be told",
    "told": "Told and shown",
    "rests": "Rests on",
    "found_once": "{name} for {span} from {start}.",
    "found_often": "{name} {times}, {span} in all, first at {start}.",
    "found_nothing": "Nothing.",
    "found_nothing_else": "Nothing else.",
    "found_not": "Looked for and not found: {list}.",
    "found_unlooked": "Nothing: no picture was opened.",
    "unknown_none": "Nothing: there was always an answer.",
    "unknown_sum": "{span}: {list}. Never held against anybody.",
    "unknown_one": "{span}: {name}. Never held against anybody.",
    "unknown_part": "{name} {span}",
    "unjudged": "Not judged for {span}: nothing was opened, or too little was seen to decide.",
    "told_none": "Nothing that a lead would see.",
    "told_quiet": "Only the agent told, {times}: {list}.",
    "told_at": "{name} at {at}",
    "told_flag": "{name}: the agent told at {told}, a lead would see it at {at}.",
    "told_flag_alone": "{name}: a lead would see it at {at}; no channel reached the agent.",
    "told_more_flags": "And {flags} more: see the list below.",
    "told_state": "{state} at {at}",
    "told_states": "State set to {list}.",
    "rests_nothing": "Nothing: no picture was opened.",
    "rests_sum": "{opened}, {schedule}.",
    "rests_match": "Compared with the enrolled agent in {count} of them.",
    "rests_nobody": "Nobody is enrolled: who it is was never asked.",
    "rests_never": "No face was fit to be compared with the enrolled agent.",
    # Why
    "at_once": "at once",
    "after": "after {span}",
    "share": "{share} of the pictures weighed",
    "innocent": "held against nobody",
    "why_face": "A face in {count} of {all}.",
    "why_body": "A body without a face in {count}.",
    "why_unsearched": "Not searched in {count}: {why}.",
    "why_same_once": "Compared with the agent once, the same person: distance {distances}.",
    "why_same": "Compared with the agent {times}, always the same person: distance {distances}.",
    "why_unsure_once": "Compared with the agent once, too close to call: distance {distances}.",
    "why_unsure": "Compared with the agent {times}, too close to call: distance {distances}.",
    "why_band": "{band} {times}, distance {distances}",
    "why_mixed": "Compared with the agent {times}: {list}.",
    "why_unasked": "Nobody is enrolled, so whoever sits there counts.",
    "why_followed": "Not compared anew: the face was followed from the last comparison on.",
    "why_empty": "Searched {count} of {all} for faces and bodies: nobody in any of them.",
    "why_nearly_empty": "Searched {count} of {all} for faces and bodies: nobody in {none}, unclear else.",
    "why_other_once": "Compared with the agent once, another person: distance {distances}.",
    "why_other": "Compared with the agent {times}, always another person: distance {distances}.",
    "why_evidence": "{evidence}.",
    "why_counted": "Counted, not identified.",
    "why_possible": "A model's guess, and no proof.",
    "why_broken": "{why}, in {count}.",
    "num_dark": "Average brightness {range} of 255.",
    "num_covered": "Average brightness {range} of 255, contrast {contrast}.",
    "num_frozen": "From one picture to the next, brightness changed by {range} of 255.",
    "num_blurred": "Sharpness {range}; {usual} where the picture could be judged.",
    "num_blurred_alone": "Sharpness {range}.",
    "num_small": "The largest face was {range} pixels wide.",
    "num_faint": "A face or a body at most faintly in {count} of {all}: score {most} of 1.",
    "num_moved": "Another view in {count} of {all}.",
    "num_bodies": "A body without a face in {count} of {all}.",
    "unknown_title": "Could not tell: {name}",
    "from_to": "{start} to {end}",
    "sentence": "{text}.",
    "state_title": "State: {state}",
    "notice_title": "Agent told: {name}",
    "notice_why": "Only the agent is told. A lead would see it {span} later, at {at}, if nothing changed.",
    "notice_why_flag": "Only the agent is told. A lead would see it {span} later, at {at}: nothing changed.",
    "notice_why_alone": "Only the agent is told, and nothing follows from it.",
    "flag_title": "Flag: {name}",
    "flag_why": "A lead would see it from here on. The agent was told at {at}, {span} before.",
    "flag_why_alone": "A lead would see it from here on. No channel reached the agent before.",
    "to": "{low} to {high}",
    "and": "{first} and {last}",
    "comma": ", ",
    # Numbers
    "seconds": "{s}\N{NO-BREAK SPACE}s",
    "minutes": "{m}\N{NO-BREAK SPACE}min",
    "minutes_seconds": "{m}\N{NO-BREAK SPACE}min {s}\N{NO-BREAK SPACE}s",
    "hours_minutes": "{h}\N{NO-BREAK SPACE}h {m}\N{NO-BREAK SPACE}min",
    "no_time": "less than 1 s",
    "percent": "{n}\N{NO-BREAK SPACE}%",
    "thousands": ",",
}


def say(key: str, **parts: object) -> str:
    """A text of the table, with its parts put in."""
    return _TEXT[key].format(**parts)


def counted(number: int, noun: str) -> str:
    """So many of a thing: `1 picture`, `1,479 pictures`."""
    one, more = _PLURALS[noun]
    return (one if number == 1 else more).format(n=whole(number))


def whole(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}".replace(",", _TEXT["thousands"])


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return say("and", first=_TEXT["comma"].join(parts[:-1]), last=parts[-1])


def begun_small(text: str) -> str:
    """As it goes on within a sentence."""
    return text[:1].lower() + text[1:]


def plain(name: str) -> str:
    """A name of the contract that no table has yet, readable all the same."""
    return name.replace("_", " ")
