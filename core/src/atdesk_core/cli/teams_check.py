"""What `atdesk doctor` says of the Teams effect: who accepted Microsoft's limit, and where it may be used."""

from collections.abc import Iterator

from atdesk_core.runtime.config import Config
from atdesk_core.runtime.teams_effect import LIMIT


def effect_lines(config: Config) -> Iterator[tuple[str, bool, str]]:
    """(what, whether it is well, what to say); nothing where it is off."""
    effect = config.teams_effect
    if not effect.is_on:
        return
    by = f"on: {effect.accepted} was accepted by {effect.accepted_by}, for {len(effect.meeting)} meetings"
    yield "teams effect", True, f"{by}. {LIMIT}"
    listed = {meeting for policy in config.policies.values() for meeting in policy.meeting_ids}
    missing = [one.id for one in effect.meeting if one.id not in listed]
    if missing or not effect.meeting:
        named = ", ".join(missing) or "none in [[teams_effect.meeting]]"
        says = f"no policy lists these under [[meetings]], so nothing is looked at: {named}"
        yield "teams effect", False, says
