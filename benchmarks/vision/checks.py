"""The policy under which everything is checked: the defaults, with every check on."""

from atdesk_core.policy import BannedObjectRule, SitePolicy
from atdesk_core.runtime.replay.run import own_recording_policy

BANNED = frozenset({"laptop"})
"""The one class of things that the labels of the scene photos name, so the only one that can be measured."""


def everything() -> SitePolicy:
    """Every check on, at its defaults."""
    policy = own_recording_policy()
    banned = BannedObjectRule(classes=BANNED)
    return policy.model_copy(update={"banned_object": banned}).with_all_checks()
