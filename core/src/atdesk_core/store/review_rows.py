"""Rows about reviews: frozen, field names are column names, times in seconds since the epoch."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class GroundsRow:
    """What a flag rests on; writing one with a known number replaces it.

    Attributes:
        flag_number: Which flag.
        evidence: As `judging.write_evidence` wrote it, or words of an earlier version; empty where the
            confidence says it all.
        tries: How many judgings, each begun afresh.
    """

    flag_number: str
    evidence: str
    tries: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """What a named person said about a flag.

    Attributes:
        flag_number: Which flag.
        action: acknowledge, dismiss, uphold or overturn.
        reason: A code.
        by_ref: The person's random id, which the directory names.
        at: When.
    """

    flag_number: str
    action: str
    reason: str
    by_ref: str
    at: float


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """What the agent says against a flag; writing one with a known number replaces it.

    Attributes:
        flag_number: Which flag.
        agent_id: Whose.
        at: When it was disputed.
        text: What the agent typed; None where nothing was, and after an erasure.
        upheld: What the second reviewer decided; None until then.
        reason: Code of the decision.
        decided_by: Random id of the second reviewer.
        decided_at: When.
    """

    flag_number: str
    agent_id: str
    at: float
    text: str | None = field(default=None, repr=False)
    upheld: bool | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: float | None = None


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause that stands.

    Attributes:
        agent_id: Whose.
        at: Since when.
        by: A `PausedBy`.
        category: As the policy lists it; None for none.
        text: What the agent typed, where the policy takes text.
    """

    agent_id: str
    at: float
    by: str
    category: str | None = None
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RuleShadowRow:
    """A rule that fell back to shadow mode at a site.

    Attributes:
        site: Where.
        rule: Which.
        since: When.
        reviewed: Flags that had been reviewed.
        overturned: Those of them that were overturned, or dismissed as wrong.
        lifted_at: When a person lifted it; None while it stands.
        lifted_by: Random id of that person.
    """

    site: str
    rule: str
    since: float
    reviewed: int
    overturned: int
    lifted_at: float | None = None
    lifted_by: str | None = None
