"""Rows of the decision log in plain English, for people who ask why."""

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.sentences_of_rules import FORMS, OTHERWISE

Data = Mapping[str, Any]

_FOUND = {
    "present": "the agent was at the desk",
    "absent": "nobody was at the desk",
    "different_person": "somebody else was at the desk",
    "extra_person": "somebody was beside the agent",
    "phone": "the agent possibly held a phone",
    "food_or_drink": "the agent possibly ate or drank",
    "banned_object": "a thing of the site's list was possibly there",
    "input_idle": "keyboard and mouse were silent",
}

_WRITES = {
    "asked": "it was decided to set the state to {to}",
    "cancelled": "the state write was called off before it went out",
    "written": "the state was written, and the platform confirmed it",
    "withdrawn": "the state was not written: somebody had changed it meanwhile{reason}",
    "failed": "the state could not be written{reason}",
}

_CLAIMS = {
    "made": "the Away that stands is ours from now on",
    "restored": "the state was restored to Available",
    "undone": "our Away was to be taken back{why}",
    "dropped": "the Away is not ours any more{why}, and was left as it was",
}

_PREFERENCES = {"silenced": "switched off", "heard": "switched on again"}

_FLAGS = {
    "owed": "flag {number} was held back until after the call",
    "raised": "flag {number} was shown to the lead under the rule {rule}",
    "returned": "flag {number}: it was not so any more",
    "acknowledged": "flag {number} was acknowledged",
    "dismissed": "flag {number} was dismissed",
    "disputed": "flag {number} was disputed by the agent",
    "upheld": "flag {number} was upheld",
    "expired": "flag {number} expired: nothing follows from it",
}


def sentence(kind: str, data: Data) -> str:
    """A row in one sentence. A kind of a newer version is named as it stands."""
    if forms := FORMS.get(kind):
        return _formed(forms, data)
    tell = _TELLERS.get(kind)
    return tell(data) if tell else f"{kind}: {_rest(data)}"


def _look_opened(data: Data) -> str:
    return f"a look was opened, reason {_words(data, 'reason')}, under policy {data.get('policy', 'unknown')}"


def _look_skipped(data: Data) -> str:
    return f"no look was opened for {_words(data, 'reason')}: {_words(data, 'because')}"


def _look_ended(data: Data) -> str:
    return f"the look ended after {data.get('frames', 0)} frames: {_words(data, 'why')}"


def _finding(data: Data) -> str:
    what = str(data.get("what", "unknown"))
    sure = data.get("confidence")
    share = f" ({sure:.0%} of the judged frames)" if isinstance(sure, float | int) else ""
    if data.get("thing"):
        share = f" ({_words(data, 'thing')} in {data.get('seen')} of {data.get('weighed')} pictures)"
    return f"found that {_FOUND.get(what, what.replace('_', ' ') + ' was seen')}{share}"


def _finding_over(data: Data) -> str:
    what = str(data.get("what", "unknown"))
    return f"it was over that {_FOUND.get(what, what.replace('_', ' ') + ' was seen')}"


def _input(data: Data) -> str:
    return "keyboard and mouse fell silent" if data.get("idle") else "keyboard or mouse was used"


def _could_not_tell(data: Data) -> str:
    return f"could not tell who was there: {_words(data, 'what')}; this is never held against anybody"


def _state_seen(data: Data) -> str:
    interaction = _words(data, "interaction")
    live = "" if interaction in ("none", "unknown") else f", in a live {interaction}"
    return f"{data.get('account', 'the platform')} showed {_words(data, 'presence')}{live}"


def _pause(data: Data) -> str:
    return f"looks were paused by the {_words(data, 'by')}" if data.get("paused") else "looks were resumed"


def _episode(data: Data) -> str:
    what = _FOUND.get(str(data.get("finding")), _words(data, "finding"))
    if data.get("what") == "begun":
        return f"decided that {what}; the agent was to be told first"
    return f"it was over that {what}{_because(data, 'why')}"


def _notice(data: Data) -> str:
    return "the agent was told" if data.get("reached") else "no channel reached the agent"


def _lead_action(data: Data) -> str:
    number, what = data.get("number"), data.get("what")
    if what == "too_late":
        return f"an answer to flag {number} came too late, and changed nothing"
    return f"a lead answered flag {number} with {_words(data, 'what')}{_because(data, 'reason')}"


def _storm(_data: Data) -> str:
    return "too many people turned absent or different at once: the platform is doubted, not the people"


def _stop_all(data: Data) -> str:
    return (
        "the order to stop all looks was lifted"
        if data.get("what") == "lifted"
        else "all looks were ordered to stop"
    )


def _dropped(_data: Data) -> str:
    return "a frame came after its look was closed, and was dropped"


def _consent(data: Data) -> str:
    return f"consent was {_words(data, 'what')}"


def _enrolment(data: Data) -> str:
    return f"a template was made from {data.get('photos', 'some')} photos"


def _link(data: Data) -> str:
    return f"an account on {data.get('platform', 'a platform')} was {_words(data, 'what')}"


def _preference(data: Data) -> str:
    change = _PREFERENCES.get(str(data.get("what")), "changed")
    return f"the hint {_words(data, 'hint')} was {change} for the agent"


def _by_what(table: Mapping[str, str], otherwise: str) -> Callable[[Data], str]:
    def tell(data: Data) -> str:
        form = table.get(str(data.get("what")))
        if form is None:
            return f"{otherwise}: {_words(data, 'what')}"
        parts = {name: str(data.get(name, "unknown")) for name in ("to", "number", "rule")}
        return form.format(**parts, why=_because(data, "why"), reason=_because(data, "reason"))

    return tell


_TELLERS: Mapping[str, Callable[[Data], str]] = {
    LedgerKind.LOOK_OPENED: _look_opened,
    LedgerKind.LOOK_SKIPPED: _look_skipped,
    LedgerKind.LOOK_ENDED: _look_ended,
    LedgerKind.FINDING: _finding,
    LedgerKind.FINDING_OVER: _finding_over,
    LedgerKind.INPUT: _input,
    LedgerKind.COULD_NOT_TELL: _could_not_tell,
    LedgerKind.STATE_SEEN: _state_seen,
    LedgerKind.PAUSE: _pause,
    LedgerKind.EPISODE: _episode,
    LedgerKind.NOTICE: _notice,
    LedgerKind.STATE_WRITE: _by_what(_WRITES, "state write"),
    LedgerKind.CLAIM: _by_what(_CLAIMS, "our claim on the state"),
    LedgerKind.FLAG: _by_what(_FLAGS, "a flag"),
    LedgerKind.LEAD_ACTION: _lead_action,
    LedgerKind.STORM: _storm,
    LedgerKind.STOP_ALL: _stop_all,
    LedgerKind.DROPPED: _dropped,
    LedgerKind.CONSENT: _consent,
    LedgerKind.ENROLMENT: _enrolment,
    LedgerKind.LINK: _link,
    LedgerKind.PREFERENCE: _preference,
}


_IN_BRACKETS = frozenset({"why", "reason", "because", "item", "answer", "finding"})


def _formed(forms: Mapping[str, str], data: Data) -> str:
    form = forms.get(str(data.get("what")), forms[OTHERWISE])
    fields = {name for _, name, _, _ in Formatter().parse(form) if name}
    return form.format_map(
        {name: _because(data, name) if name in _IN_BRACKETS else _words(data, name) for name in fields}
    )


def _words(data: Data, name: str) -> str:
    return str(data.get(name, "unknown")).replace("_", " ")


def _because(data: Data, name: str) -> str:
    return f" ({_words(data, name)})" if data.get(name) else ""


def _rest(data: Data) -> str:
    return ", ".join(f"{name} {value}" for name, value in data.items())
