"""Rows of the decision log in plain words, for agents, works councils, and people who ask why. Pure.

The words are in two tables of forms and one of codes. A `Teller` fills them in: in another language, if it is
given the translations of the forms and of the words, and with names and local times, if it is told how.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from atdesk_core.ledger import sentences_of_looks, sentences_of_rules
from atdesk_core.ledger.sentences_of_codes import CODES
from atdesk_core.ledger.sentences_of_looks import CHOSEN_BY, FOUND, REASONS
from atdesk_core.ledger.sentences_of_rules import OTHERWISE

Data = Mapping[str, Any]

FORMS: Mapping[str, Mapping[str, str]] = {**sentences_of_looks.FORMS, **sentences_of_rules.FORMS}

_IN_BRACKETS = frozenset(
    {"why", "reason", "because", "item", "answer", "finding", "category", "text_version", "role"}
)
_TIMES = frozenset({"since", "until", "at", "expires_at", "due_at", "starts_at", "ends_at", "decided_at"})
_PEOPLE = frozenset({"by", "second_by", "account"})


def in_english(text: str) -> str:
    """The forms and words as they stand."""
    return text


def in_utc(at: float) -> str:
    """A time, where nothing is known of the reader's zone."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def by_id(ref: str) -> str:
    """A person, where nothing but the random id is known."""
    return ref


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells rows to one reader.

    Attributes:
        say: Translates a form or a word.
        when: Writes a time, given in seconds since the epoch.
        who: Names the person behind a random id, for those who may know.
    """

    say: Callable[[str], str] = in_english
    when: Callable[[float], str] = in_utc
    who: Callable[[str], str] = by_id

    def sentence(self, kind: str, data: Data) -> str:
        """A row in one sentence. A kind of a newer version is named as it stands."""
        forms = FORMS.get(kind)
        if forms is None:
            return f"{kind}: " + ", ".join(f"{name} {value}" for name, value in data.items())
        chosen = str(data.get(CHOSEN_BY.get(kind, "what"))).lower()
        form = forms.get(chosen) or forms.get(str(data.get("what"))) or forms[OTHERWISE]
        return self.say(form).format_map(_Fields(self, data))

    def word(self, code: object) -> str:
        """A code in words."""
        return self.say(CODES.get(str(code), str(code).replace("_", " ")))

    def thing(self, code: object) -> str:
        """A class of the object model, or how many were beside the agent."""
        count, _, rest = str(code).partition("_")
        if rest == "more_than_the_agent":
            return self.say("{count} more than the agent").format(count=count)
        return self.word(code)

    def reason(self, code: object) -> str:
        """Why a look is opened."""
        return self.say(REASONS.get(str(code), str(code).replace("_", " ")))

    def found(self, kind: object) -> str:
        """What a finding says."""
        return self.say(FOUND.get(str(kind), f"{str(kind).replace('_', ' ')} was seen"))


class _Fields(dict[str, "_Field"]):
    """The fields of a form, made as they are asked for."""

    def __init__(self, teller: Teller, data: Data) -> None:
        super().__init__()
        self._teller, self._data = teller, data

    def __missing__(self, name: str) -> "_Field":
        return _Field(self._teller, self._data, name)


class _Field:
    """A value of a row on its way into a form. The form may say how: `{what:found}`."""

    def __init__(self, teller: Teller, data: Data, name: str) -> None:
        self._teller, self._data, self._name = teller, data, name
        self._value = data.get(name)

    def __format__(self, how: str) -> str:
        special = {
            "found": self._found,
            "live": self._live,
            "lead": self._lead,
            "look": self._look,
            "plain": self._plain,
        }
        if how in special:
            return special[how]()
        if self._name == "share":
            return self._share()
        return self._in_brackets() if self._name in _IN_BRACKETS else self._plain()

    def _plain(self) -> str:
        if self._name in _TIMES and isinstance(self._value, int | float):
            return self._teller.when(self._value)
        if self._name in _PEOPLE and self._value:
            return self._teller.who(str(self._value))
        return self._teller.word("unknown" if self._value is None else self._value)

    def _in_brackets(self) -> str:
        return f" ({self._plain()})" if self._value else ""

    def _found(self) -> str:
        return self._teller.found(self._value or "unknown")

    def _look(self) -> str:
        return self._teller.reason(self._value or "unknown")

    def _live(self) -> str:
        if self._value in (None, "none", "unknown"):
            return ""
        return self._teller.say(", in a live {interaction}").format(interaction=self._plain())

    def _lead(self) -> str:
        return self._plain() if self._value else self._teller.say("a lead")

    def _share(self) -> str:
        """On what share of the pictures a finding stands."""
        data, sure = self._data, self._data.get("confidence")
        if data.get("thing"):
            form = self._teller.say(" ({thing} in {seen} of {weighed} pictures)")
            return form.format(
                thing=self._teller.thing(data["thing"]), seen=data.get("seen"), weighed=data.get("weighed")
            )
        if not isinstance(sure, int | float):
            return ""
        return self._teller.say(" ({share} of the judged frames)").format(share=f"{sure:.0%}")


_PLAIN = Teller()


def sentence(kind: str, data: Data) -> str:
    """A row in one sentence, in plain English, with ids and times as they stand."""
    return _PLAIN.sentence(kind, data)


def in_words(code: object) -> str:
    """A code in plain English."""
    return _PLAIN.word(code)
