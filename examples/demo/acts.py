"""The acts beside the film, and their checks: a preset refuses, the agent pauses, reads, is erased."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from examples.demo.erasing import Erasure
from examples.demo.own_log import OwnLog
from examples.demo.pausing import Pause
from examples.demo.refusal import COMMAND, ELSEWHERE, Refusal


@dataclass(frozen=True, slots=True)
class Acts:
    """What really happened in each of them."""

    refusal: Refusal
    pause: Pause
    log: OwnLog
    erasure: Erasure

    def as_json(self) -> dict[str, Any]:
        """The key `acts` of `demo.json`."""
        return {
            "refused": {"in": ELSEWHERE, "code": self.refusal.code, "because": self.refusal.because},
            "paused": {
                "looks": self.pause.looks,
                "frames": self.pause.frames,
                "lead_sees_paused": self.pause.on_card,
            },
            "log": {
                "looks": self.log.looks,
                "found_nothing": self.log.found_nothing,
                "frames": self.log.frames,
                "page": self.log.page.name,
            },
            "erased": {
                "templates": self.erasure.templates,
                "stills": self.erasure.stills,
                "opened_before": self.erasure.opened_before,
                "opened_after": self.erasure.opened_after,
                "receipt": self.erasure.receipt.name,
            },
        }


def act_faults(acts: Acts) -> tuple[str, ...]:
    """What is wrong in the acts, each in one line; nothing when all is right."""
    found = (
        *_in_refusal(acts.refusal),
        *_in_pause(acts.pause),
        *_in_log(acts.log),
        *_in_erasure(acts.erasure),
    )
    return tuple(found)


def _in_refusal(refusal: Refusal) -> Iterable[str]:
    if not refusal.allowed_here:
        yield "the policy is refused where the demo is"
    if refusal.code != "camera_forbidden" or refusal.camera or not refusal.settings_refused:
        yield f"{ELSEWHERE} did not refuse the policy: {refusal.code}"
    if not refusal.in_short:
        yield f"{ELSEWHERE} refused without a reason"


def _in_pause(pause: Pause) -> Iterable[str]:
    if not pause.looks_before:
        yield "no look was due when the agent paused, so the pause shows nothing"
    if pause.looks or pause.frames:
        yield f"{pause.looks} looks and {pause.frames} frames were opened while the agent was paused"
    if not pause.on_card:
        yield "the lead's card does not say that the agent is paused"
    if not pause.in_log:
        yield "the decision log has no look that the pause stopped"


def _in_log(log: OwnLog) -> Iterable[str]:
    if log.looks != log.opened or not log.looks:
        yield f"the agent's log has {log.looks} looks, and {log.opened} were opened"
    if not log.found_nothing:
        yield "the agent's log has no look that found nothing"


def _in_erasure(erasure: Erasure) -> Iterable[str]:
    if not erasure.templates or erasure.opened_before < erasure.templates:
        yield "there was nothing to erase"
    if erasure.opened_after or erasure.bytes_left or erasure.consent_left:
        yield f"{erasure.opened_after} erased things still open, {erasure.bytes_left} pieces are left"
    if not erasure.receipt_good:
        yield "the receipt of the erasure does not verify"
    if not erasure.log_whole:
        yield "the decision log is not whole after the erasure"


def refusal_lines(refusal: Refusal) -> tuple[str, ...]:
    """Before the film."""
    return (
        f"Before it begins: the same policy in {ELSEWHERE} ({COMMAND})",
        f"  refused: {refusal.in_short}",
    )


def closing_lines(acts: Acts) -> tuple[str, ...]:
    """After the film: the agent's log and the erasure, as they are read."""
    log, gone = acts.log, acts.erasure
    return (
        f"Paused: {acts.pause.frames} frames were opened while the desk was empty; the lead's card says "
        "since when the agent is paused, and nobody was told of an absence.",
        f"What the agent can read at any time, a few lines of it ({log.looks} looks with {log.frames} "
        f"frames, {log.found_nothing} found nothing new):",
        *(f"  {line}" for line in log.excerpt),
        f"  all of it: {log.page}",
        f"Withdrawn and erased: {gone.templates} template, {gone.stills} stills. {gone.opened_before} "
        f"could be decrypted before, {gone.opened_after} after. The log is whole and goes on without them.",
        f"  the signed receipt: {gone.receipt}",
    )
