"""May this be done in that place at all? For a site with nothing on record, or with everything."""

from collections.abc import Sequence
from dataclasses import dataclass

from atdesk_core.policy.jurisdictions import Presets, shipped_presets
from atdesk_core.policy.levels import LevelKind, parse_level
from atdesk_core.policy.merge import Decision, Resolved, resolve
from atdesk_core.policy.permission import Because, Situation, may_open
from atdesk_core.policy.preconditions import Precondition
from atdesk_core.policy.rules import LookReason
from atdesk_sdk import ConfigError, FindingKind, Meeting, Presence

FACE_MATCH, DESK_CHECK, STILL = "face_match", "desk_check", "still"
_MEETING = Meeting("probe", "probe", participants=6, outside_guests=False, people_told=True)

# The switch that each check hangs on. Somebody present needs no rule: it is what every look finds out.
_SWITCHES = {
    FindingKind.ABSENT: "absence.enabled",
    FindingKind.DIFFERENT_PERSON: "different_person.enabled",
    FindingKind.EXTRA_PERSON: "extra_person.enabled",
    FindingKind.PHONE: "phone.enabled",
    FindingKind.FOOD_OR_DRINK: "food_or_drink.enabled",
    FindingKind.BANNED_OBJECT: "banned_object.enabled",
    FindingKind.INPUT_IDLE: "input_idle.enabled",
    FACE_MATCH: "different_person.enabled",
    DESK_CHECK: "desk_check.enabled",
    STILL: "stills.enabled",
}

CHECKS: tuple[str, ...] = (FindingKind.PRESENT.value, *(str(kind) for kind in _SWITCHES))
"""What can be asked about."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it may be done.

    Attributes:
        allowed: Yes or no.
        code: The same reason as the engine logs.
        because: In plain English, with the preset and its sources.
    """

    allowed: bool
    code: Because
    because: str


def may(
    jurisdictions: Sequence[str],
    check: str,
    reason: LookReason,
    *,
    everything_met: bool,
    presets: Presets | None = None,
) -> Answer:
    """Ask for a site that wants everything: what stands against it is the presets, or what is not on record.

    Args:
        jurisdictions: ISO codes; where several apply, the most protective one wins in each setting.
        check: One of `CHECKS`.
        reason: Why the look would be opened.
        everything_met: Every precondition is on record.
        presets: Others than the shipped ones.

    Raises:
        ConfigError: There is no such check, or that is no jurisdiction.
    """
    if check not in CHECKS:
        raise ConfigError(f"there is no check {check!r}: take one of {', '.join(CHECKS)}")
    found = presets or shipped_presets()
    site = parse_level(_EVERYTHING, LevelKind.SITE, "probe")
    resolved = resolve([*(found.cap(code) for code in jurisdictions), site])
    code = _against(check, reason, resolved, everything_met=everything_met)
    sentence = _sentence(code, check, reason, resolved)
    applying = {place.upper(): found.preset_of(place) for place in jurisdictions}
    places = " and ".join(f"{place} ({preset.name})" for place, preset in applying.items())
    sources = "; ".join(source for preset in applying.values() for source in preset.sources)
    cited = "" if code is Because.ALLOWED else f" Sources: {sources}."
    return Answer(code is Because.ALLOWED, code, f"{places}: {sentence}{cited}")


def _against(check: str, reason: LookReason, resolved: Resolved, *, everything_met: bool) -> Because:
    met = frozenset(Precondition) if everything_met else frozenset()
    if check == DESK_CHECK:
        return _against_desk_check(reason, resolved, met)
    if not resolved.policy.camera:
        return Because.CAMERA_FORBIDDEN
    if check in _SWITCHES and not resolved.decided[_SWITCHES[check]].value:
        return Because.PRESET_FORBIDS
    if check == STILL and reason is LookReason.SELF_TEST:
        return Because.REASON_NOT_ALLOWED
    return may_open(reason, _spotless(reason, resolved, met, consent=everything_met), resolved.policy)


def _against_desk_check(reason: LookReason, resolved: Resolved, met: frozenset[Precondition]) -> Because:
    """A human looks: no frame is opened, so only the switch, the announced time and the record matter."""
    if not resolved.policy.desk_check.enabled:
        return Because.PRESET_FORBIDS
    if reason is not LookReason.SCHEDULED:
        return Because.REASON_NOT_ALLOWED
    return Because.ALLOWED if resolved.policy.requires <= met else Because.PRECONDITION_MISSING


def _spotless(
    reason: LookReason, resolved: Resolved, met: frozenset[Precondition], *, consent: bool
) -> Situation:
    """A situation in which only the policy and the record can stand against a look."""
    looks, returning = resolved.policy.looks, reason is LookReason.RETURNING
    return Situation(
        stopped=False,
        identified=True,
        consent=consent,
        paused=False,
        on_shift=True,
        presence=Presence.AWAY if returning else Presence.AVAILABLE,
        away_is_ours=returning,
        frames_left=looks.returning_frames_per_shift if returning else looks.frames_per_shift,
        meeting=_MEETING,
        met=met,
    )


def _sentence(code: Because, check: str, reason: LookReason, resolved: Resolved) -> str:
    if code is Because.ALLOWED:
        return "nothing stands against it; everything that has to be on record is on record."
    if code is Because.PRECONDITION_MISSING:
        lacking = ", ".join(sorted(_words(one) for one in resolved.policy.requires))
        return f"these have to be on record first: {lacking}. {_why(resolved.decided['requires'])}"
    if code is Because.REASON_NOT_ALLOWED and check == STILL:
        return "a self-test is for the agent's own eyes: nothing of it is stored, so no still is kept of it."
    if code is Because.REASON_NOT_ALLOWED:
        return f"a desk check is done by a human at an announced time, never for {_words(reason)}."
    return f"{_why(resolved.decided[_deciding(code, check, resolved)])} Refused: {_words(code)}."


def _deciding(code: Because, check: str, resolved: Resolved) -> str:
    """The setting that says no."""
    if code is Because.CAMERA_FORBIDDEN:
        return "camera"
    switch = _SWITCHES.get(check)
    return switch if switch and not resolved.decided[switch].value else "looks.preset_forbids"


def _why(decision: Decision) -> str:
    return decision.why or "The preset does not allow it."


def _words(code: str) -> str:
    return str(code).replace("_", " ")


# A site that asks for everything there is.
_EVERYTHING = {
    "site": "probe",
    "accountable": "nobody",
    "meetings": [{"id": "probe", "purpose": "to ask what may be done"}],
    **{
        switch.partition(".")[0]: {"enabled": True}
        for switch in _SWITCHES.values()
        if switch != "banned_object.enabled"
    },
    "banned_object": {"enabled": True, "classes": ["book"]},
    "looks": {"reasons": [one.value for one in LookReason], "random_per_shift": 1},
}
