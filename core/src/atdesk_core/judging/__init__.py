"""Observations over a window -> what they amount to. Pure: no clock, no I/O, no randomness."""

from atdesk_core.judging.basis import Basis, BasisKind, Evidence, read_evidence, write_evidence
from atdesk_core.judging.judge import (
    JudgeState,
    Verdict,
    begin,
    check,
    interrupt,
    observe,
    suspicion,
    verdict,
)
from atdesk_core.judging.rules import JudgingRules
from atdesk_core.judging.showing import shown
from atdesk_core.judging.votes import Check, Found

__all__ = [
    "Basis",
    "BasisKind",
    "Check",
    "Evidence",
    "Found",
    "JudgeState",
    "JudgingRules",
    "Verdict",
    "begin",
    "check",
    "interrupt",
    "observe",
    "read_evidence",
    "shown",
    "suspicion",
    "verdict",
    "write_evidence",
]
