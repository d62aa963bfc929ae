"""What each rule is for: where a place asks for it, no rule is in force without its purpose."""

from collections.abc import Iterable

from atdesk_core.policy.levels import Level
from atdesk_core.policy.model import SitePolicy
from atdesk_core.policy.rules import Rule


def without_purpose(policy: SitePolicy, caps: Iterable[Level]) -> tuple[str, ...]:
    """Rules that are switched on and do not say what for; none where no place asks for it.

    Args:
        policy: As it comes out for somebody.
        caps: Of the jurisdictions that apply there.
    """
    if not any(cap.asks_purpose for cap in caps):
        return ()
    rules = ((name, getattr(policy, name)) for name in SitePolicy.model_fields)
    return tuple(
        name for name, rule in rules if isinstance(rule, Rule) and rule.enabled and not rule.purpose.strip()
    )


def say_purposeless(site: str, rules: Iterable[str]) -> str:
    """In words, with the way out."""
    names = tuple(rules)
    return (
        f"at site {site} every rule that is switched on has to say what for, and {', '.join(names)} does "
        f'not: write purpose = "..." under [{names[0]}], or switch it off'
    )
