"""A policy may ask for more evidence than the engine does by itself; for less it cannot ask."""

from functools import lru_cache

from atdesk_core.judging.rules import JudgingRules
from atdesk_core.policy import EvidenceRules, SitePolicy

_NOTHING_MORE = EvidenceRules()


def under(rules: JudgingRules, policy: SitePolicy | None) -> JudgingRules:
    """The rules of the judge with what a policy asks for on top."""
    if policy is None or policy.evidence == _NOTHING_MORE:
        return rules
    return _stricter(rules, policy.evidence)


@lru_cache(maxsize=64)
def _stricter(rules: JudgingRules, asked: EvidenceRules) -> JudgingRules:
    """The window never gets smaller than the frames that are asked for: then nothing would be found."""
    absent_k, other_k = max(rules.absent_k, asked.absent_frames), max(rules.other_k, asked.other_frames)
    needed = max(absent_k, other_k, rules.present_k, rules.back_k, rules.blocked_k)
    return rules.model_copy(
        update={
            "absent_k": absent_k,
            "other_k": other_k,
            "window_n": max(min(rules.window_n, asked.window_frames), needed),
            "visits_needed": max(rules.visits_needed, asked.looks_needed),
        }
    )
