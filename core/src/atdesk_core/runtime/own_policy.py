"""What applies to an agent today, in plain words and in the agent's language. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from atdesk_core.policy import LookReason, PauseReason, SitePolicy
from atdesk_core.policy import wording as policy_words
from atdesk_core.policy.direction import higher
from atdesk_core.policy.explain import in_words
from atdesk_core.policy.rules import DuringCalls, Rule
from atdesk_core.runtime.own_words import POLICY, Say, say_in
from atdesk_sdk import FindingKind

_SECONDS: Final = higher("s")
_DAYS: Final = higher("days")
_RULES: Final = ("different_person", "extra_person", "phone", "food_or_drink", "banned_object")


def sentences(policy: SitePolicy, language: str, time_zone: str, now: float) -> tuple[str, ...]:
    """The policy as the agent's page lists it.

    Args:
        policy: What the levels came to.
        language: Such as `es-CO`.
        time_zone: IANA name, of the agent's site.
        now: Seconds since the epoch.
    """
    return tuple(_Telling(policy, language).all(time_zone, now))


def part_in_words(rule: str, language: str) -> str:
    """A rule as the agent reads it, such as "Nobody at the desk"."""
    return policy_words.translations(language).gettext(policy_words.PARTS.get(rule, rule))


class _Telling:
    def __init__(self, policy: SitePolicy, language: str) -> None:
        self._policy = policy
        self._language = language
        self._into = policy_words.translations(language)
        self._say: Say = say_in(language)

    def all(self, time_zone: str, now: float) -> Iterator[str]:
        policy = self._policy
        if policy.shadow_until is not None and now < policy.shadow_until:
            until = f"{datetime.fromtimestamp(policy.shadow_until, ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"
            yield self._form("shadow", until=until)
        if policy.camera:
            yield from self._looks()
        else:
            yield self._form("no_camera")
        yield from self._rules()
        yield self._form("match" if policy.asks_for(FindingKind.DIFFERENT_PERSON) else "no_match")
        yield from self._safeguards()

    def _looks(self) -> Iterator[str]:
        looks, policy = self._policy.looks, self._policy
        if policy.meetings:
            yield self._form("meetings")
        if looks.page:
            yield self._form("page_in_call" if looks.page_in_call else "page")
        if not policy.meetings and not looks.page:
            yield self._form("no_source")
        if LookReason.WATCH in looks.reasons:
            yield self._form("watch", frames=looks.watch_frames, every=self._span(looks.watch_every_s))
        if LookReason.RANDOM in looks.reasons and looks.random_per_shift:
            yield self._form("random", count=looks.random_per_shift)
        yield self._form(
            "budget", frames=looks.frames_per_shift, time=self._span(looks.indicator_s_per_shift)
        )

    def _rules(self) -> Iterator[str]:
        policy = self._policy
        if policy.absence.enabled:
            yield self._with_purpose(self._absence(), policy.absence)
        for name in _RULES:
            rule: Rule = getattr(policy, name)
            if rule.enabled:
                what, first = part_in_words(name, self._language), self._span(rule.agent_first_s)
                yield self._with_purpose(self._form("rule", what=what, first=first), rule)
        idle = policy.input_idle
        if idle.enabled:
            spans = {"idle": self._span(idle.idle_s), "first": self._span(idle.agent_first_s)}
            yield self._with_purpose(self._form("input_idle", **spans), idle)

    def _absence(self) -> str:
        rule = self._policy.absence
        spans = {
            "first": self._span(rule.agent_first_s),
            "flag": self._span(max(rule.agent_first_s, rule.min_flag_s)),
        }
        told = self._form("absence" if rule.write_away else "absence_flag", **spans)
        off = rule.during_calls is DuringCalls.OFF
        return f"{told} {self._form('absence_call')}" if off else told

    def _safeguards(self) -> Iterator[str]:
        policy = self._policy
        stills = policy.stills
        yield (
            self._form("still", life=self._days(stills.life_days))
            if stills.enabled
            else self._form("no_still")
        )
        yield self._form(
            {
                PauseReason.NONE: "pause",
                PauseReason.CATEGORY: "pause_category",
                PauseReason.TEXT: "pause_text",
            }[policy.pause.reason]
        )
        yield self._form("dispute", days=self._days(policy.review.dispute_days))
        yield self._form("log", life=self._days(policy.retention.ledger_days))
        yield self._form("never")

    def _with_purpose(self, told: str, rule: Rule) -> str:
        if not rule.purpose:
            return told
        return f"{told} {self._form('purpose', purpose=rule.purpose.rstrip('.'))}"

    def _form(self, name: str, **values: object) -> str:
        return self._say(POLICY[name]).format(**values)

    def _span(self, seconds: float) -> str:
        return in_words(seconds, _SECONDS, self._into)

    def _days(self, days: float) -> str:
        return in_words(days, _DAYS, self._into)
