"""Adaptive Cards of flags, as leads read them. Pure. For agents: `notices`.

Version 1.5, the newest that Teams shows. Every card stays far below 20 kB, so that a bot and a Workflows
webhook (28 kB) take the same ones. No card holds a picture, least of all of a face.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microsoft_teams.cards.core import (
    Action,
    AdaptiveCard,
    CardElement,
    Choice,
    ChoiceSetInput,
    ExecuteAction,
    Fact,
    FactSet,
    OpenUrlAction,
    RefreshDefinition,
    ShowCardAction,
    SubmitAction,
    TextBlock,
)

from atdesk_sdk.findings import FindingKind
from atdesk_sdk.flags import DismissReason, FlagDetails, FlagDigest, FlagStatus, FlagView
from atdesk_teams.plain import clock, plain
from atdesk_teams.words import Say

#: `content` of an attachment.
Card = dict[str, Any]

ACKNOWLEDGE, DISMISS, REFRESH = "flag.ack", "flag.dismiss", "flag.refresh"
#: Name of the input in which a lead chooses why a flag is dismissed.
REASON = "reason"

#: A disputed flag has no buttons: a second reviewer decides, and until then it is not to be used.
OPEN = frozenset({FlagStatus.RAISED, FlagStatus.AWAITING_SECOND, FlagStatus.ACKNOWLEDGED})
CONFIRMABLE = frozenset({FlagStatus.RAISED, FlagStatus.AWAITING_SECOND})
#: Nothing came of these, so what was once found is not told any more.
_NOTHING = frozenset({FlagStatus.OVERTURNED, FlagStatus.WITHDRAWN, FlagStatus.EXPIRED})
#: What policies call their rules; a name that is none of these is shown as it stands.
RULES = frozenset(
    {
        *("absence", "different_person", "extra_person", "phone"),
        *("food_or_drink", "banned_object", "input_idle"),
    }
)
_LINKS = ("https://", "http://127.0.0.1", "http://localhost")
_VERSION = "1.5"


def flag_card(flag: FlagView, say: Say, *, buttons: bool = True) -> Card:
    """The card of a flag. Without details it names no finding, and no more than name, time and link.

    Args:
        flag: As this sink may show it.
        say: The words of the channel's language.
        buttons: Whether what is pressed comes back to us.
    """
    details = flag.details
    body: list[CardElement] = [
        _heading(say("heading", number=plain(flag.number), name=plain(flag.agent_name)))
    ]
    if details is not None and flag.team:
        body.append(TextBlock(text=plain(flag.team), is_subtle=True, spacing="None", wrap=True))
    body.append(_facts(_shown(flag, say)))
    answers = _answers(flag, say) if buttons and details is not None else []
    card = AdaptiveCard(version=_VERSION, body=body, actions=[*answers, *_link(flag, say("open_flag"))])
    if buttons and flag.status in OPEN:
        # By hand, from the card's menu. Changes come to everybody as they happen, so nothing asks by itself.
        again = ExecuteAction(verb=REFRESH, data={"flag": flag.number})
        card.refresh = RefreshDefinition(action=again, user_ids=[])
    return dumped(card)


def digest_card(digest: FlagDigest, say: Say) -> Card:
    """One card for several flags of a team: number, name, time and link of each. They are answered there."""
    many = len(digest.flags)
    body: list[CardElement] = [_heading(say("digest", many=many) if many > 1 else say("digest_one"))]
    if digest.team:
        body.append(TextBlock(text=plain(digest.team), is_subtle=True, spacing="None", wrap=True))
    for flag in digest.flags:
        since = f"{clock(flag.since, flag.time_zone)} - {_stands(flag, say)}"
        body.append(_facts({f"{plain(flag.number)}: {plain(flag.agent_name)}": since}))
        if _fits(flag.link):
            # A markdown link: a card takes six buttons at most, and a digest has up to 25 flags.
            named = say("open_number", number=plain(flag.number))
            body.append(TextBlock(text=f"[{named}]({flag.link})", spacing="None", wrap=True))
    return dumped(AdaptiveCard(version=_VERSION, body=body))


def dumped(card: AdaptiveCard) -> Card:
    """The card's JSON."""
    content: Card = card.model_dump(by_alias=True, exclude_none=True, mode="json")
    return {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json"} | content


def button(title: str, verb: str, data: Mapping[str, str], style: str | None = None) -> ExecuteAction:
    """A button whose press comes back to the bot; an older client sends it as a message instead."""
    older = SubmitAction(title=title, data={"verb": verb, **data})
    return ExecuteAction(title=title, verb=verb, data=dict(data), style=style, fallback=older)


def _heading(text: str) -> TextBlock:
    return TextBlock(text=text, weight="Bolder", size="Medium", wrap=True, style="heading")


def _facts(shown: Mapping[str, str]) -> FactSet:
    return FactSet(facts=[Fact(title=title, value=value) for title, value in shown.items()])


def _link(flag: FlagView, title: str) -> Sequence[Action]:
    return [OpenUrlAction(title=title, url=flag.link)] if _fits(flag.link) else []


def _fits(link: str) -> bool:
    return link.startswith(_LINKS) and not set(link) & set(" ()[]<>\"'\\")


def _stands(flag: FlagView, say: Say) -> str:
    if flag.details is None:
        return say("open") if flag.status in CONFIRMABLE else say("over")
    reason = flag.details.reason
    stands = say(f"status.{flag.status.value}")
    if flag.status is FlagStatus.DISMISSED and reason in tuple(DismissReason):
        return f"{stands} ({say(f'code.{reason}')})"
    return stands


def _shown(flag: FlagView, say: Say) -> dict[str, str]:
    shown = {say("since"): clock(flag.since, flag.time_zone), say("status"): _stands(flag, say)}
    details = flag.details
    if details is None:
        return shown
    if flag.status not in _NOTHING:
        shown |= _found(details, say)
    if details.asked and flag.status in OPEN:
        shown[say("asked")] = ", ".join(plain(name) for name in details.asked)
    if details.paused_since is not None:
        at = clock(details.paused_since, flag.time_zone)
        shown[say("paused_since")] = say("paused_value", at=at)
    if details.returned_at is not None:
        shown[say("back_since")] = clock(details.returned_at, flag.time_zone)
    return shown


def _found(details: FlagDetails, say: Say) -> dict[str, str]:
    """What was found, how sure, why, and under which rule."""
    found = {
        say("check"): say(f"finding.{FindingKind(details.finding).value}"),
        say("sure"): say("sure_value", share=f"{details.confidence:.0%}"),
        say("judged"): say("judged_value", tries=details.tries),
    }
    if details.evidence:
        found[say("why")] = plain(details.evidence)
    found |= {
        say("rule"): _rule(details.rule, say),
        say("policy"): plain(details.policy_version),
    }
    return found | ({} if details.agent_reached else {say("told_title"): say("told_not_card")})


def _rule(rule: str, say: Say) -> str:
    return say(f"rule.{rule}") if rule in RULES else plain(rule.replace("_", " "))


def _answers(flag: FlagView, say: Say) -> list[Action]:
    if flag.status not in OPEN:
        return []
    data = {"flag": flag.number}
    acknowledge = button(say("act.acknowledge"), ACKNOWLEDGE, data, "positive")
    dismiss = ShowCardAction(title=say("act.dismiss"), card=_why(data, say))
    return [acknowledge, dismiss] if flag.status in CONFIRMABLE else [dismiss]


def _why(data: Mapping[str, str], say: Say) -> AdaptiveCard:
    """The card in the card: no dismissal without a reason."""
    reasons = ChoiceSetInput(
        id=REASON,
        label=say("legend.dismiss"),
        style="expanded",
        is_required=True,
        error_message=say("answer.reason"),
        choices=[Choice(title=say(f"code.{one.value}"), value=one.value) for one in DismissReason],
    )
    dismiss = button(say("act.dismiss"), DISMISS, data)
    return AdaptiveCard(version=_VERSION, body=[reasons], actions=[dismiss])
