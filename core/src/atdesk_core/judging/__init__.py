"""Observations over a window -> what they amount to. Pure: no clock, no I/O, no randomness."""

from atdesk_core.judging.judge import (
    JudgeState,
    Verdict,
    begin,
    interrupt,
    observe,
    suspicion,
    verdict,
)
from atdesk_core.judging.rules import JudgingRules

__all__ = ["JudgeState", "JudgingRules", "Verdict", "begin", "interrupt", "observe", "suspicion", "verdict"]
