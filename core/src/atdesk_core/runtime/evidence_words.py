"""On what a finding rests, in the reader's language: one short line, and never more than is known.

A thing is only ever possible; of anybody beside the agent nothing is said but how many.
"""

from collections.abc import Mapping
from typing import Final

from atdesk_core.judging import Basis, BasisKind, Evidence
from atdesk_core.ledger.languages import say_in as ledger_words
from atdesk_core.runtime.own_words import language_of, say_in

EVIDENCE: Final[Mapping[str, str]] = {
    BasisKind.SILENCE: "no keyboard or mouse",
    BasisKind.SILENCE_AND_EMPTY_SEAT: "no keyboard or mouse, and nobody at the desk",
    BasisKind.COMPANY: "{count} people beside the agent, in {seen} of {weighed} pictures",
    BasisKind.PHONE: "possible phone in the hand or at the ear, in {seen} of {weighed} pictures",
    BasisKind.FOOD_OR_DRINK: "possible food or drink ({thing}), in {seen} of {weighed} pictures",
    BasisKind.BANNED_OBJECT: "possible {thing}, in {seen} of {weighed} pictures",
}
ONE_MORE: Final = "somebody beside the agent, in {seen} of {weighed} pictures"
BEST_SCORE: Final = "{evidence} (best score of the model: {score})"


def evidence_in_words(evidence: Evidence, language: str) -> str:
    """What a finding rests on; empty where the confidence says it all.

    Args:
        evidence: As it was found. What an earlier version kept is text, and is shown as it stands.
        language: Of whoever reads it, such as "es-CO"; English where nobody wrote it.
    """
    if isinstance(evidence, str):
        return evidence
    say = say_in(language)
    words = say(_form(evidence)).format(
        count=evidence.count,
        thing=thing_in_words(evidence.thing, language),
        seen=evidence.seen,
        weighed=evidence.weighed,
    )
    if not evidence.score:
        return words
    return say(BEST_SCORE).format(evidence=words, score=f"{evidence.score:.2f}")


def thing_in_words(label: str, language: str) -> str:
    """A class of the object model; one of somebody else's model as it stands."""
    return ledger_words(language_of(language))(label) if label else ""


def _form(basis: Basis) -> str:
    alone = basis.kind is BasisKind.COMPANY and basis.count < 2
    return ONE_MORE if alone else EVIDENCE[basis.kind]
