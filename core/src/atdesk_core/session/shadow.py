"""Shadow mode: it is decided and logged, and nobody is told.

A site is in it until a date of its policy, when it ends by itself; a rule is in it at a site where too many
of its flags were overturned, until a named person lifts it. The agent's log shows what was decided.
"""

from atdesk_core.session.commands import RecordKind
from atdesk_core.session.parts import Episode, Rule
from atdesk_core.session.turn import Turn


def site_in_shadow(turn: Turn) -> bool:
    """Whether nothing at all goes out now, by the date of the policy."""
    policy = turn.facts.policy
    return policy is not None and policy.shadow_until is not None and turn.now < policy.shadow_until


def in_shadow(turn: Turn, rule: Rule) -> bool:
    """Whether this rule tells nobody now."""
    return rule in turn.facts.shadow_rules or site_in_shadow(turn)


def note(turn: Turn, what: str, rule: Rule, episode: Episode | None = None) -> None:
    """Log what would have been done. `what`: would_tell, would_write or would_flag."""
    turn.record(
        RecordKind.SHADOW,
        what=what,
        rule=rule,
        confidence=episode.confidence if episode else None,
        since=episode.since if episode else None,
        tries=episode.tries if episode else None,
        policy=turn.facts.policy.version if turn.facts.policy else None,
    )


def times(turn: Turn) -> list[float]:
    """When it ends by itself."""
    policy = turn.facts.policy
    return [policy.shadow_until] if policy is not None and policy.shadow_until is not None else []
